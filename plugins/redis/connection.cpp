// plugins/redis/connection.cpp - the line of commands, their deadlines, and who looks after them.
#include "redis/connection.h"

#include "redis/status.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace tollgate::redis {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr nanoseconds glance = 1h;       // as long as it likes
constexpr int deadlines_until_hung = 3;         // in a row without any byte: nobody listens there,
constexpr nanoseconds shortest_silence = 250ms;  // but a busy machine may be silent for as long as this
constexpr std::size_t piece = 16 << 10;  // of a read

}  // namespace

// --- Call

Call::~Call() {
    if (number_ == 0 || ended_) return;
    connection_.line_[number_ - connection_.first_] = nullptr;
}

// Its coroutine may go on, and destroy it.
void Call::end(const Reply* reply, bool late) {
    reply_ = reply;
    late_ = late;
    ended_ = true;
    if (waiter_) waiter_.resume();
}

// --- who drives

// A place among those who could drive. Destroyed as its use of the plugin ends, with the task around it.
class Connection::Seat {
public:
    explicit Seat(Connection& connection) : connection_{connection} { connection.seats_.push_back(this); }
    ~Seat() {
        auto& seats = connection_.seats_;
        const bool drives = seats.front() == this;
        seats.remove(this);
        if (!drives) return;
        if (connection_.state_ != State::up) connection_.wire_.reset();  // nobody knows how far that had come
        if (!seats.empty()) seats.front()->waiter_.resume();
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    bool await_ready() const noexcept { return connection_.seats_.front() == this; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
    void await_resume() const noexcept {}

private:
    Connection& connection_;
    std::coroutine_handle<> waiter_;
};

Connection::~Connection() {
    if (state_ == State::up) status_.disconnected();
}

Task<void> Connection::drive(Host& host, std::shared_ptr<void> keep) {
    Seat seat{*this};
    co_await seat;
    Task<void> deadlines = watch(host);
    deadlines.start();
    while (state_ != State::alone) {
        if (state_ != State::up) {
            if (attempts_ > 0) co_await host.sleep(pause());
            ++attempts_;
            if (!co_await connect(host)) continue;
        }
        std::string problem;  // no descriptors left
        try {
            if (co_await host.ready(wire_->descriptor(), Interest::readable, glance)) came(host);
        } catch (const std::system_error& thrown) {
            problem = thrown.what();
        }
        if (!problem.empty()) lose(host, problem);
    }
}

// A loop of its own beside drive(), so that deadlines hold whatever that waits for.
Task<void> Connection::watch(Host& host) {
    struct Idle {
        Connection& connection;
        ~Idle() { connection.idle_watch_ = nullptr; }
        bool await_ready() const noexcept { return connection.anybody_waits(); }
        void await_suspend(std::coroutine_handle<> waiter) noexcept { connection.idle_watch_ = waiter; }
        void await_resume() const noexcept { connection.idle_watch_ = nullptr; }
    };
    for (;;) {
        Idle idle{*this};
        co_await idle;
        TimePoint next = TimePoint::max();
        for (const Call* call : line_)
            if (call) next = std::min(next, call->deadline_);
        // Who comes meanwhile may have less time than those who are here.
        co_await host.sleep(std::clamp(nanoseconds{next - host.now()}, nanoseconds{1ms}, shortest_timeout_));
        expire(host, host.now());
    }
}

bool Connection::anybody_waits() const noexcept {
    return std::any_of(line_.begin(), line_.end(), [](const Call* call) { return call != nullptr; });
}

// --- the line

void Connection::send(std::string_view command, Call* call, std::uint64_t turn) {
    if (!open()) {
        if (call) call->end(nullptr, false);
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    const bool first = line_.empty();
    if (first) silent_since_ = now;
    line_.push_back(call);
    out_ += command;
    if (call) {
        call->number_ = first_ + line_.size() - 1;
        call->deadline_ = now + call->timeout_;
        shortest_timeout_ = std::max<nanoseconds>(1ms, std::min(shortest_timeout_, call->timeout_));
        if (idle_watch_) std::exchange(idle_watch_, nullptr).resume();
    }
    // What is kept back always has something under way before it, whose reply will take it along.
    if (state_ == State::up && (first || turn != turn_)) {
        turn_ = turn;
        flush();
    }
}

// What the kernel does not take now goes with the next reply: there is one to come for what it holds.
void Connection::flush() noexcept {
    while (!out_.empty() && !deaf_) {
        const auto size = wire_->write(out_);
        if (size == 0) return;
        if (size < 0) {  // told by drive(), which is woken by this: nobody's request is ended from inside another's
            deaf_ = true;
            wire_->shut();
            return;
        }
        out_.erase(0, static_cast<std::size_t>(size));
    }
}

// Something has come, or the end.
void Connection::came(Host& host) {
    char bytes[piece];
    while (state_ == State::up) {
        const auto size = wire_->read(bytes);
        if (size == 0) return;
        if (size < 0) return lose(host, wire_->problem());
        silent_since_ = host.now();
        replies_.feed({bytes, static_cast<std::size_t>(size)});
        while (const Reply* reply = replies_.next()) {
            if (line_.empty()) return lose(host, "it sent a reply to no question");
            Call* const call = std::exchange(line_.front(), nullptr);
            line_.pop_front();
            ++first_;
            attempts_ = 0;
            if (call) call->end(reply, false);
        }
        if (const char* problem = replies_.problem()) return lose(host, problem);
        flush();
        if (static_cast<std::size_t>(size) < sizeof bytes && wire_->short_read_is_last()) return;
    }
}

void Connection::expire(Host& host, TimePoint now) {
    nanoseconds longest{0};
    // By number: whoever goes on may send more, and the line moves.
    for (std::uint64_t number = first_; number < first_ + line_.size(); ++number) {
        Call*& place = line_[number - first_];
        if (!place || place->deadline_ > now) continue;
        status_.late();
        longest = std::max(longest, place->timeout_);
        std::exchange(place, nullptr)->end(nullptr, true);
    }
    if (longest.count() > 0 && state_ == State::up && now - silent_since_ >= std::max<nanoseconds>(shortest_silence, deadlines_until_hung * longest))
        lose(host, "no reply in time, several times in a row");
}

// Everybody who waits hears of it. Who asks meanwhile is answered at once.
void Connection::lose(Host& host, std::string_view why) {
    status_.trouble(host, "connection", why);
    if (state_ == State::up) status_.disconnected();
    state_ = State::down;
    if (wire_) wire_->shut();  // wakes drive()
    wire_.reset();
    replies_.reset();
    send_everybody_away();
}

void Connection::send_everybody_away() {
    out_.clear();
    while (!line_.empty()) {
        Call* const call = line_.front();
        line_.pop_front();
        ++first_;
        if (call) call->end(nullptr, false);
    }
}

}  // namespace tollgate::redis

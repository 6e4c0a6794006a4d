// core/admin/live.cpp - the thread of those who watch.
#include "admin/live.h"

#include "admin/live_messages.h"
#include "support/log.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tollgate::admin {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr auto tick = 1s, goodbye_time = 1s;

int make_wake() {
    const int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
    return wake;
}

}  // namespace

Live::Live(Sources sources, Limits limits) : sources_{std::move(sources)}, limits_{limits}, wake_{make_wake()} {
    thread_ = std::thread{[this] { run(); }};
}

Live::~Live() {
    stop();
    ::close(wake_);
}

bool Live::has_room() {
    const std::lock_guard lock{mutex_};
    return !stopping_ && !is_full();
}

bool Live::watch(int socket, Wish wish) {
    const std::lock_guard lock{mutex_};
    if (stopping_ || is_full()) return false;
    joining_.push_back(std::make_unique<Watcher>(socket, std::move(wish), limits_.queue));
    wake();
    return true;
}

void Live::stop() {
    {
        const std::lock_guard lock{mutex_};
        if (stopping_) return;
        stopping_ = true;
        wake();
    }
    thread_.join();
}

void Live::wake() noexcept {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);
}

// What they are told ----------------------------------------------------------------------------------------------

// [under the feed's lock]
void Live::on_records(std::span<const history::Remembered> records) {
    const std::lock_guard lock{mutex_};
    bool told = false;
    for (const auto& [number, record] : records) {
        std::shared_ptr<const std::string> message;  // composed once, and only if somebody wants it
        for (const auto& watcher : watchers_) {
            if (!watcher->wish().requests || !watcher->wish().filter.takes(*record)) continue;
            if (watcher->budget <= 0) {
                ++watcher->left_out;
                continue;
            }
            --watcher->budget;
            if (!message) message = std::make_shared<const std::string>(frame(Opcode::text, request_message(*record)));
            watcher->tell(message);
            told = true;
        }
    }
    if (told) wake();
}

// [under the feed's lock]
void Live::on_second(const history::Second& second) {
    const std::string message = second_message(second, sources_.moment());
    const std::uint64_t untold = second.happened.requests() - std::min(second.happened.told, second.happened.requests());
    const std::lock_guard lock{mutex_};
    for (const auto& watcher : watchers_) {
        watcher->budget = limits_.records;
        const std::uint64_t left_out = untold + std::exchange(watcher->left_out, 0);
        if (watcher->wish().seconds)
            watcher->tell(frame(Opcode::text, message + ",\"sampled_out\":" + std::to_string(left_out) + '}'));
    }
    wake();
}

// The thread ------------------------------------------------------------------------------------------------------

void Live::run() {
    pthread_setname_np(pthread_self(), "live");
    auto looked = steady_clock::now();
    while (!stopping()) {
        wait(tick);
        try {
            let_in();
        } catch (const std::exception& problem) {
            log::error("admin", std::string{"who came to watch was not let in: "} + problem.what());
        }
        const auto now = steady_clock::now();
        if (now - looked >= tick) {
            keep_up(now);
            looked = now;
        }
        sweep();
    }
    if (listening_) sources_.feed.remove(*this);
    say_goodbye();
}

bool Live::stopping() {
    const std::lock_guard lock{mutex_};
    return stopping_;
}

// Until a socket is ready, or this is woken. What waits to be read by a watcher is tried each time.
void Live::wait(std::chrono::milliseconds time) {
    std::vector<pollfd> waiting{{wake_, POLLIN, 0}};
    {
        const std::lock_guard lock{mutex_};
        for (const auto& watcher : watchers_)
            waiting.push_back({watcher->socket(), short(POLLIN | (watcher->has_more() ? POLLOUT : 0)), 0});
    }
    if (::poll(waiting.data(), waiting.size(), int(time.count())) <= 0) return;
    std::uint64_t woken = 0;
    if (waiting[0].revents) (void)!::read(wake_, &woken, sizeof woken);
    const auto now = steady_clock::now();
    const std::lock_guard lock{mutex_};
    for (std::size_t i = 0; i < watchers_.size(); ++i) {  // only this thread adds and removes
        if (waiting[i + 1].revents & (POLLIN | POLLHUP | POLLERR)) watchers_[i]->read(now);
        watchers_[i]->write();
    }
}

void Live::let_in() {
    std::vector<std::unique_ptr<Watcher>> joining;
    {
        const std::lock_guard lock{mutex_};
        joining.swap(joining_);
        between_ = joining.size();
    }
    if (joining.empty()) return;
    struct Over {  // also where one of them could not be let in
        Live& live;
        ~Over() {
            const std::lock_guard lock{live.mutex_};
            live.between_ = 0;
        }
    } over{*this};
    if (!std::exchange(listening_, true)) sources_.feed.add(*this);
    for (auto& watcher : joining) let_in(std::move(watcher));
}

// With what it wishes to see of before. The feed tells nobody anything meanwhile.
void Live::let_in(std::unique_ptr<Watcher> watcher) {
    sources_.feed.look([&](const history::Recent& recent) {
        auto before = recent.find(watcher->wish().filter, watcher->wish().recent);
        const std::lock_guard lock{mutex_};
        watcher->heard = watcher->pinged = steady_clock::now();
        watcher->budget = limits_.records;
        watcher->tell(frame(Opcode::text, hello_message(sources_.instance, before.size())));
        std::for_each(before.rbegin(), before.rend(), [&](const auto& one) {
            watcher->tell(frame(Opcode::text, request_message(*one.record)));
        });
        watcher->write();
        watchers_.push_back(std::move(watcher));
        --between_;
        count_ = watchers_.size();
    });
}

void Live::keep_up(steady_clock::time_point now) {
    const auto token = sources_.access().token_sha256;
    const std::lock_guard lock{mutex_};
    for (const auto& watcher : watchers_) {
        if (token && watcher->wish().token != token) watcher->close(close_code::policy, "the admin token is another one now");
        if (now - watcher->heard > limits_.silence) watcher->drop();
        if (watcher->closing() && now - watcher->pinged > goodbye_time) watcher->let_go();
        if (watcher->closing() || now - watcher->pinged < limits_.ping_every) continue;
        watcher->pinged = now;
        watcher->tell(frame(Opcode::ping, {}));
    }
}

void Live::sweep() {
    bool empty = false;
    {
        const std::lock_guard lock{mutex_};
        std::erase_if(watchers_, [&](const auto& watcher) {
            if (watcher->full()) {
                sources_.dropped.add();
                log::info("admin", watcher->wish().who + " watched and did not read: dropped");
            }
            return watcher->gone();
        });
        count_ = watchers_.size();
        empty = watchers_.empty();
    }
    if (empty && std::exchange(listening_, false)) sources_.feed.remove(*this);
}

// Waits a moment for those who read, so that they see why.
void Live::say_goodbye() {
    {
        const std::lock_guard lock{mutex_};
        for (auto& watcher : joining_) watchers_.push_back(std::move(watcher));
        joining_.clear();
        for (const auto& watcher : watchers_) watcher->close(close_code::going_away, "the gateway is stopping");
        for (const auto& watcher : watchers_) watcher->write();
    }
    const auto end = steady_clock::now() + goodbye_time;
    for (auto now = steady_clock::now(); now < end; now = steady_clock::now()) {
        sweep();
        if (watchers() == 0) return;
        wait(std::chrono::ceil<std::chrono::milliseconds>(end - now));
    }
    const std::lock_guard lock{mutex_};
    watchers_.clear();
    count_ = 0;
}

}  // namespace tollgate::admin

// plugins/logging/writer.cpp - handing lines over, and the thread that writes them.
#include "writer.h"

#include "signals_blocked.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tollgate::logging {

namespace {

int make_event() {
    const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
    return event;
}

std::uint64_t lines_in(std::string_view text) noexcept {
    // find() goes in strides; a line is some hundred bytes.
    std::uint64_t lines = 0;
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) ++lines;
    return lines;
}

}  // namespace

Writer::Writer(std::unique_ptr<Destination> destination, std::size_t lanes, std::size_t ring_bytes,
               std::unique_ptr<Tally> tally, Times times)
    : times_{times}, tally_{std::move(tally)}, output_{std::move(destination)}, lanes_{lanes, ring_bytes},
      event_{make_event()}, retry_{times.first_retry} {
    const SignalsBlocked blocked;
    worker_ = std::thread{[this] { run(); }};
}

Writer::~Writer() {
    stopping_.store(true, std::memory_order_release);
    signal();
    worker_.join();
    ::close(event_);
}

bool Writer::write(std::size_t lane, std::string_view line) noexcept {
    const Lanes::Pushed pushed = lanes_.push(lane, line);
    if (pushed == Lanes::Pushed::dropped) drop(1);
    wake_from(pushed == Lanes::Pushed::taken ? Thread::asleep : Thread::napping);
    return pushed != Lanes::Pushed::dropped;
}

// Wakes the thread if its sleep is at least that deep. Whoever changes the state writes the event: one of many.
void Writer::wake_from(Thread depth) noexcept {
    const Thread state = thread_state_.load(std::memory_order_seq_cst);
    if (state == Thread::awake || state < depth) return;
    if (thread_state_.exchange(Thread::awake, std::memory_order_acq_rel) != Thread::awake) signal();
}

void Writer::signal() noexcept {
    const std::uint64_t one = 1;
    // It can fail only if the counter is full, and then the thread is called already.
    [[maybe_unused]] const ssize_t written = ::write(event_, &one, sizeof one);
}

void Writer::drop(std::uint64_t lines) noexcept {
    dropped_.fetch_add(lines, std::memory_order_relaxed);
    tally_->dropped(lines);
}

void Writer::set_note(std::function<std::string(std::uint64_t)> note) {
    const std::lock_guard lock{mutex_};
    note_ = std::move(note);
}

std::string Writer::reopen(std::chrono::milliseconds patience) {
    if (output_->is_stream()) return {};
    std::unique_lock lock{mutex_};
    const std::uint64_t mine = ++reopen_asked_;
    signal();
    if (!reopened_.wait_for(lock, patience, [&] { return reopen_done_ >= mine; }))
        return destination() + ": not reopened yet: a write is still under way";
    return reopen_problem_;
}

void Writer::run() {
    for (;;) {
        // Asked before draining: what was in the rings when reopen() was called is written before it is served.
        const bool stopping = stopping_.load(std::memory_order_acquire);
        std::uint64_t asked;
        {
            const std::lock_guard lock{mutex_};
            asked = reopen_asked_ == reopen_done_ ? 0 : reopen_asked_;
        }
        const Progress progress = drain();
        tell_waiting();
        if (const std::string remark = output_->take_remark(); !remark.empty()) reports_.tell(true, remark);
        if (asked) serve_reopen(asked);
        if (stopping) {
            if (progress == Progress::idle) return;
            if (give_up_at_ == Clock::time_point::max()) give_up_at_ = Clock::now() + times_.grace;
            if (progress != Progress::wrote && Clock::now() >= give_up_at_) return give_up();
        }
        if (!(stopping && progress == Progress::wrote) && !asked) rest(progress);
    }
}

void Writer::tell_waiting() {
    std::size_t bytes = 0;
    lanes_.each([&](Ring& ring) {
        bytes += ring.readable().size();
        return true;
    });
    if (bytes != told_waiting_) tally_->waiting(told_waiting_ = bytes);
}

// One round: everything that waits, lane by lane. A half-written line or note is ended before anything else.
Writer::Progress Writer::drain() {
    bool wrote = false;
    const auto goes_on = [&](Progress progress) {
        wrote = wrote || progress == Progress::wrote;
        return progress == Progress::idle || progress == Progress::wrote;
    };
    if (const Progress progress = pump_note(); !goes_on(progress)) return progress;
    if (unfinished_)
        if (const Progress progress = pump(*unfinished_); !goes_on(progress)) return progress;
    Progress last = Progress::idle;
    if (!lanes_.each([&](Ring& ring) { return goes_on(last = pump(ring)); })) return last;
    if (make_note())
        if (const Progress progress = pump_note(); !goes_on(progress)) return progress;
    return wrote ? Progress::wrote : Progress::idle;
}

// What one ring holds now. Lines that come meanwhile wait for the next round, so that one busy loop cannot keep the
// others' lines from being written.
Writer::Progress Writer::pump(Ring& ring) {
    std::size_t left = ring.readable().size();
    if (left == 0) return Progress::idle;
    while (left > 0) {
        Ring::Stretch stretch = ring.readable();
        stretch.first = stretch.first.substr(0, left);
        stretch.second = stretch.second.substr(0, left - stretch.first.size());
        if (!output_->is_open())
            if (const int error = output_->open(); error != 0) return took(-1, error);
        const ssize_t count = output_->write(stretch.first, stretch.second);
        if (const Progress progress = took(count, errno); progress != Progress::wrote) return progress;

        const auto taken = static_cast<std::size_t>(count);
        const std::string_view one = stretch.first.substr(0, taken);
        const std::string_view two = stretch.second.substr(0, taken - one.size());
        const std::uint64_t lines = lines_in(one) + lines_in(two);
        unfinished_ = (two.empty() ? one : two).ends_with('\n') ? nullptr : &ring;
        ring.consume(taken);
        tally_->written(lines);
        left -= taken;
    }
    return Progress::wrote;
}

Writer::Progress Writer::pump_note() {
    if (note_text_.empty()) return Progress::idle;
    while (note_written_ < note_text_.size()) {
        if (!output_->is_open())
            if (const int error = output_->open(); error != 0) return took(-1, error);
        const ssize_t count = output_->write(std::string_view{note_text_}.substr(note_written_), {});
        if (const Progress progress = took(count, errno); progress != Progress::wrote) return progress;
        note_written_ += static_cast<std::size_t>(count);
    }
    note_text_.clear();
    note_written_ = 0;
    return Progress::wrote;
}

// What one write came to; tells people when the destination begins and ceases to fail. An interrupted or empty write
// is a stall of no time.
Writer::Progress Writer::took(ssize_t count, int error) {
    if (count > 0) {
        retry_ = times_.first_retry;
        if (failing_) {
            failing_ = false;
            const std::uint64_t lost = dropped_.load(std::memory_order_relaxed) - dropped_before_failure_;
            reports_.tell(false, destination() + ": written again; lines dropped meanwhile: " + std::to_string(lost));
        }
        return Progress::wrote;
    }
    if (count == 0 || error == EAGAIN || error == EWOULDBLOCK || error == EINTR) return Progress::stalled;
    tally_->failed();
    if (!failing_) {
        failing_ = true;
        dropped_before_failure_ = dropped_.load(std::memory_order_relaxed);
        reports_.tell(true, destination() + ": " + output_->explain(error) +
                         "; lines wait in memory, and are dropped when that is full");
    }
    return Progress::failed;
}

// True if there is something to tell: lines were dropped since the last note.
bool Writer::make_note() {
    const std::uint64_t dropped = dropped_.load(std::memory_order_relaxed);
    if (dropped == noted_ || !output_->is_open()) return false;
    const std::lock_guard lock{mutex_};
    if (!note_) return false;
    note_text_ = note_(dropped - noted_);
    noted_ = dropped;
    return true;
}

void Writer::serve_reopen(std::uint64_t asked) {
    // Not open yet: the first line will open whatever is there then.
    const int error = output_->is_open() ? output_->open() : 0;
    if (error == 0) skip_unfinished();
    else tally_->failed();
    const std::lock_guard lock{mutex_};
    reopen_done_ = asked;
    reopen_problem_.clear();
    if (error) reopen_problem_ = destination() + ": " + output_->explain(error) + "; the old file is still written to";
    reopened_.notify_all();
}

// The new file must not begin with the end of a line whose beginning is in the old one.
void Writer::skip_unfinished() {
    note_written_ = 0;
    if (!unfinished_) return;
    const Ring::Stretch stretch = unfinished_->readable();
    std::size_t end = stretch.first.find('\n');
    if (end == std::string_view::npos) end = stretch.first.size() + stretch.second.find('\n');
    unfinished_->consume(end + 1);
    unfinished_ = nullptr;
    drop(1);
}

// Waits for what the last round calls for. While the destination takes nothing the state stays `awake`: lines cannot
// help, so loops need not call.
void Writer::rest(Progress progress) {
    using std::chrono::milliseconds;
    pollfd wanted[2] = {{event_, POLLIN, 0}, {-1, POLLOUT, 0}};
    milliseconds time{-1};
    switch (progress) {
        case Progress::wrote:
            thread_state_.store(Thread::napping, std::memory_order_seq_cst);
            time = lanes_.unhurried() ? times_.nap : milliseconds{0};
            break;
        case Progress::idle:
            thread_state_.store(Thread::asleep, std::memory_order_seq_cst);
            if (!lanes_.empty()) time = milliseconds{0};
            break;
        case Progress::stalled:
            wanted[1].fd = output_->descriptor();
            time = times_.last_retry;
            break;
        case Progress::failed:
            time = retry_;
            retry_ = std::min(2 * retry_, times_.last_retry);
            break;
    }
    if (give_up_at_ != Clock::time_point::max()) {
        const auto left = std::chrono::ceil<milliseconds>(give_up_at_ - Clock::now());
        time = std::clamp(time, milliseconds{0}, std::max(left, milliseconds{0}));
    }
    ::poll(wanted, 2, static_cast<int>(time.count()));
    thread_state_.store(Thread::awake, std::memory_order_seq_cst);
    std::uint64_t calls;
    [[maybe_unused]] const ssize_t got = ::read(event_, &calls, sizeof calls);
}

void Writer::give_up() {
    std::uint64_t lines = 0;
    lanes_.each([&](const Ring& ring) {
        const Ring::Stretch stretch = ring.readable();
        lines += lines_in(stretch.first) + lines_in(stretch.second);
        return true;
    });
    if (lines > 0) drop(lines);
}

}  // namespace tollgate::logging

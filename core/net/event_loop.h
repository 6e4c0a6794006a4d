// core/net/event_loop.h - EventLoop: one thread that waits for descriptors (epoll, edge-triggered), timers and posts.
#pragma once

#include <tollgate/task.h>

#include "net/timers.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

struct epoll_event;

namespace tollgate::net {

// Something that hears when its descriptor becomes ready. Registered once, for everything, edge-triggered.
class Watcher {
public:
    virtual void on_ready(std::uint32_t events) = 0;  // EPOLL* bits; may destroy the watcher

protected:
    ~Watcher() = default;
};

// 36 KiB lent by a loop while bytes are under way; idle connections hold none. Larger than the largest head that
// `limits` can allow (32 KiB), so that it is the limit that refuses a head, and not the buffer.
struct Buffer {
    static constexpr std::size_t size = 36 << 10;
    char bytes[size];
};

// What a loop takes for the time, where it is not the kernel's: a rehearsal's stands still until it is moved.
class Timekeeper {
public:
    virtual TimePoint now() noexcept = 0;
    // Nothing is ready: how long the loop may wait for descriptors and posts, in milliseconds, -1 for ever.
    // `until_timer`: until its next timer is due; -1 where none is armed.
    virtual int wait(int until_timer) noexcept = 0;

protected:
    ~Timekeeper() = default;
};

// Hears how busy a loop is. On the loop, and not for long.
class TurnListener {
public:
    virtual void on_turn(Duration length) noexcept = 0;  // from waking to waiting: what became ready meanwhile waited
    virtual void on_timers(Duration late) noexcept = 0;  // some have fired: by how much the first of them was late

protected:
    ~TurnListener() = default;
};

// Everything but post() and stop() belongs to the loop's own thread.
class EventLoop {
public:
    // `timekeeper` outlives the loop; null: the kernel's time.
    explicit EventLoop(std::size_t number, Timekeeper* timekeeper = nullptr);
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    void run();                               // until stop(); makes this thread the loop's
    void stop() noexcept;                     // any thread
    void post(std::function<void()> job);     // any thread: runs soon on the loop, in order
    static EventLoop* current() noexcept;     // the loop of the calling thread, or null
    std::size_t number() const noexcept { return number_; }

    TimePoint now() const noexcept { return now_; }  // when this turn began
    // The same moment as people say it: asked of the kernel once a turn, and only in turns in which somebody asks.
    std::chrono::system_clock::time_point wall_clock() noexcept {
        if (std::exchange(wall_clock_of_, turn_) != turn_) wall_clock_ = std::chrono::system_clock::now();
        return wall_clock_;
    }
    void arm(Timer& timer, TimePoint when) noexcept { timers_.arm(timer, when); }
    void arm(Timer& timer, Duration after) noexcept {
        constexpr Duration longest = std::chrono::hours{24 * 365};  // "for ever" would overflow
        timers_.arm(timer, now_ + (after < longest ? after : longest));
    }

    void add(int descriptor, Watcher& watcher);  // throws std::system_error
    // Before the descriptor is closed; the watcher hears nothing more, not even of this turn.
    void remove(int descriptor, Watcher& watcher) noexcept;

    // Runs a task on its own: it is kept until it ends, and destroyed with the loop. What it throws goes to the hook.
    void spawn(Task<void> task);
    void on_spawned_failure(std::function<void(std::exception_ptr)> hook) { failure_hook_ = std::move(hook); }
    void cancel_spawned() noexcept;  // destroys what was spawned and not ended
    void report_to(TurnListener& listener) noexcept { listener_ = &listener; }  // outlives run(); before that

    // Buffers in use come back through the deleter.
    struct ReturnBuffer {
        EventLoop* loop = nullptr;
        void operator()(Buffer* buffer) const noexcept { loop->give_back(buffer); }
    };
    using BufferLease = std::unique_ptr<Buffer, ReturnBuffer>;
    BufferLease lend_buffer();

    // Grows by one each time the loop comes back from waiting.
    std::uint64_t turn() const noexcept { return turn_; }

private:
    struct Spawned;
    TimePoint read_clock() const noexcept { return timekeeper_ ? timekeeper_->now() : Clock::now(); }
    void give_back(Buffer* buffer) noexcept;
    void wake() noexcept;
    void run_posted();
    void end_spawned(std::uint64_t number) noexcept;

    const std::size_t number_;
    Timekeeper* const timekeeper_;
    TurnListener* listener_ = nullptr;
    int epoll_ = -1, wake_ = -1;
    TimePoint now_;
    Timers timers_;
    std::atomic<bool> stopping_{false};
    std::uint64_t turn_ = 0, wall_clock_of_ = ~std::uint64_t{0};
    std::chrono::system_clock::time_point wall_clock_;
    std::mutex posted_mutex_;
    std::vector<std::function<void()>> posted_;
    std::vector<Buffer*> spare_buffers_;
    Spawned* spawned_ = nullptr;
    std::uint64_t last_spawned_ = 0;
    std::function<void(std::exception_ptr)> failure_hook_;
    // The events of this turn that are still to be delivered; remove() blanks those of a watcher that is gone.
    ::epoll_event* pending_ = nullptr;
    int pending_count_ = 0;
};

}  // namespace tollgate::net

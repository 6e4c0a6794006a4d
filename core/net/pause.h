// core/net/pause.h - Pause: co_await Pause{loop, time} goes on on the loop when the time is over.
#pragma once

#include "net/event_loop.h"

#include <coroutine>

namespace tollgate::net {

// Also a time of zero lets the loop get to its other work first. Withdrawn by destroying the coroutine. Loop only.
class Pause final : private Timer {
public:
    Pause(EventLoop& loop, Duration time) noexcept : loop_{loop}, time_{time} {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
        waiter_ = waiter;
        loop_.arm(*this, time_);
    }
    void await_resume() const noexcept {}

private:
    void on_timer() override { waiter_.resume(); }
    EventLoop& loop_;
    Duration time_;
    std::coroutine_handle<> waiter_;
};

}  // namespace tollgate::net

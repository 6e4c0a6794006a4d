// core/net/within.h - Within: awaits a task for so long and no longer.
#pragma once

#include "net/event_loop.h"

#include <coroutine>
#include <optional>
#include <utility>

namespace tollgate::net {

// `co_await Within{loop, time, task}` gives what the task gives (or throws), or nullopt when the time is over: then the
// task is destroyed, which withdraws whatever it awaits. Loop only.
template <class T>
class Within final : private Timer {
public:
    Within(EventLoop& loop, Duration time, Task<T> task)
        : loop_{loop}, time_{time}, task_{std::move(task)}, inner_{task_.operator co_await()} {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) {
        if (!inner_.await_suspend(waiter)) return false;
        waiter_ = waiter;
        loop_.arm(*this, time_);
        return true;
    }
    std::optional<T> await_resume() {
        if (!task_) return std::nullopt;
        return inner_.await_resume();
    }

private:
    void on_timer() override {
        task_ = {};
        waiter_.resume();
    }
    EventLoop& loop_;
    Duration time_;
    Task<T> task_;
    typename Task<T>::Awaiter inner_;
    std::coroutine_handle<> waiter_;
};

}  // namespace tollgate::net

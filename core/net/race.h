// core/net/race.h - Race: two tasks beside each other, for who wants the first that ends.
#pragma once

#include "net/event_loop.h"

#include <array>
#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>

namespace tollgate::net {

// Its tasks go on whatever the owner awaits meanwhile; what has ended waits for it to ask. Destroying the race destroys
// them, which withdraws whatever they await. Loop only; one coroutine at a time awaits it, and outlives that.
template <class T>
class Race final : private Timer {
public:
    explicit Race(EventLoop& loop) noexcept : loop_{loop} {}

    // Runs it until it waits for something. There is room for two.
    void enter(std::size_t number, Task<T> task) {
        tasks_[number] = std::move(task);
        tasks_[number].start();
    }
    // One that has ended and was not taken yet.
    std::optional<std::size_t> ended() const noexcept {
        for (std::size_t number = 0; number < tasks_.size(); ++number)
            if (tasks_[number] && tasks_[number].done()) return number;
        return std::nullopt;
    }
    bool holds(std::size_t number) const noexcept { return bool(tasks_[number]); }
    // What it gave, or threw; it is destroyed.
    T take(std::size_t number) {
        Task<T> task = std::move(tasks_[number]);
        return task.take();
    }
    void cancel(std::size_t number) noexcept { tasks_[number] = {}; }

    // co_await race.next(time): ended(), as soon as there is one; nullopt when the time is over before that.
    class Next {
    public:
        Next(Race& race, std::optional<Duration> time) noexcept : race_{race}, time_{time} {}
        Next(const Next&) = delete;
        Next& operator=(const Next&) = delete;
        ~Next() { race_.wake_nobody(); }
        bool await_ready() const noexcept { return race_.ended().has_value(); }
        void await_suspend(std::coroutine_handle<> waiter) noexcept { race_.wake(waiter, time_); }
        std::optional<std::size_t> await_resume() const noexcept { return race_.ended(); }

    private:
        Race& race_;
        const std::optional<Duration> time_;
    };
    Next next(std::optional<Duration> time = std::nullopt) noexcept { return {*this, time}; }

private:
    void wake(std::coroutine_handle<> waiter, std::optional<Duration> time) noexcept {
        continue_with(waiter);
        waiter_ = waiter;
        if (time) loop_.arm(*this, *time);
    }
    // While the owner awaits something else its tasks must not resume it.
    void wake_nobody() noexcept {
        continue_with({});
        disarm();
    }
    void continue_with(std::coroutine_handle<> waiter) noexcept {
        for (auto& task : tasks_)
            if (task) task.operator co_await().frame.promise().continuation = waiter;
    }
    void on_timer() override { waiter_.resume(); }

    EventLoop& loop_;
    std::array<Task<T>, 2> tasks_;
    std::coroutine_handle<> waiter_;
};

}  // namespace tollgate::net

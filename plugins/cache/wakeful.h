// plugins/cache/wakeful.h - Waiters: coroutines on several loops that wait for the same thing, which any thread may do.
#pragma once

#include <tollgate/task.h>

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace tollgate::cache {

// An event loop, to those who want to wake somebody there, or wait themselves.
class Loop {
public:
    virtual ~Loop() = default;
    // [loop]
    virtual std::chrono::steady_clock::time_point now() const = 0;
    virtual Task<void> sleep(std::chrono::nanoseconds time) = 0;
    // [any thread] Runs `work` there soon, never inside this call; or destroys it unrun, where that loop has ended.
    virtual void post(std::function<void()> work) = 0;
};

// Whoever changes what is waited for holds the mutex, and wakes all before he lets go of it; they look again.
class Waiters {
    struct Place {
        std::coroutine_handle<> sleeper;  // of its loop alone; empty once it is gone or awake
    };

public:
    explicit Waiters(std::mutex& mutex) noexcept : mutex_{mutex} {}
    Waiters(const Waiters&) = delete;
    Waiters& operator=(const Waiters&) = delete;

    void wake_all();  // with the mutex held
    std::uint64_t turn() const noexcept { return turn_; }  // with the mutex held

    // co_await change: until the next wake_all(), or not at all where there was one since `turn`. Of the coroutine's
    // frame, on `loop`; being destroyed is leaving. `alarm` may be none; whichever comes first ends the waiting.
    class Change {
    public:
        Change(Waiters& waiters, Loop& loop, std::uint64_t turn, Task<void>* alarm = nullptr) noexcept
            : waiters_{waiters}, loop_{loop}, turn_{turn}, alarm_{alarm} {}
        Change(const Change&) = delete;
        Change& operator=(const Change&) = delete;
        ~Change();

        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> sleeper);
        void await_resume() const noexcept {}

    private:
        Waiters& waiters_;
        Loop& loop_;
        const std::uint64_t turn_;
        Task<void>* const alarm_;
        std::shared_ptr<Place> place_;
    };

private:
    struct Waiting {
        Loop* loop;
        std::shared_ptr<Place> place;
    };
    std::mutex& mutex_;
    std::uint64_t turn_ = 0;
    std::vector<Waiting> waiting_;
};

}  // namespace tollgate::cache

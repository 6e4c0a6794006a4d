// tollgate/task.h - Task<T>, the coroutine type that doors, bodies and the gateway itself are written in.
//
// A Task is lazy: nothing runs until it is awaited. It is owned by one place, runs on one event loop, and destroying
// it while it is suspended cancels it: everything it awaits is withdrawn by destructors. Never move a Task to
// another thread. Never pass a reference to a temporary into a coroutine that outlives the full expression.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <utility>

namespace tollgate {

template <class T>
class Task;

namespace detail {

// Memory for coroutine frames, from free lists of the calling thread. `size` in bytes; throws std::bad_alloc.
// The library holds it, not this header, so that it can change without rebuilding plugins.
void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size) noexcept;

struct AnyPromise {
    std::coroutine_handle<> continuation;  // who awaits this task; empty while it runs for the first time
    std::exception_ptr failure;

    static void* operator new(std::size_t size) { return allocate_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { free_frame(frame, size); }

    std::suspend_always initial_suspend() noexcept { return {}; }

    // Resumes the awaiting coroutine from inside the last suspension. It may destroy this frame, so nothing here is
    // touched after. No symmetric transfer: without guaranteed tail calls (-O0, sanitizers) that overflows the stack.
    struct Final {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> self) noexcept {
            if (auto continuation = self.promise().continuation) continuation.resume();
        }
        void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { failure = std::current_exception(); }
};

template <class T>
struct Promise : AnyPromise {
    std::optional<T> result;
    Task<T> get_return_object() noexcept;
    template <class U>
    void return_value(U&& value) {
        result.emplace(std::forward<U>(value));
    }
    T take() {
        if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
        return std::move(*result);
    }
};

template <>
struct Promise<void> : AnyPromise {
    Task<void> get_return_object() noexcept;
    void return_void() noexcept {}
    void take() {
        if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
    }
};

}  // namespace detail

// A computation that yields a T (or throws) when awaited. Move-only; await it at most once.
template <class T = void>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;

    Task() noexcept = default;
    explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_{frame} {}
    Task(Task&& other) noexcept : frame_{std::exchange(other.frame_, nullptr)} {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            if (frame_) frame_.destroy();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~Task() {
        if (frame_) frame_.destroy();
    }

    // True unless default-constructed or moved from.
    explicit operator bool() const noexcept { return bool(frame_); }

    // Runs to the first suspension without awaiting; for the one who owns a root task (a connection, a spawned
    // job). When it finishes later, `continuation` is resumed, if given.
    void start(std::coroutine_handle<> continuation = {}) {
        frame_.promise().continuation = continuation;
        frame_.resume();
    }
    bool done() const noexcept { return !frame_ || frame_.done(); }
    // The result of a task that is done(); rethrows what it threw.
    T take() { return frame_.promise().take(); }

    struct Awaiter {
        std::coroutine_handle<promise_type> frame;
        bool await_ready() const noexcept { return false; }
        // Runs the task at once. Most finish without waiting, and then the caller does not suspend at all.
        bool await_suspend(std::coroutine_handle<> caller) {
            frame.resume();
            if (frame.done()) return false;
            frame.promise().continuation = caller;
            return true;
        }
        T await_resume() { return frame.promise().take(); }
    };
    Awaiter operator co_await() const& noexcept { return Awaiter{frame_}; }
    Awaiter operator co_await() const&& noexcept { return Awaiter{frame_}; }

private:
    std::coroutine_handle<promise_type> frame_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
    return Task<T>{std::coroutine_handle<Promise<T>>::from_promise(*this)};
}
inline Task<void> Promise<void>::get_return_object() noexcept {
    return Task<void>{std::coroutine_handle<Promise<void>>::from_promise(*this)};
}
}  // namespace detail

}  // namespace tollgate

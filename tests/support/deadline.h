// tests/support/deadline.h - Deadline: how long a test waits before it calls a thing broken; Gate: one thread tells another.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>

namespace tollgate::test {

// Generous: sanitizers on a slow and busy machine are slow, and only what is broken waits this long.
inline constexpr std::chrono::milliseconds patience{60'000};

class Deadline {
public:
    explicit Deadline(std::chrono::milliseconds time = patience) : end_{std::chrono::steady_clock::now() + time} {}
    bool passed() const { return std::chrono::steady_clock::now() >= end_; }
    // For poll(): at least 0.
    int milliseconds_left() const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
        return left.count() < 0 ? 0 : static_cast<int>(left.count());
    }
    std::chrono::steady_clock::time_point end() const { return end_; }

private:
    std::chrono::steady_clock::time_point end_;
};

// Closed until opened, then open for good.
class Gate {
public:
    void open() {
        const std::lock_guard lock{mutex_};
        open_ = true;
        changed_.notify_all();
    }
    // Throws if nobody opens it in time.
    void wait(std::chrono::milliseconds time = patience) {
        std::unique_lock lock{mutex_};
        if (!changed_.wait_for(lock, time, [this] { return open_; })) throw std::runtime_error{"a gate was never opened"};
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

// Looks again and again until `condition` holds; for what announces itself nowhere (a kernel queue, /proc). Throws,
// naming `what`, if it never does.
template <class Condition>
void wait_until(const std::string& what, Condition condition, std::chrono::milliseconds time = patience) {
    std::mutex mutex;
    std::condition_variable never;
    const Deadline deadline{time};
    while (!condition()) {
        if (deadline.passed()) throw std::runtime_error{"waited in vain until " + what};
        std::unique_lock lock{mutex};
        never.wait_for(lock, std::chrono::milliseconds{2});
    }
}

}  // namespace tollgate::test

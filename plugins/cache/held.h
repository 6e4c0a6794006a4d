// plugins/cache/held.h - Held: the memory of all bodies that are on their way, and how much of it there may be.
#pragma once

#include <atomic>
#include <cstddef>

namespace tollgate::cache {

// Any thread.
class Held {
public:
    explicit Held(std::size_t bound) noexcept : bound_{bound} {}

    void set_bound(std::size_t bound) noexcept { bound_.store(bound, std::memory_order_relaxed); }
    std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
    // Whether there is no room for one more.
    bool full() const noexcept { return bytes() >= bound_.load(std::memory_order_relaxed); }

    void add(std::size_t bytes) noexcept { bytes_.fetch_add(bytes, std::memory_order_relaxed); }
    void drop(std::size_t bytes) noexcept { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
    // The same where there is room for it.
    bool try_add(std::size_t bytes) noexcept {
        if (bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= bound_.load(std::memory_order_relaxed))
            return true;
        drop(bytes);
        return false;
    }

private:
    std::atomic<std::size_t> bytes_{0}, bound_;
};

}  // namespace tollgate::cache

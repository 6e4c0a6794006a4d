// core/tracing/span_queue.h - SpanQueue: spans from one loop to the exporter's thread, without a lock.
#pragma once

#include "tracing/span.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace tollgate::tracing {

// Bounded. Functions are marked with the side that may call them.
class SpanQueue {
public:
    // The next power of two.
    explicit SpanQueue(std::size_t capacity);

    // [producer] Dropped, and counted, where there is no room.
    void push(std::unique_ptr<Span> span) noexcept;
    // [consumer] The oldest, or null.
    std::unique_ptr<Span> pop() noexcept;
    // Any thread.
    std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

private:
    std::vector<std::unique_ptr<Span>> slots_;
    const std::size_t mask_;
    std::atomic<std::uint64_t> dropped_{0};
    // Both grow for ever. Each side's has a cache line of its own.
    alignas(64) std::atomic<std::size_t> head_{0};
    alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace tollgate::tracing

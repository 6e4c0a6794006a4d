// core/tracing/span_queue.cpp - a ring of pointers with one writer at each end.
#include "tracing/span_queue.h"

#include <bit>
#include <utility>

namespace tollgate::tracing {

SpanQueue::SpanQueue(std::size_t capacity) : slots_{std::bit_ceil(capacity)}, mask_{slots_.size() - 1} {}

void SpanQueue::push(std::unique_ptr<Span> span) noexcept {
    const auto head = head_.load(std::memory_order_relaxed);
    if (head - tail_.load(std::memory_order_acquire) > mask_) {
        dropped_.store(dropped_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        return;
    }
    slots_[head & mask_] = std::move(span);
    head_.store(head + 1, std::memory_order_release);
}

std::unique_ptr<Span> SpanQueue::pop() noexcept {
    const auto tail = tail_.load(std::memory_order_relaxed);
    if (tail == head_.load(std::memory_order_acquire)) return nullptr;
    auto span = std::move(slots_[tail & mask_]);
    tail_.store(tail + 1, std::memory_order_release);
    return span;
}

}  // namespace tollgate::tracing

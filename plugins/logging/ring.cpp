// plugins/logging/ring.cpp - the two sides of a Ring.
#include "ring.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace tollgate::logging {

Ring::Ring(std::size_t capacity)
    : bytes_{std::make_unique_for_overwrite<char[]>(std::bit_ceil(capacity))}, mask_{std::bit_ceil(capacity) - 1} {}

bool Ring::push(std::string_view line) noexcept {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    // Asking for the tail costs a cache miss while the consumer is at work. Each quarter of a ring is often enough
    // to know how full it is.
    if (const std::size_t used = head - tail_seen_; used + line.size() > capacity() / 4)
        tail_seen_ = tail_.load(std::memory_order_acquire);
    if (line.size() > capacity() - (head - tail_seen_)) return false;
    const std::size_t at = head & mask_;
    const std::size_t before_end = std::min(line.size(), capacity() - at);
    std::memcpy(bytes_.get() + at, line.data(), before_end);
    std::memcpy(bytes_.get(), line.data() + before_end, line.size() - before_end);
    // Sequentially consistent, as waiting() is: either the consumer sees this line before it sleeps, or the producer,
    // who looks after this, sees that it sleeps.
    head_.store(head + line.size(), std::memory_order_seq_cst);
    return true;
}

Ring::Stretch Ring::readable() const noexcept {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    const std::size_t count = head_.load(std::memory_order_acquire) - tail;
    const std::size_t at = tail & mask_;
    const std::size_t before_end = std::min(count, capacity() - at);
    return {{bytes_.get() + at, before_end}, {bytes_.get(), count - before_end}};
}

void Ring::consume(std::size_t count) noexcept {
    tail_.store(tail_.load(std::memory_order_relaxed) + count, std::memory_order_release);
}

std::size_t Ring::waiting() const noexcept {
    return head_.load(std::memory_order_seq_cst) - tail_.load(std::memory_order_relaxed);
}

}  // namespace tollgate::logging

// plugins/logging/ring.h - Ring: whole lines from one producer thread to one consumer thread, without a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>

namespace tollgate::logging {

// A bounded queue of bytes. A line enters whole or not at all, so what is readable always ends where a line ends.
// Functions are marked with the side that may call them.
class Ring {
public:
    // Rounded up to a power of two.
    explicit Ring(std::size_t capacity);

    std::size_t capacity() const noexcept { return mask_ + 1; }

    // [producer] False, and nothing has changed, if the line does not fit.
    bool push(std::string_view line) noexcept;
    // [producer] Bytes waiting, by the latest the producer knows: never less than there are.
    std::size_t used() const noexcept { return head_.load(std::memory_order_relaxed) - tail_seen_; }

    // [consumer] What is readable, oldest first; `second` is where it wraps around. Valid until consumed.
    struct Stretch {
        std::string_view first, second;
        std::size_t size() const noexcept { return first.size() + second.size(); }
    };
    Stretch readable() const noexcept;
    // [consumer] The oldest `count` bytes are done with; at most what readable() showed.
    void consume(std::size_t count) noexcept;
    // [consumer] Bytes waiting. Ordered against push() as if both took turns: the consumer may go to sleep on it.
    std::size_t waiting() const noexcept;

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t mask_;
    // Both grow for ever and wrap as unsigned numbers do. Each side's figures have a cache line of their own.
    alignas(64) std::atomic<std::size_t> head_{0};
    std::size_t tail_seen_ = 0;  // the producer's: the tail when it last had to look
    alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace tollgate::logging

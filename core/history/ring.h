// core/history/ring.h - Ring: records from the one thread that makes them to the one that takes them, without a lock.
#pragma once

#include "history/record.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>

namespace tollgate::history {

// A bounded queue of bytes, in which each record lies in one piece. Its memory is touched only as far as it is used.
class Ring {
public:
    explicit Ring(std::size_t capacity = 256 << 10);  // rounded up to a power of two

    // [producer] Its texts are cut at their longest. False: there is no room.
    bool push(const RecordView& record) noexcept;
    // [consumer] The oldest.
    std::optional<Record> pop();

private:
    std::size_t capacity() const noexcept { return mask_ + 1; }

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t mask_;
    // Both grow for ever and wrap as unsigned numbers do.
    alignas(64) std::atomic<std::size_t> head_{0};  // the producer's
    alignas(64) std::atomic<std::size_t> tail_{0};  // the consumer's
};

}  // namespace tollgate::history

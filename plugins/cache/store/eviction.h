// plugins/cache/store/eviction.h - Eviction: whom a full store sends away (S3-FIFO: Yang and others, SOSP 2023).
//
// What is new stands in a small queue of a tenth of the room. At its end it goes, unless it was asked for meanwhile:
// then it goes over into the main queue, and so does at once what comes back soon after it was sent away. At the end of
// the main queue it goes back to the beginning as often as it was asked for since, three times at most. So a hit moves
// nothing and needs no lock of the store's, and what is asked for once only passes through the small queue.
#pragma once

#include "store/ghosts.h"
#include "store/slot.h"

#include <cstddef>

namespace tollgate::cache {

// Under the store's lock.
class Eviction {
public:
    explicit Eviction(Slots& slots) noexcept : slots_{slots} {}

    void enter(Number slot) noexcept;  // its key and bytes are set
    void leave(Number slot) noexcept;
    void resize(Number slot, std::uint32_t bytes) noexcept;

    // Who is to go next, `bound` bytes being the room there is for all; none if nobody is there. He has not left yet.
    // `effort`: how many may be spared before the next goes even if he was asked for; what was needed is taken off.
    Number victim(std::size_t bound, int& effort) noexcept;
    // The victim was sent away, and may come back. Before he leaves.
    void remember(Number slot) noexcept;

    std::size_t items() const noexcept { return items_; }
    std::size_t bytes() const noexcept { return small_.bytes + main_.bytes; }
    std::size_t own_bytes() const noexcept { return ghosts_.bytes(); }

private:
    struct Fifo {
        Number first = none, last = none;
        std::size_t bytes = 0;
    };
    Fifo& queue_of(const Slot& slot) noexcept { return slot.queue == Slot::Queue::small ? small_ : main_; }
    void append(Slot::Queue queue, Number slot) noexcept;

    Slots& slots_;
    Fifo small_, main_;
    Ghosts ghosts_;
    std::size_t items_ = 0;
};

}  // namespace tollgate::cache

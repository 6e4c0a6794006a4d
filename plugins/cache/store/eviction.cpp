// plugins/cache/store/eviction.cpp - two queues through the slots.
#include "store/eviction.h"

namespace tollgate::cache {

namespace {

constexpr std::size_t small_part = 10;  // of the room: a tenth

}  // namespace

void Eviction::append(Slot::Queue queue, Number number) noexcept {
    Slot& slot = slots_[number];
    slot.queue = queue;
    Fifo& fifo = queue_of(slot);
    slot.next = none;
    slot.before = fifo.last;
    (fifo.last == none ? fifo.first : slots_[fifo.last].next) = number;
    fifo.last = number;
    fifo.bytes += slot.bytes;
}

void Eviction::enter(Number number) noexcept {
    append(ghosts_.take(slots_[number].key) ? Slot::Queue::main : Slot::Queue::small, number);
    ++items_;
}

void Eviction::leave(Number number) noexcept {
    Slot& slot = slots_[number];
    Fifo& fifo = queue_of(slot);
    (slot.before == none ? fifo.first : slots_[slot.before].next) = slot.next;
    (slot.next == none ? fifo.last : slots_[slot.next].before) = slot.before;
    fifo.bytes -= slot.bytes;
    slot.queue = Slot::Queue::nowhere;
    --items_;
}

void Eviction::resize(Number number, std::uint32_t bytes) noexcept {
    Slot& slot = slots_[number];
    Fifo& fifo = queue_of(slot);
    fifo.bytes += bytes;
    fifo.bytes -= slot.bytes;
    slot.bytes = bytes;
}

Number Eviction::victim(std::size_t bound, int& effort) noexcept {
    for (;; --effort) {
        const bool from_small = small_.first != none && (small_.bytes > bound / small_part || main_.first == none);
        const Number number = from_small ? small_.first : main_.first;
        if (number == none) return none;
        Slot& slot = slots_[number];
        const std::uint8_t hits = slot.hits.load(std::memory_order_relaxed);
        if (hits == 0 || effort <= 0) return number;
        slot.hits.store(from_small ? 0 : hits - 1, std::memory_order_relaxed);
        leave(number);
        append(Slot::Queue::main, number);
        ++items_;
    }
}

void Eviction::remember(Number number) noexcept {
    if (slots_[number].queue != Slot::Queue::small) return;
    ghosts_.fit(items_);
    ghosts_.add(slots_[number].key);
}

}  // namespace tollgate::cache

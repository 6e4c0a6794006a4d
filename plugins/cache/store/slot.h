// plugins/cache/store/slot.h - Slot: an item in a store, with all that the store remembers of it.
#pragma once

#include "store/arena.h"
#include "store/item.h"
#include "store/key.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace tollgate::cache {

// One line of the processor's cache. `item` changes under the store's lock and the shard's, and so does `key` while the
// shard's index knows of the slot; `hits` counts under the shard's and is spent under the store's, and may miss one now
// and then; the rest is under the store's.
struct alignas(64) Slot {
    static constexpr std::uint8_t most_hits = 3;
    enum class Queue : std::uint8_t { nowhere, small, main };

    Key key;
    std::shared_ptr<const Item> item;
    Number next = none, before = none;  // in its queue
    Number labels = none;
    std::uint32_t bytes = 0;  // that it counts for
    std::atomic<std::uint8_t> hits{0};
    Queue queue = Queue::nowhere;

    bool used() const noexcept { return item != nullptr; }
    void hit() noexcept {
        const std::uint8_t so_far = hits.load(std::memory_order_relaxed);
        if (so_far < most_hits) hits.store(so_far + 1, std::memory_order_relaxed);
    }
};
static_assert(sizeof(Slot) == 64);

using Slots = Arena<Slot>;

}  // namespace tollgate::cache

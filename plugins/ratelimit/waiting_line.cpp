// plugins/ratelimit/waiting_line.cpp - a few places, in no order: lines are short, and left seldom.
#include "waiting_line.h"

#include <new>

namespace tollgate::ratelimit {

void WaitingLine::offer(const Place& place, Ticks now) noexcept {
    Shard& shard = shard_of(place);
    const std::lock_guard lock{shard.mutex};
    const std::size_t gone = std::erase_if(shard.places, [now](const Place& other) { return other.due <= now; });
    count_.fetch_sub(gone, std::memory_order_relaxed);
    if (shard.places.size() >= most) return;
    try {
        shard.places.push_back(place);
    } catch (const std::bad_alloc&) {
        return;  // lost: see the class
    }
    count_.fetch_add(1, std::memory_order_relaxed);
}

std::optional<Ticks> WaitingLine::earlier(const Place& place, Ticks now) noexcept {
    if (count_.load(std::memory_order_relaxed) == 0) return std::nullopt;
    Shard& shard = shard_of(place);
    const std::lock_guard lock{shard.mutex};
    Place* first = nullptr;
    for (Place& other : shard.places)
        if (other.counters == place.counters && other.hash == place.hash && other.price == place.price &&
            other.due > now && other.due < (first ? first->due : place.due))
            first = &other;
    if (!first) return std::nullopt;
    const Ticks due = first->due;
    *first = shard.places.back();
    shard.places.pop_back();
    count_.fetch_sub(1, std::memory_order_relaxed);
    return due;
}

}  // namespace tollgate::ratelimit

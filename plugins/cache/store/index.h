// plugins/cache/store/index.h - Index: from keys to the numbers of slots, for one shard of a store.
#pragma once

#include "store/arena.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>

namespace tollgate::cache {

// Open addressing, eight bytes a place: the number, and 32 bits of the key, so that hardly ever a slot is looked at
// that is not the one, and none at all when the table grows. Whoever uses it holds the shard's lock.
class Index {
public:
    // The number by those bits of a key for which `is_it(number)`; none: there is none.
    template <class IsIt>
    Number find(std::uint32_t bits, IsIt is_it) const noexcept {
        if (used_ == 0) return none;
        for (std::uint32_t at = bits & mask_; places_[at].number != none; at = (at + 1) & mask_)
            if (places_[at].bits == bits && is_it(places_[at].number)) return places_[at].number;
        return none;
    }
    // After this, one add() succeeds. Throws std::bad_alloc.
    void reserve_one() {
        if (4 * (used_ + 1) > 3 * room()) rebuild(std::max<std::uint32_t>(smallest, 2 * room()));
    }
    void add(std::uint32_t bits, Number number) noexcept {
        put(places_.get(), mask_, {bits, number});
        ++used_;
    }
    // It is in there.
    void remove(std::uint32_t bits, Number number) noexcept;

    std::size_t bytes() const noexcept { return room() * sizeof(Place); }

private:
    struct Place {
        std::uint32_t bits = 0;
        Number number = none;
    };
    static constexpr std::uint32_t smallest = 8;

    static void put(Place* places, std::uint32_t mask, Place place) noexcept {
        std::uint32_t at = place.bits & mask;
        while (places[at].number != none) at = (at + 1) & mask;
        places[at] = place;
    }
    std::uint32_t room() const noexcept { return places_ ? mask_ + 1 : 0; }
    void rebuild(std::uint32_t room);

    std::unique_ptr<Place[]> places_;
    std::uint32_t mask_ = 0, used_ = 0;
};

}  // namespace tollgate::cache

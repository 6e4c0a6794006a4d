// plugins/cache/store/index.cpp - removing without leaving graves, and growing.
#include "store/index.h"

namespace tollgate::cache {

// Those behind move up, unless that were before where they belong.
void Index::remove(std::uint32_t bits, Number number) noexcept {
    std::uint32_t hole = bits & mask_;
    while (places_[hole].number != number) hole = (hole + 1) & mask_;
    for (std::uint32_t at = (hole + 1) & mask_; places_[at].number != none; at = (at + 1) & mask_) {
        const std::uint32_t home = places_[at].bits & mask_;
        if (((at - home) & mask_) < ((at - hole) & mask_)) continue;
        places_[hole] = places_[at];
        hole = at;
    }
    places_[hole] = {};
    --used_;
}

void Index::rebuild(std::uint32_t room) {
    auto places = std::make_unique<Place[]>(room);
    for (std::uint32_t i = 0; i < this->room(); ++i)
        if (places_[i].number != none) put(places.get(), room - 1, places_[i]);
    places_ = std::move(places);
    mask_ = room - 1;
}

}  // namespace tollgate::cache

// core/upstream/shares.cpp - drawing by weight, and the race that keys let the names run.
#include "upstream/shares.h"

#include "support/hash.h"

#include <cmath>

namespace tollgate::upstream {

void Shares::add(std::string_view name, double weight) {
    shares_.push_back({stable_hash(name), weight});
    total_ += weight;
}

std::size_t Shares::drawn(double point) const noexcept {
    double left = point * total_;
    std::size_t last = 0;
    for (std::size_t i = 0; i < shares_.size(); ++i) {
        if (shares_[i].weight <= 0) continue;
        last = i;
        left -= shares_[i].weight;
        if (left < 0) break;
    }
    return last;
}

// For this key every name has a moment at which it arrives, sooner on average the more it weighs (exponentially
// distributed). The first has the key; another weight changes one name's moment only.
std::size_t Shares::of_key(std::string_view key) const noexcept {
    const std::uint64_t hash = stable_hash(key);
    std::size_t first = 0;
    double soonest = HUGE_VAL;
    for (std::size_t i = 0; i < shares_.size(); ++i) {
        if (shares_[i].weight <= 0) continue;
        const double point = double((mix(hash ^ shares_[i].name) >> 11) + 1) * 0x1p-53;  // above 0, at most 1
        const double moment = -std::log(point) / shares_[i].weight;
        if (moment >= soonest) continue;
        soonest = moment;
        first = i;
    }
    return first;
}

}  // namespace tollgate::upstream

// plugins/ratelimit/regions/grow_only.cpp - the greater of two counts.
#include "regions/grow_only.h"

#include <algorithm>

namespace tollgate::ratelimit::regions {

std::uint64_t GrowOnly::merge(Node node, std::uint64_t count) {
    const std::uint64_t before = sum();
    const auto known = std::find_if(counts_.begin(), counts_.end(), [node](const Count& c) { return c.node == node; });
    if (known != counts_.end())
        known->count = std::max(known->count, count);
    else if (count > 0)
        counts_.push_back({node, count});
    return sum() - before;
}

void GrowOnly::merge(const GrowOnly& other) {
    for (const Count& count : other.counts_) merge(count.node, count.count);
}

std::uint64_t GrowOnly::of(Node node) const noexcept {
    for (const Count& count : counts_)
        if (count.node == node) return count.count;
    return 0;
}

std::uint64_t GrowOnly::sum() const noexcept {
    std::uint64_t sum = 0;
    for (const Count& count : counts_) sum += std::min(count.count, ~std::uint64_t{0} - sum);
    return sum;
}

bool GrowOnly::operator==(const GrowOnly& other) const noexcept {
    const auto all_in = [](const GrowOnly& these, const GrowOnly& those) {
        return std::all_of(these.counts_.begin(), these.counts_.end(),
                           [&](const Count& count) { return those.of(count.node) == count.count; });
    };
    return all_in(*this, other) && all_in(other, *this);
}

}  // namespace tollgate::ratelimit::regions

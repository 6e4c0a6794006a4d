// core/upstream/hedge_delay.cpp - counting times, and finding the one below which a share of them is.
#include "upstream/hedge_delay.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tollgate::upstream {

using namespace std::chrono_literals;

std::size_t HedgeDelay::bucket_of(net::Duration time) noexcept {
    const auto nanoseconds = std::uint64_t(std::max<net::Duration::rep>(time.count(), 0));
    const int octave = int(std::bit_width(nanoseconds)) - 1 - least_bits;
    if (octave < 0) return 0;
    constexpr int part_bits = std::bit_width(by_octave) - 1;
    const auto part = std::size_t(nanoseconds >> (octave + least_bits - part_bits)) % by_octave;
    return std::min(std::size_t(octave) * by_octave + part, buckets - 1);
}

net::Duration HedgeDelay::end_of(std::size_t bucket) noexcept {
    const auto width = (std::uint64_t{1} << (bucket / by_octave + std::size_t{least_bits})) / by_octave;
    return net::Duration{net::Duration::rep(width * (by_octave + bucket % by_octave + 1))};
}

// From 1 on: 0 is a count that was never used.
std::uint64_t HedgeDelay::period_of(net::TimePoint now) noexcept {
    return std::uint64_t(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count()) % 0xFFFF'FFFE + 1;
}

void HedgeDelay::add(net::Duration time, net::TimePoint now) noexcept {
    const std::uint64_t period = period_of(now);
    auto& count = counts_[period % slots][bucket_of(time)];
    std::uint64_t seen = count.load(std::memory_order_relaxed), wanted = 0;
    do wanted = seen >> 32 == period ? seen + 1 : period << 32 | 1;
    while (!count.compare_exchange_weak(seen, wanted, std::memory_order_relaxed));
}

std::optional<net::Duration> HedgeDelay::quantile(double share, net::TimePoint now) noexcept {
    auto last = reckoned_.load(std::memory_order_relaxed);
    if ((last == net::TimePoint{} || now - last >= 100ms) && reckoned_.compare_exchange_strong(last, now))
        found_.store(reckon(share, now).value_or(net::Duration::zero()), std::memory_order_relaxed);
    const auto found = found_.load(std::memory_order_relaxed);
    if (found == net::Duration::zero()) return std::nullopt;
    return found;
}

std::optional<net::Duration> HedgeDelay::reckon(double share, net::TimePoint now) const noexcept {
    const std::uint64_t period = period_of(now);
    std::array<std::uint64_t, buckets> sums{};
    std::uint64_t all = 0;
    for (const auto& slot : counts_)
        for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
            const std::uint64_t seen = slot[bucket].load(std::memory_order_relaxed);
            if (seen == 0 || period - (seen >> 32) >= slots) continue;
            sums[bucket] += seen & 0xFFFF'FFFF;
            all += seen & 0xFFFF'FFFF;
        }
    if (all < enough) return std::nullopt;
    auto left = std::uint64_t(std::ceil(share * double(all)));
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        if (left <= sums[bucket]) return end_of(bucket);
        left -= sums[bucket];
    }
    return end_of(buckets - 1);
}

}  // namespace tollgate::upstream

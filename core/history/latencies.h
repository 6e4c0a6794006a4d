// core/history/latencies.h - Latencies: how many times were how long, each known to a sixteenth of itself.
//
// One thread counts, any may read what it counted: a counter is a load and a store. Two readings subtracted are what
// happened between them.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tollgate::history {

// Buckets by powers of two, sixteen to each: from 64 ns, to a minute and beyond, which is the last one.
namespace latency_buckets {
inline constexpr int unit_bits = 6, sub_bits = 4;
inline constexpr std::size_t per_octave = std::size_t{1} << sub_bits, count = 27 * per_octave;

constexpr std::size_t of(std::chrono::nanoseconds time) noexcept {
    const auto units = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)) >> unit_bits;
    if (units < per_octave) return units;
    const auto octave = static_cast<unsigned>(std::bit_width(units)) - (sub_bits + 1);
    return std::min<std::size_t>((octave + 1) * per_octave + ((units >> octave) & (per_octave - 1)), count - 1);
}
// The middle of it.
constexpr std::chrono::nanoseconds middle(std::size_t bucket) noexcept {
    const std::uint64_t octave = bucket < per_octave ? 0 : bucket / per_octave - 1;
    const std::uint64_t low = bucket < per_octave ? bucket : (per_octave + bucket % per_octave) << octave;
    return std::chrono::nanoseconds{static_cast<std::int64_t>(((2 * low + (std::uint64_t{1} << octave)) << unit_bits) / 2)};
}
}  // namespace latency_buckets

// A reading, or several added up.
struct LatencyCounts {
    std::array<std::uint32_t, latency_buckets::count> counts{};  // wraps around as unsigned numbers do

    void count(std::chrono::nanoseconds time) noexcept { ++counts[latency_buckets::of(time)]; }
    void add(const LatencyCounts& other) noexcept;
    void subtract(const LatencyCounts& earlier) noexcept;
    std::uint64_t total() const noexcept;
    // Which `share` (0.99) of them did not exceed; 0 where there are none.
    std::chrono::nanoseconds percentile(double share) const noexcept;
};

class Latencies {
public:
    // [its thread]
    void count(std::chrono::nanoseconds time) noexcept {
        auto& bucket = buckets_[latency_buckets::of(time)];
        bucket.store(bucket.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    // [its thread] From here on as if nothing had been counted.
    void clear() noexcept {
        for (auto& bucket : buckets_) bucket.store(0, std::memory_order_relaxed);
    }
    LatencyCounts read() const noexcept;  // any thread

private:
    std::array<std::atomic<std::uint32_t>, latency_buckets::count> buckets_{};
};

}  // namespace tollgate::history

// core/history/latencies.cpp - reading the buckets, and percentiles of what was read.
#include "history/latencies.h"

#include <cmath>

namespace tollgate::history {

void LatencyCounts::add(const LatencyCounts& other) noexcept {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
}

void LatencyCounts::subtract(const LatencyCounts& earlier) noexcept {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] -= earlier.counts[i];
}

std::uint64_t LatencyCounts::total() const noexcept {
    std::uint64_t all = 0;
    for (const auto count : counts) all += count;
    return all;
}

std::chrono::nanoseconds LatencyCounts::percentile(double share) const noexcept {
    const std::uint64_t all = total();
    if (all == 0) return std::chrono::nanoseconds{0};
    const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * double(all))));
    std::uint64_t so_far = 0;
    for (std::size_t bucket = 0; bucket < counts.size(); ++bucket)
        if ((so_far += counts[bucket]) >= wanted) return latency_buckets::middle(bucket);
    return latency_buckets::middle(counts.size() - 1);
}

LatencyCounts Latencies::read() const noexcept {
    LatencyCounts reading;
    for (std::size_t i = 0; i < buckets_.size(); ++i) reading.counts[i] = buckets_[i].load(std::memory_order_relaxed);
    return reading;
}

}  // namespace tollgate::history

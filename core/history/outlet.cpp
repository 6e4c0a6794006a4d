// core/history/outlet.cpp - what is counted for listeners, telling of a request, and reading what was counted.
#include "history/outlet.h"

#include <numeric>

namespace tollgate::history {

void Outlet::count_whole(const Ended& ended) noexcept {
    durations_.count(ended.duration);
    if (ended.own) own_.count(*ended.own);
    add(received_, ended.received);
    add(sent_, ended.sent);
}

void Outlet::tell(RecordView record, std::size_t loop) noexcept {
    record.loop = static_cast<std::uint32_t>(loop);
    const auto counts = by_result();
    record.sequence = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    if (ring_.push(record)) add(told_, 1);
}

std::array<std::uint64_t, results> Outlet::by_result() const noexcept {
    std::array<std::uint64_t, results> counts{};
    for (std::size_t i = 0; i < results; ++i) counts[i] = results_[i].load(std::memory_order_relaxed);
    return counts;
}

Outlet::Totals Outlet::totals() const noexcept {
    return {by_result(),
            told_.load(std::memory_order_relaxed),
            received_.load(std::memory_order_relaxed),
            sent_.load(std::memory_order_relaxed),
            durations_.read(),
            own_.read()};
}

std::uint64_t Outlet::Totals::requests() const noexcept {
    return std::accumulate(by_result.begin(), by_result.end(), std::uint64_t{0});
}

void Outlet::Totals::add(const Totals& other) noexcept {
    for (std::size_t i = 0; i < results; ++i) by_result[i] += other.by_result[i];
    told += other.told;
    received += other.received;
    sent += other.sent;
    durations.add(other.durations);
    own.add(other.own);
}

void Outlet::Totals::subtract(const Totals& earlier) noexcept {
    for (std::size_t i = 0; i < results; ++i) by_result[i] -= earlier.by_result[i];
    told -= earlier.told;
    received -= earlier.received;
    sent -= earlier.sent;
    durations.subtract(earlier.durations);
    own.subtract(earlier.own);
}

}  // namespace tollgate::history

// core/plugins/exemplars.cpp - writing a place without a lock, and reading it whole or not at all.
#include "plugins/exemplars.h"

#include <bit>
#include <cstring>

namespace tollgate::plugins {

namespace {
constexpr std::int64_t shortest_pause = 1000;  // milliseconds: nobody scrapes more often
}

void Exemplars::offer(std::size_t bucket, std::uint64_t value, const Exemplar& exemplar) noexcept {
    if (exemplar.trace_id.size() != trace_id_size) return;
    const std::int64_t now = exemplar.when.time_since_epoch() / std::chrono::milliseconds{1};
    Place& place = places_[bucket];
    std::uint64_t version = place.version.load(std::memory_order_relaxed);
    const std::int64_t age = now - place.milliseconds.load(std::memory_order_relaxed);
    if (version % 2 != 0 || (version != 0 && age >= 0 && age < shortest_pause)) return;
    if (!place.version.compare_exchange_strong(version, version + 1, std::memory_order_acquire)) return;
    Words words;
    std::memcpy(words.data(), exemplar.trace_id.data(), trace_id_size);
    // Each store is a release, so that who reads any of them sees the odd version too.
    for (std::size_t i = 0; i < words.size(); ++i) place.trace_id[i].store(words[i], std::memory_order_release);
    place.value.store(value, std::memory_order_release);
    place.milliseconds.store(now, std::memory_order_release);
    place.version.store(version + 2, std::memory_order_release);
}

std::optional<Exemplars::Seen> Exemplars::at(std::size_t bucket) const noexcept {
    const Place& place = places_[bucket];
    const std::uint64_t version = place.version.load(std::memory_order_acquire);
    if (version == 0 || version % 2 != 0) return std::nullopt;
    Words words;
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = place.trace_id[i].load(std::memory_order_acquire);
    const std::uint64_t value = place.value.load(std::memory_order_acquire);
    const std::int64_t milliseconds = place.milliseconds.load(std::memory_order_acquire);
    if (place.version.load(std::memory_order_relaxed) != version) return std::nullopt;
    return Seen{std::bit_cast<std::array<char, trace_id_size>>(words), value, milliseconds};
}

}  // namespace tollgate::plugins

// plugins/cache/store/purges.cpp - cells for labels, a short list of prefixes, one moment for everything.
#include "store/purges.h"

#include <algorithm>

namespace tollgate::cache {

namespace {

// At a thousand purges while an answer is under way, one in sixteen is not stored that could have been.
constexpr std::size_t cells = 16384;
constexpr std::size_t most_prefixes = 64;

}  // namespace

Purges::Purges() : cells_(cells) {}

// What is begun between the two lines of each counts as begun before.

void Purges::label(std::uint32_t hash, Moment when) noexcept {
    cells_[hash % cells] = when;
    now_.store(when.number, std::memory_order_release);
}

void Purges::prefix(std::string_view beginning, Moment when) {
    prefixes_.push_back({when, std::string{beginning}});
    now_.store(when.number, std::memory_order_release);
    if (prefixes_.size() <= most_prefixes) return;
    everything_ = std::max(everything_, prefixes_.front().when);
    prefixes_.pop_front();
}

void Purges::all(Moment when) noexcept {
    everything_ = when;
    now_.store(when.number, std::memory_order_release);
}

bool Purges::hit(Moment begun, std::string_view url, std::span<const std::uint32_t> labels) const noexcept {
    if (begun >= now()) return false;
    return begun < everything_ ||
           std::any_of(labels.begin(), labels.end(),
                       [&](std::uint32_t hash) { return begun < cells_[hash % cells]; }) ||
           std::any_of(prefixes_.begin(), prefixes_.end(),
                       [&](const Prefix& one) { return begun < one.when && url.starts_with(one.text); });
}

}  // namespace tollgate::cache

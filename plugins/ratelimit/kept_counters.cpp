// plugins/ratelimit/kept_counters.cpp - telling the keeper what was taken and given back, and counting it anew.
#include "kept_counters.h"

#include <algorithm>

namespace tollgate::ratelimit {

namespace {

constexpr Time no_time{};

// The last millisecond of the window that ends then.
WallTime just_before(std::int64_t end) noexcept {
    return WallTime{std::chrono::duration_cast<WallTime::duration>(std::chrono::milliseconds{end - 1})};
}

}  // namespace

KeptCounters::KeptCounters(std::size_t keys, std::shared_ptr<Keeper> keeper)
    : keys_{keys}, first_{std::make_unique<Memory>(keys)}, keeper_{std::move(keeper)} {
    keeper_->load([this](const Keeper::Loaded& loaded) { restore(loaded); });
}

// The latest windows come first, so that no counter here seems to have ended before one that follows.
void KeptCounters::restore(const Keeper::Loaded& loaded) {
    restored_ = std::make_unique<Memory>(keys_, loaded.secret);
    const Limit any = Limit::windowed(Algorithm::fixed_window, Limit::most_in_window, std::chrono::milliseconds{1});
    for (const Kept& kept : loaded.kept) {
        if (kept.amount <= 0 || kept.until <= 0) continue;
        const auto price = std::min(static_cast<std::uint64_t>(kept.amount), any.capacity());
        restored_->take(kept.key, {any, price, {no_time, just_before(kept.until)}});
    }
    kept_.store(restored_.get(), std::memory_order_release);
}

std::uint64_t KeptCounters::hash(std::string_view key) const noexcept {
    const Memory* const kept = kept_.load(std::memory_order_acquire);
    if (!kept) return first_->hash(key) | unkept;
    return std::max<std::uint64_t>(kept->hash(key) & ~unkept, 2);  // never 0, which is nobody's
}

Decision KeptCounters::take(std::uint64_t hash, const Ask& ask) noexcept {
    const Decision decision = memory_of(hash).take(hash, ask);
    if (!is_kept(hash)) return decision;
    const auto end = static_cast<std::int64_t>(decision.receipt);
    if (decision.moved_from != 0) keeper_->move(hash, decision.moved_from, end);
    if (decision.admitted && ask.price > 0) keeper_->add({hash, end, static_cast<std::int64_t>(ask.price)});
    return decision;
}

Decision KeptCounters::look(std::uint64_t hash, const Ask& ask) noexcept { return memory_of(hash).look(hash, ask); }

void KeptCounters::give_back(std::uint64_t hash, const Ask& ask, std::uint64_t receipt) noexcept {
    memory_of(hash).give_back(hash, ask, receipt);
    if (is_kept(hash) && ask.price > 0)
        keeper_->add({hash, static_cast<std::int64_t>(receipt), -static_cast<std::int64_t>(ask.price)});
}

bool KeptCounters::clear(std::uint64_t hash, const Ask& ask) noexcept {
    const auto end = static_cast<std::int64_t>(look(hash, ask).receipt);
    const auto worth = memory_of(hash).cleared(hash, ask);
    if (worth && *worth > 0 && is_kept(hash)) keeper_->add({hash, end, -static_cast<std::int64_t>(*worth)});
    return worth.has_value();
}

std::uint64_t KeptCounters::forgotten() const noexcept {
    const Memory* const kept = kept_.load(std::memory_order_acquire);
    return first_->forgotten() + (kept ? kept->forgotten() : 0);
}

Counters::Footprint KeptCounters::footprint() const noexcept {
    const Memory* const kept = kept_.load(std::memory_order_acquire);
    return first_->footprint() + (kept ? kept->footprint() : Footprint{});
}

std::size_t KeptCounters::in_use(const Ask& ask) noexcept {
    Memory* const kept = kept_.load(std::memory_order_acquire);
    return kept ? kept->in_use(ask) : first_->in_use(ask);
}

}  // namespace tollgate::ratelimit

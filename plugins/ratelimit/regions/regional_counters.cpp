// plugins/ratelimit/regions/regional_counters.cpp - from a decision to the tally, and from the ledger to the counters.
#include "regions/regional_counters.h"

#include "calendar.h"

#include <algorithm>
#include <utility>

namespace tollgate::ratelimit::regions {

namespace {

// By which windows and quotas name the one that a decision was made in.
Window window_of(const Limit& limit, std::uint64_t receipt) noexcept {
    const auto end = static_cast<std::int64_t>(receipt);
    if (limit.calendar() != Calendar::none) return {end, length_until(end, limit.calendar())};
    return {end, std::max<std::int64_t>(1, limit.per().count() / 1'000'000)};
}

}  // namespace

RegionalCounters::RegionalCounters(Algorithm algorithm, std::size_t keys, Secret secret, std::string node)
    : algorithm_{algorithm},
      memory_{keys, secret},
      ledger_{std::move(node), keys, algorithm == Algorithm::sliding_window} {}

Decision RegionalCounters::take(std::uint64_t hash, const Ask& ask) noexcept {
    const Decision decision = memory_.take(hash, ask);
    if (decision.admitted && ask.price > 0)
        tally_.add(hash, window_of(ask.limit, decision.receipt), static_cast<std::int64_t>(ask.price));
    return decision;
}

void RegionalCounters::give_back(std::uint64_t hash, const Ask& ask, std::uint64_t receipt) noexcept {
    memory_.give_back(hash, ask, receipt);
    if (ask.price > 0) tally_.add(hash, window_of(ask.limit, receipt), -static_cast<std::int64_t>(ask.price));
}

void RegionalCounters::note() {
    tally_.collect([this](const Tally::Entry& entry) { ledger_.count(entry.window, entry.key, entry.amount); });
}

void RegionalCounters::apply(Moment now) {
    for (const Count& count : ledger_.due(now.wall / 1'000'000)) {
        const Limit limit =
            Limit::windowed(algorithm_, Limit::most_in_window, std::chrono::milliseconds{count.window.length});
        memory_.add(count.key, limit, count.count, count.window.end, now);
    }
}

std::uint64_t RegionalCounters::of_others(std::uint64_t hash, const Limit& limit, const Decision& decision) const {
    return ledger_.known(window_of(limit, decision.receipt), hash).others;
}

Ledger::News RegionalCounters::news() {
    Ledger::News news = ledger_.news();
    news.left_out += tally_.take_left_out();
    return news;
}

}  // namespace tollgate::ratelimit::regions

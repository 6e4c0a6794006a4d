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

// A share that is too small for a request is no reason to say that the limit is: nobody is held to it for ever.
Decision until_it_ends(Decision refused, const Ask& ask) noexcept {
    if (refused.retry_after == Decision::never && ask.price <= ask.limit.capacity())
        refused.retry_after = std::chrono::milliseconds{static_cast<std::int64_t>(refused.receipt)} -
                              std::chrono::nanoseconds{ask.now.wall};
    return refused;
}

}  // namespace

RegionalCounters::RegionalCounters(Algorithm algorithm, std::size_t keys, Secret secret, std::string node)
    : algorithm_{algorithm},
      memory_{keys, secret},
      own_{keys, secret},
      ledger_{std::move(node), keys, algorithm == Algorithm::sliding_window} {}

Decision RegionalCounters::take(std::uint64_t hash, const Ask& ask) noexcept {
    const bool shared = share_.load(std::memory_order_relaxed) > 0;
    const Decision decision = shared ? take_of_own(hash, ask) : memory_.take(hash, ask);
    if (decision.admitted && ask.price > 0)
        tally_.add(hash, window_of(ask.limit, decision.receipt), static_cast<std::int64_t>(ask.price));
    return decision;
}

// Of both limits, or of none. In thousandths, so that a price is the same by either.
Decision RegionalCounters::take_of_own(std::uint64_t hash, const Ask& ask) noexcept {
    const Limit part = own_part(ask.limit);
    const Ask own{part, ask.price, ask.now};
    const Decision here = own_.take(hash, own);
    if (!here.admitted) return until_it_ends(here, ask);
    Decision all = memory_.take(hash, ask);
    if (!all.admitted) own_.give_back(hash, own, here.receipt);
    all.remaining = std::min(all.remaining, here.remaining);
    return all;
}

Limit RegionalCounters::own_part(const Limit& limit) const noexcept {
    const double count = held() ? limit.count() * share_.load(std::memory_order_relaxed) / 1000 : Limit::most_in_window;
    return limit.calendar() != Calendar::none ? Limit::quota(count, limit.calendar())
                                              : Limit::windowed(algorithm_, count, limit.per());
}

Decision RegionalCounters::look(std::uint64_t hash, const Ask& ask) noexcept {
    const Decision all = memory_.look(hash, ask);
    if (!held() || !all.admitted) return all;
    const Limit part = own_part(ask.limit);
    const Decision here = own_.look(hash, {part, ask.price, ask.now});
    if (!here.admitted) return until_it_ends(here, ask);
    return all.remaining < here.remaining ? all : here;
}

void RegionalCounters::give_back(std::uint64_t hash, const Ask& ask, std::uint64_t receipt) noexcept {
    memory_.give_back(hash, ask, receipt);
    if (share_.load(std::memory_order_relaxed) > 0) own_.give_back(hash, ask, receipt);
    if (ask.price > 0) tally_.add(hash, window_of(ask.limit, receipt), -static_cast<std::int64_t>(ask.price));
}

bool RegionalCounters::take_charge(std::uint64_t number) noexcept {
    std::uint64_t wanted = wanted_.load(std::memory_order_relaxed);
    while (wanted < number && !wanted_.compare_exchange_weak(wanted, number, std::memory_order_relaxed)) {
    }
    return !superseded(number) && !in_charge_.exchange(true, std::memory_order_acquire);
}

std::vector<std::size_t> RegionalCounters::carriers(const std::vector<std::string>& names) {
    std::array<std::size_t, Ledger::most_carriers> before;
    before.fill(Ledger::most_carriers);
    for (std::size_t i = 0; i < names.size() && i < before.size(); ++i)
        before[i] = ledger_.carrier(names[i]).value_or(Ledger::most_carriers);
    const std::vector<std::size_t> numbers = ledger_.carriers(names);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (before[i] != numbers[i]) {
            progress_[numbers[i]] = {};
            exchanged_[numbers[i]].store(0, std::memory_order_relaxed);
        }
    return numbers;
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

// plugins/ratelimit/regions/regional_counters.h - RegionalCounters: counters of windows that know what other gateways
// have admitted.
//
// Decided in memory as all others: a counter there holds what this gateway has admitted and what it has heard of
// others. What it admits itself goes into a Tally on the way, and from there into the Ledger, of which others are told.
//
// Where a share of the limit is named, what it admits itself is counted once more, and while it cannot hear of all
// others that is held to the share.
#pragma once

#include "counter_store.h"
#include "regions/ledger.h"
#include "regions/round.h"
#include "regions/tally.h"
#include "window_counter.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::ratelimit::regions {

// Any thread. `secret` is the same at all gateways: their hash of a key names it among them.
class RegionalCounters final : public Counters {
public:
    // `algorithm`: of windows, which begin by the clock. Throws std::bad_alloc.
    RegionalCounters(Algorithm algorithm, std::size_t keys, Secret secret, std::string node);

    std::uint64_t hash(std::string_view key) const noexcept override { return memory_.hash(key); }
    Decision take(std::uint64_t hash, const Ask& ask) noexcept override;
    Decision look(std::uint64_t hash, const Ask& ask) noexcept override;
    void give_back(std::uint64_t hash, const Ask& ask, std::uint64_t receipt) noexcept override;
    bool withdraw(std::uint64_t, const Ask&, Ticks) noexcept override { return false; }  // of token buckets only
    std::size_t keys() const noexcept override { return memory_.keys(); }
    std::uint64_t forgotten() const noexcept override { return memory_.forgotten(); }
    Footprint footprint() const noexcept override { return memory_.footprint() + own_.footprint(); }
    std::size_t in_use(const Ask& ask) noexcept override { return memory_.in_use(ask); }

    Ledger& ledger() noexcept { return ledger_; }
    const Ledger& ledger() const noexcept { return ledger_; }
    // Writes down what this gateway has counted since the last call. One thread at a time, as the next.
    void note();
    // Counts what was heard of others.
    void apply(Moment now);
    // What others have counted at a key that `decision` was made of, in thousandths.
    std::uint64_t of_others(std::uint64_t hash, const Limit& limit, const Decision& decision) const;
    Algorithm algorithm() const noexcept { return algorithm_; }
    // The part of each limit that is this gateway's own, in thousandths; 0: it admits what all may. Until the first
    // hold() it is held to that.
    void set_share(std::uint32_t thousandths) noexcept { share_.store(thousandths, std::memory_order_relaxed); }
    void hold(bool held) noexcept { held_.store(held, std::memory_order_relaxed); }
    bool held() const noexcept {
        return held_.load(std::memory_order_relaxed) && share_.load(std::memory_order_relaxed) > 0;
    }

    bool slides() const noexcept { return algorithm_ == Algorithm::sliding_window; }
    Ledger::News news();

    // Who exchanges these counts: the latest of those who ask for it, by a number that is never 0, once whoever does it
    // has let go. True for one who is in charge from now on.
    bool take_charge(std::uint64_t number) noexcept;
    // Somebody later wants it: whoever is in charge lets go soon.
    bool superseded(std::uint64_t number) const noexcept { return wanted_.load(std::memory_order_relaxed) > number; }
    void leave_charge() noexcept { in_charge_.store(false, std::memory_order_release); }
    // The ledger's carriers, of whoever is in charge: how far it was with others is forgotten. See Ledger::carriers().
    std::vector<std::size_t> carriers(const std::vector<std::string>& names);
    // How far it is with the ledger's carrier of that number: of whoever is in charge.
    Progress& progress(std::size_t carrier) noexcept { return progress_[carrier]; }
    // When what was exchanged last with that carrier had been counted: nanoseconds of the steady clock; 0: never.
    std::atomic<std::int64_t>& exchanged(std::size_t carrier) noexcept { return exchanged_[carrier]; }

private:
    Limit own_part(const Limit& limit) const noexcept;
    Decision take_of_own(std::uint64_t hash, const Ask& ask) noexcept;

    const Algorithm algorithm_;
    CounterStore<WindowCounter> memory_;
    CounterStore<WindowCounter> own_;  // what is admitted here, where there is a share
    std::atomic<std::uint32_t> share_{0};
    std::atomic<bool> held_{true};
    Tally tally_;
    Ledger ledger_;
    std::atomic<std::uint64_t> wanted_{0};  // by the latest
    std::atomic<bool> in_charge_{false};
    std::array<Progress, Ledger::most_carriers> progress_;
    std::array<std::atomic<std::int64_t>, Ledger::most_carriers> exchanged_{};
};

}  // namespace tollgate::ratelimit::regions

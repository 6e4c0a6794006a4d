// plugins/ratelimit/concurrency.h - Concurrency: how many requests of a key are under way.
#pragma once

#include "limit.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

namespace tollgate::ratelimit {

// One key's requests under way. Any thread, without locks. A changed limit holds for those that come: nobody who is in
// is sent away. When there will be room nobody knows: retry_after is Decision::unknown.
class Concurrency {
public:
    // For a store that gives a counter to one key after another. As long as `mine` holds at the moment of the decision,
    // else nullopt and nothing has changed. Without `commit` what would come of it, and nothing changes.
    template <class Mine>
    std::optional<Decision> decide_while(Mine mine, const Ask& ask, bool commit) noexcept {
        for (;;) {
            std::uint64_t seen = settled();
            if (!mine()) return std::nullopt;
            const Decision decision = decide(seen, ask);
            if (!commit || !decision.admitted || ask.price == 0) return decision;
            if (under_way_.compare_exchange_strong(seen, seen + ask.price, std::memory_order_acq_rel)) return decision;
        }
    }
    static Decision first(const Ask& ask) noexcept { return decide(0, ask); }
    // A request is over. Of a key that was forgotten meanwhile nothing is left to take it from.
    template <class Mine>
    void give_back_while(Mine mine, const Ask& ask, std::uint64_t) noexcept {
        for (;;) {
            std::uint64_t seen = settled();
            if (!mine() || seen == 0) return;
            if (under_way_.compare_exchange_strong(seen, seen - std::min(seen, ask.price), std::memory_order_acq_rel))
                return;
        }
    }

    struct Standing {
        bool free;
        std::uint64_t worth;
        std::uint64_t seen;
    };
    std::optional<Standing> standing(const Ask&) const noexcept {
        const std::uint64_t word = under_way_.load(std::memory_order_acquire);
        if (word == changing) return std::nullopt;
        return Standing{word == 0, word, word};
    }
    bool seize(const Standing& standing) noexcept {
        std::uint64_t seen = standing.seen;
        return under_way_.compare_exchange_strong(seen, changing, std::memory_order_acq_rel);
    }
    Decision restart(const Ask& ask) noexcept {
        const Decision decision = decide(0, ask);
        under_way_.store(decision.admitted ? ask.price : 0, std::memory_order_release);
        return decision;
    }

private:
    static constexpr std::uint64_t changing = ~std::uint64_t{0};

    static Decision decide(std::uint64_t under_way, const Ask& ask) noexcept {
        const auto most = static_cast<std::uint64_t>(ask.limit.burst());
        Decision decision;
        decision.admitted = under_way + ask.price <= most;
        const std::uint64_t then = under_way + (decision.admitted ? ask.price : 0);
        decision.remaining = then < most ? static_cast<std::int64_t>(most - then) : 0;
        if (!decision.admitted) decision.retry_after = Decision::unknown;
        return decision;
    }
    std::uint64_t settled() const noexcept {
        for (unsigned looks = 0;; ++looks) {
            const std::uint64_t word = under_way_.load(std::memory_order_acquire);
            if (word != changing) return word;
            if (looks >= 64) std::this_thread::yield();
        }
    }

    std::atomic<std::uint64_t> under_way_{0};
};

}  // namespace tollgate::ratelimit

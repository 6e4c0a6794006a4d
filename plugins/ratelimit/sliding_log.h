// plugins/ratelimit/sliding_log.h - SlidingLog: the exact sliding window, which remembers when each request was
// admitted.
//
// In any stretch of time shorter than `per` it admits at most `count`, and as soon as one request is `per` old another
// may come. The price is memory: 16 bytes for each request that is remembered, up to `count` of them.
#pragma once

#include "limit.h"

#include <atomic>
#include <optional>

namespace tollgate::ratelimit {

// One key's requests. A refused take changes nothing. Any thread: a take keeps others out for the nanoseconds it needs,
// since a list does not fit into a word. Trivially destructible, for memory that comes from nowhere: discard() frees.
//
// Under another limit than before the requests stay, as far as they were remembered: a longer window does not bring
// back those that were too old for the shorter one. Costs are counted in thousandths; where fractions make more
// requests than `count`, the two oldest become one at the time of the younger.
class SlidingLog {
public:
    Decision take(double cost, Moment now, const Limit& limit) noexcept {
        return *decide_while([] { return true; }, {limit, limit.price(cost), now}, true);
    }

    // For a store that gives a log to one key after another. As take(), as long as `mine` holds at the moment of the
    // decision, else nullopt and nothing has changed. Without `commit` what would come of it, and nothing changes.
    template <class Mine>
    std::optional<Decision> decide_while(Mine mine, const Ask& ask, bool commit) noexcept {
        const Ticks seen = lock();
        std::optional<Decision> decision;
        if (mine()) decision = decide(ask, commit);
        unlock(decision && commit ? free_at(ask.limit) : seen);
        return decision;
    }
    // What becomes of a log that nobody has used.
    static Decision first(const Ask& ask) noexcept;
    // Forgets what was admitted at `receipt` (ticks).
    template <class Mine>
    void give_back_while(Mine mine, const Ask& ask, std::uint64_t receipt) noexcept {
        const Ticks seen = lock();
        if (mine()) forget(receipt, ask.price);
        unlock(seen);
    }

    // How much it would be a pity to forget it: free once all is old, else the more the more it has admitted.
    struct Standing {
        bool free;
        std::uint64_t worth;
        Ticks seen;
    };
    // nullopt while somebody uses it.
    std::optional<Standing> standing(const Ask& ask) noexcept;
    // Keeps everybody out if it is still as it was seen: from here to restart() the caller alone may touch the log.
    bool seize(const Standing& seen) noexcept { return seize(seen.seen); }
    // Ends seize(): a new log that has had its first take.
    Decision restart(const Ask& ask) noexcept;

    void discard() noexcept;

private:
    static constexpr Ticks changing = ~Ticks{0};

    struct Requests;  // a ring; null: never any
    bool seize(Ticks seen) noexcept {
        return free_at_.compare_exchange_strong(seen, changing, std::memory_order_acq_rel);
    }
    Ticks lock() noexcept;
    void unlock(Ticks free_at) noexcept { free_at_.store(free_at, std::memory_order_release); }
    Decision decide(const Ask& ask, bool commit) noexcept;
    void remember(Ticks now, std::uint64_t price, const Limit& limit) noexcept;
    bool grow(std::uint32_t most) noexcept;
    void forget(Ticks when, std::uint64_t price) noexcept;
    Ticks free_at(const Limit& limit) const noexcept;

    std::atomic<Ticks> free_at_{0};  // when all that is remembered will be old
    Requests* requests_ = nullptr;   // only while `changing`
};

}  // namespace tollgate::ratelimit

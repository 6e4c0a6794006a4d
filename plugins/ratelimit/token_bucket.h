// plugins/ratelimit/token_bucket.h - TokenBucket: the generic cell rate algorithm on one atomic word per key.
//
// The word is the theoretical arrival time: the moment at which the bucket will be full again. Pure: the clock is an
// argument.
#pragma once

#include "limit.h"

#include <algorithm>
#include <atomic>
#include <optional>

namespace tollgate::ratelimit {

// One key's tokens. A refused take changes nothing. Any thread; a take is one compare-and-swap, and takes of one key
// in parallel are as exact as in sequence.
//
// When a key is held to another limit than before (a changed routes.lua, a caller moved to another tier), the bucket
// keeps the share by which it is full: half full stays half full, empty stays empty, full stays full. So a bucket that
// is full is the same as none, whatever changes, and may be forgotten.
class TokenBucket {
public:
    Decision take(double cost, Time now, const Limit& limit) noexcept {
        return *decide_while([] { return true; }, {limit, limit.ticks(cost), now}, true);
    }

    // For a store that gives a bucket to one key after another. As take(), as long as `mine` holds at the moment of
    // the decision, else nullopt and nothing has changed. Without `commit` what would come of it, and nothing changes.
    template <class Mine>
    std::optional<Decision> decide_while(Mine mine, const Ask& ask, bool commit) noexcept;
    // What becomes of a bucket that nobody has used.
    static Decision first(const Ask& ask) noexcept { return decide(0, ask).decision; }
    // Gives back tokens that were taken at `receipt` (ticks), but for those that came back since: the bucket may have
    // been full in between.
    template <class Mine>
    void give_back_while(Mine mine, const Ask& ask, std::uint64_t receipt) noexcept;

    // Gives back tokens that somebody waited for until `due`, and that nobody has waited behind. False: somebody does.
    template <class Mine>
    bool withdraw_while(Mine mine, const Ask& ask, Ticks due) noexcept {
        Ticks last = due + ask.limit.window();
        return mine() && window_.load(std::memory_order_acquire) == ask.limit.window() &&
               full_at_.compare_exchange_strong(last, last - ask.price, std::memory_order_acq_rel);
    }

    // How much it would be a pity to forget it: free once full, else the more the later it is full.
    struct Standing {
        bool free;
        std::uint64_t worth;
        Ticks seen;
    };
    // nullopt while somebody changes its owner or limit.
    std::optional<Standing> standing(const Ask& ask) const noexcept;
    // Keeps everybody out if it is still as it was seen: from here to restart() the caller alone may touch the bucket.
    bool seize(const Standing& seen) noexcept { return seize(seen.seen); }
    // Ends seize(): a new, full bucket that has had its first take.
    Decision restart(const Ask& ask) noexcept;

private:
    static constexpr Ticks changing = ~Ticks{0};  // in place of the word: held by seize()

    struct Step {
        Decision decision;
        Ticks full_at;
    };
    static Step decide(Ticks full_at, const Ask& ask) noexcept;
    Ticks settled() const noexcept;
    bool seize(Ticks seen) noexcept;
    void adopt(Ticks seen, Ticks now, const Limit& limit) noexcept;

    std::atomic<Ticks> full_at_{0};
    std::atomic<Ticks> window_{0};  // of the limit that full_at_ was reckoned by; changes only while seized
};

template <class Mine>
std::optional<Decision> TokenBucket::decide_while(Mine mine, const Ask& ask, bool commit) noexcept {
    for (;;) {
        Ticks seen = settled();
        if (!mine()) return std::nullopt;
        if (window_.load(std::memory_order_acquire) != ask.limit.window()) {
            adopt(seen, ask.now.steady, ask.limit);
            continue;
        }
        const Step step = decide(seen, ask);
        // Whoever changes owner or limit moves the word first: an unmoved word proves that both were as checked. (Were
        // it to come back to the same sixteenth of a nanosecond meanwhile, one request would be charged wrongly.)
        if (!commit || !step.decision.admitted || ask.price == 0) {
            if (full_at_.load(std::memory_order_acquire) == seen) return step.decision;
        } else if (full_at_.compare_exchange_strong(seen, step.full_at, std::memory_order_acq_rel)) {
            return step.decision;
        }
    }
}

template <class Mine>
void TokenBucket::give_back_while(Mine mine, const Ask& ask, std::uint64_t receipt) noexcept {
    const Ticks came_back = ask.now.steady > receipt ? ask.now.steady - receipt : 0;
    if (came_back >= ask.price) return;
    for (;;) {
        Ticks seen = settled();
        if (!mine() || window_.load(std::memory_order_acquire) != ask.limit.window()) return;
        const Ticks earlier = seen - std::min(seen, ask.price - came_back);
        if (full_at_.compare_exchange_strong(seen, earlier, std::memory_order_acq_rel)) return;
    }
}

}  // namespace tollgate::ratelimit

// plugins/ratelimit/token_bucket.h - Limit and TokenBucket: the generic cell rate algorithm on one atomic word per key.
//
// The word is the theoretical arrival time: the moment at which the bucket will be full again. All arithmetic is in
// ticks of a sixteenth of a nanosecond since the steady clock's epoch (36 years fit), so that rounding costs a client
// less than 0.01% of its rate at a million requests a second. Pure: the clock is an argument.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace tollgate::ratelimit {

using Time = std::chrono::steady_clock::time_point;
using Ticks = std::uint64_t;

inline constexpr Ticks ticks_per_nanosecond = 16;
inline constexpr Ticks longest_window = Ticks{1} << 62;  // nine years: what a bucket may take to fill

// What a bucket is held to: at most `burst` tokens, refilled evenly with `count` of them in `per`. The interval of a
// token is rounded up: never more is admitted than was declared.
class Limit {
public:
    // `count`, `per` and `burst` above 0. A bucket that would take longer than nine years to fill is cut to nine.
    Limit(double count, std::chrono::nanoseconds per, std::int64_t burst) noexcept;

    std::int64_t burst() const noexcept { return burst_; }
    Ticks interval() const noexcept { return interval_; }  // of one token
    Ticks window() const noexcept { return window_; }      // from empty to full
    Ticks ticks(double tokens) const noexcept;             // rounded up; 0 for what is not above 0

private:
    std::int64_t burst_;
    Ticks interval_;
    Ticks window_;
};

struct Decision {
    bool admitted = false;
    std::int64_t remaining = 0;                // whole tokens left after this decision
    std::chrono::nanoseconds retry_after{0};   // admitted: 0; else until the same cost fits, if nobody else spends
    std::chrono::nanoseconds reset{0};         // until the bucket is full again

    static constexpr std::chrono::nanoseconds never = std::chrono::nanoseconds::max();  // costs more than the burst
};

// One key's tokens. A refused take changes nothing. Any thread; a take is one compare-and-swap, and takes of one key
// in parallel are as exact as in sequence.
//
// When a key is held to another limit than before (a changed routes.lua, a caller moved to another tier), the bucket
// keeps the share by which it is full: half full stays half full, empty stays empty, full stays full. So a bucket that
// is full is the same as none, whatever changes, and may be forgotten.
class TokenBucket {
public:
    Decision take(double cost, Time now, const Limit& limit) noexcept {
        return *take_while([] { return true; }, limit.ticks(cost), ticks_of(now), limit);
    }

    // For a store that gives a bucket to one key after another. As take(), as long as `mine` holds at the moment of
    // the decision, else nullopt and nothing has changed.
    template <class Mine>
    std::optional<Decision> take_while(Mine mine, Ticks cost, Ticks now, const Limit& limit) noexcept;
    // When the bucket is, or was, full; nullopt while somebody changes its owner or limit.
    std::optional<Ticks> full_at() const noexcept;
    // Keeps everybody out if full_at() is still `seen`: from here to restart() the caller alone may touch the bucket.
    bool seize(Ticks seen) noexcept;
    // Ends seize(): a new, full bucket that has had its first take.
    Decision restart(Ticks cost, Ticks now, const Limit& limit) noexcept;

    static Ticks ticks_of(Time now) noexcept;

private:
    static constexpr Ticks changing = ~Ticks{0};  // in place of the word: held by seize()

    struct Step {
        Decision decision;
        Ticks full_at;
    };
    static Step decide(Ticks full_at, Ticks cost, Ticks now, const Limit& limit) noexcept;
    Ticks settled() const noexcept;
    void adopt(Ticks seen, Ticks now, const Limit& limit) noexcept;

    std::atomic<Ticks> full_at_{0};
    std::atomic<Ticks> window_{0};  // of the limit that full_at_ was reckoned by; changes only while seized
};

template <class Mine>
std::optional<Decision> TokenBucket::take_while(Mine mine, Ticks cost, Ticks now, const Limit& limit) noexcept {
    for (;;) {
        Ticks seen = settled();
        if (!mine()) return std::nullopt;
        if (window_.load(std::memory_order_acquire) != limit.window()) {
            adopt(seen, now, limit);
            continue;
        }
        const Step step = decide(seen, cost, now, limit);
        // Whoever changes owner or limit moves the word first: an unmoved word proves that both were as checked. (Were
        // it to come back to the same sixteenth of a nanosecond meanwhile, one request would be charged wrongly.)
        if (!step.decision.admitted || cost == 0) {
            if (full_at_.load(std::memory_order_acquire) == seen) return step.decision;
        } else if (full_at_.compare_exchange_strong(seen, step.full_at, std::memory_order_acq_rel)) {
            return step.decision;
        }
    }
}

}  // namespace tollgate::ratelimit

// plugins/ratelimit/token_bucket.cpp - the arithmetic of a token bucket: saturating, and rounded against the client.
#include "token_bucket.h"

#include <algorithm>
#include <cmath>
#include <thread>

namespace tollgate::ratelimit {

namespace {

// Above every word a bucket may hold, below the one that means "changing".
constexpr Ticks last_moment = ~Ticks{0} - 1;

Ticks later(Ticks moment, Ticks by) noexcept { return by > last_moment - moment ? last_moment : moment + by; }

Ticks rounded_up(long double ticks) noexcept {
    if (ticks >= static_cast<long double>(longest_window)) return longest_window;
    return static_cast<Ticks>(std::ceil(ticks));
}

std::chrono::nanoseconds nanoseconds_of(Ticks ticks) noexcept {
    return std::chrono::nanoseconds{(ticks + ticks_per_nanosecond - 1) / ticks_per_nanosecond};
}

}  // namespace

TokenBucket::Step TokenBucket::decide(Ticks full_at, const Ask& ask) noexcept {
    const Ticks window = ask.limit.window(), now = ask.now.steady, cost = ask.price;
    // More than a whole bucket, and what others wait for, cannot be missing; a clock read a little earlier on another
    // loop may make it look so.
    const Ticks missing = full_at > now ? std::min(full_at - now, later(window, ask.patience)) : 0;
    Ticks lacking = 0;  // what is free waits for nothing, also where others do
    if (cost > window) lacking = last_moment;
    else if (cost > 0 && missing + cost > window) lacking = missing + cost - window;
    Decision decision;
    Ticks then_missing = missing;
    if (lacking <= ask.patience) {
        decision.admitted = true;
        decision.delay = nanoseconds_of(lacking);
        if (lacking > 0) decision.due = now + lacking;
        then_missing = missing + cost;
    } else {
        decision.retry_after = cost > window ? Decision::never : nanoseconds_of(lacking - ask.patience);
    }
    decision.remaining =
        then_missing < window ? static_cast<std::int64_t>((window - then_missing) / ask.limit.interval()) : 0;
    decision.reset = nanoseconds_of(then_missing);
    decision.receipt = now;
    return {decision, later(now, then_missing)};
}

std::optional<TokenBucket::Standing> TokenBucket::standing(const Ask& ask) const noexcept {
    const Ticks word = full_at_.load(std::memory_order_acquire);
    if (word == changing) return std::nullopt;
    return Standing{word <= ask.now.steady, word, word};
}

// Changes of owner or limit are rare and take nanoseconds; only a thread descheduled inside one makes others yield.
Ticks TokenBucket::settled() const noexcept {
    for (unsigned looks = 0;; ++looks) {
        const Ticks word = full_at_.load(std::memory_order_acquire);
        if (word != changing) return word;
        if (looks >= 64) std::this_thread::yield();
    }
}

bool TokenBucket::seize(Ticks seen) noexcept {
    return full_at_.compare_exchange_strong(seen, changing, std::memory_order_acq_rel);
}

Decision TokenBucket::restart(const Ask& ask) noexcept {
    const Step step = decide(0, ask);
    window_.store(ask.limit.window(), std::memory_order_relaxed);
    full_at_.store(step.full_at, std::memory_order_release);
    return step.decision;
}

void TokenBucket::adopt(Ticks seen, Ticks now, const Limit& limit) noexcept {
    if (!seize(seen)) return;  // somebody was faster: the caller looks again
    const Ticks old_window = window_.load(std::memory_order_relaxed);
    Ticks missing = seen > now ? seen - now : 0;  // above a whole bucket where requests wait
    if (missing > 0) {
        const auto share = static_cast<long double>(missing) / static_cast<long double>(old_window);
        missing = rounded_up(share * static_cast<long double>(limit.window()));
    }
    window_.store(limit.window(), std::memory_order_relaxed);
    full_at_.store(later(now, missing), std::memory_order_release);
}

}  // namespace tollgate::ratelimit

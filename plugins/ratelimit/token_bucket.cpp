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
    if (!(ticks > 0)) return 0;
    if (ticks >= static_cast<long double>(longest_window)) return longest_window;
    return static_cast<Ticks>(std::ceil(ticks));
}

std::chrono::nanoseconds nanoseconds_of(Ticks ticks) noexcept {
    return std::chrono::nanoseconds{(ticks + ticks_per_nanosecond - 1) / ticks_per_nanosecond};
}

Ticks interval_of(double count, std::chrono::nanoseconds per) noexcept {
    const Ticks whole = std::min(static_cast<Ticks>(per.count()), longest_window / ticks_per_nanosecond) *
                        ticks_per_nanosecond;
    if (count >= 1 && count <= 1e15) {
        const auto tokens = static_cast<Ticks>(count);
        if (static_cast<double>(tokens) == count) return std::max<Ticks>(1, (whole + tokens - 1) / tokens);
    }
    return std::max<Ticks>(1, rounded_up(static_cast<long double>(whole) / static_cast<long double>(count)));
}

}  // namespace

Limit::Limit(double count, std::chrono::nanoseconds per, std::int64_t burst) noexcept
    : burst_{burst}, interval_{interval_of(count, per)} {
    const auto tokens = static_cast<Ticks>(std::max<std::int64_t>(1, burst));
    window_ = tokens > longest_window / interval_ ? longest_window : tokens * interval_;
}

Ticks Limit::ticks(double tokens) const noexcept {
    if (tokens == 1) return interval_;
    const Ticks cost = rounded_up(static_cast<long double>(tokens) * static_cast<long double>(interval_));
    return tokens > static_cast<double>(burst_) ? std::max(cost, window_ + 1) : cost;
}

Ticks TokenBucket::ticks_of(Time now) noexcept {
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
    if (since <= 0) return 0;
    const auto nanoseconds = static_cast<Ticks>(since);
    return nanoseconds > last_moment / ticks_per_nanosecond ? last_moment : nanoseconds * ticks_per_nanosecond;
}

TokenBucket::Step TokenBucket::decide(Ticks full_at, Ticks cost, Ticks now, const Limit& limit) noexcept {
    const Ticks window = limit.window();
    // More than a whole bucket cannot be missing; a clock read a little earlier on another loop may make it look so.
    const Ticks missing = full_at > now ? std::min(full_at - now, window) : 0;
    Decision decision;
    Ticks then_missing = missing;
    if (cost <= window - missing) {
        decision.admitted = true;
        then_missing = missing + cost;
    } else {
        decision.retry_after = cost > window ? Decision::never : nanoseconds_of(missing + cost - window);
    }
    decision.remaining = static_cast<std::int64_t>((window - then_missing) / limit.interval());
    decision.reset = nanoseconds_of(then_missing);
    return {decision, later(now, then_missing)};
}

std::optional<Ticks> TokenBucket::full_at() const noexcept {
    const Ticks word = full_at_.load(std::memory_order_acquire);
    if (word == changing) return std::nullopt;
    return word;
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

Decision TokenBucket::restart(Ticks cost, Ticks now, const Limit& limit) noexcept {
    const Step step = decide(0, cost, now, limit);
    window_.store(limit.window(), std::memory_order_relaxed);
    full_at_.store(step.full_at, std::memory_order_release);
    return step.decision;
}

void TokenBucket::adopt(Ticks seen, Ticks now, const Limit& limit) noexcept {
    if (!seize(seen)) return;  // somebody was faster: the caller looks again
    const Ticks old_window = window_.load(std::memory_order_relaxed);
    Ticks missing = seen > now ? std::min(seen - now, old_window) : 0;
    if (missing > 0) {
        const auto share = static_cast<long double>(missing) / static_cast<long double>(old_window);
        missing = std::min(rounded_up(share * static_cast<long double>(limit.window())), limit.window());
    }
    window_.store(limit.window(), std::memory_order_relaxed);
    full_at_.store(later(now, missing), std::memory_order_release);
}

}  // namespace tollgate::ratelimit

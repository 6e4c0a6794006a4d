// plugins/ratelimit/limit.cpp - declared figures in the units that counters calculate with.
#include "limit.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tollgate::ratelimit {

namespace {

constexpr double thousandths = 1000;

Ticks rounded_up(long double ticks) noexcept {
    if (!(ticks > 0)) return 0;
    if (ticks >= static_cast<long double>(longest_window)) return longest_window;
    return static_cast<Ticks>(std::ceil(ticks));
}

Ticks interval_of(double count, std::chrono::nanoseconds per) noexcept {
    const Ticks whole =
        std::min(static_cast<Ticks>(per.count()), longest_window / ticks_per_nanosecond) * ticks_per_nanosecond;
    if (count >= 1 && count <= 1e15) {
        const auto tokens = static_cast<Ticks>(count);
        if (static_cast<double>(tokens) == count) return std::max<Ticks>(1, (whole + tokens - 1) / tokens);
    }
    return std::max<Ticks>(1, rounded_up(static_cast<long double>(whole) / static_cast<long double>(count)));
}

std::chrono::nanoseconds length_of(Calendar calendar) noexcept {
    constexpr std::chrono::hours day{24};
    return calendar == Calendar::day ? day : calendar == Calendar::week ? 7 * day : 31 * day;
}

}  // namespace

Ticks ticks_of(Time now) noexcept {
    constexpr Ticks last = ~Ticks{0} - 1;
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
    if (since <= 0) return 0;
    const auto nanoseconds = static_cast<Ticks>(since);
    return nanoseconds > last / ticks_per_nanosecond ? last : nanoseconds * ticks_per_nanosecond;
}

Limit::Limit(double count, std::chrono::nanoseconds per, std::int64_t burst) noexcept
    : count_{count}, per_{per}, burst_{burst}, interval_{interval_of(count, per)} {
    const auto tokens = static_cast<Ticks>(std::max<std::int64_t>(1, burst));
    window_ = tokens > longest_window / interval_ ? longest_window : tokens * interval_;
}

Limit::Limit(Algorithm algorithm, double count, std::chrono::nanoseconds per, Align align, Calendar calendar) noexcept
    : algorithm_{algorithm},
      align_{align},
      calendar_{calendar},
      count_{count},
      per_{per},
      burst_{static_cast<std::int64_t>(std::min(count, most_in_window))},
      // A hair more, so that 0.3 is 300 thousandths whatever binary fractions make of it.
      capacity_{static_cast<std::uint64_t>(std::min(count, most_in_window) * thousandths + 1e-6)} {}

Limit Limit::windowed(Algorithm algorithm, double count, std::chrono::nanoseconds per, Align align) noexcept {
    return {algorithm, count, per, align, Calendar::none};
}

Limit Limit::quota(double count, Calendar calendar) noexcept {
    return {Algorithm::quota, count, length_of(calendar), Align::clock, calendar};
}

Limit Limit::at_once(std::int64_t count) noexcept {
    return {Algorithm::concurrency, static_cast<double>(count), {}, Align::clock, Calendar::none};
}

Ticks Limit::ticks(double tokens) const noexcept {
    if (tokens == 1) return interval_;
    const Ticks cost = rounded_up(static_cast<long double>(tokens) * static_cast<long double>(interval_));
    return tokens > static_cast<double>(burst_) ? std::max(cost, window_ + 1) : cost;
}

std::uint64_t Limit::price(double cost) const noexcept {
    if (algorithm_ == Algorithm::token_bucket) return ticks(cost);
    if (algorithm_ == Algorithm::concurrency) return cost > 0 ? 1 : 0;  // a request is one, whatever it costs
    if (cost == 1) return 1000;
    if (!(cost > 0)) return 0;
    return static_cast<std::uint64_t>(std::ceil(std::min(cost, 2 * most_in_window) * thousandths - 1e-6));
}

std::string in_words(double number) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

}  // namespace tollgate::ratelimit

// loadtest/verify/limit.cpp - limits in words.
#include "loadtest/verify/limit.h"

#include "support/text.h"

namespace tollgate::loadtest::verify {

namespace {

std::string window_text(Nanoseconds window) {
    using namespace std::chrono_literals;
    if (window == 1s) return "s";
    if (window == 1min) return "minute";
    if (window == 1h) return "hour";
    if (window == 24h) return "day";
    if (window == 7 * 24h) return "week";
    if (window == 30 * 24h) return "month";
    return show(window);
}

}  // namespace

std::string Limit::text() const {
    const std::string number = text::number(count), rate = number + "/" + window_text(window);
    const std::string held = leased > 0 ? " leased " + text::number(leased) : "";
    switch (algorithm) {
        case Algorithm::token_bucket:
            return "token bucket " + rate + " burst " + text::number(burst) + held +
                   (longest_delay > Nanoseconds::zero() ? " delay " + show(longest_delay) : "");
        case Algorithm::sliding_window: return "sliding window " + rate + held;
        case Algorithm::sliding_log: return "sliding log " + rate + held;
        case Algorithm::fixed_window: return "fixed window " + rate + held;
        case Algorithm::quota: return "quota " + rate + held;
        case Algorithm::concurrency: break;
    }
    return "concurrency " + number;
}

}  // namespace tollgate::loadtest::verify

// loadtest/verify/limit.h - Limit: what a use of `ratelimit` promises about the requests of one key.
//
// `leased`: gateways may take so many from a common store beforehand. What is admitted in a time is what was taken from
// it then, and what was held when it began: never more than the bound and `leased`. Who is refused may be so while
// others hold as much. It is held for `longest_held`, and so long a gateway may tell what was left when it asked last.
//
// `longest_delay`: requests beyond a bucket wait for their tokens, and take them as they enter the line. So at the
// moment of decision it is a bucket with room for the line, too: burst + rate * longest_delay at once, and after a
// refusal less than one has come back to it.
#pragma once

#include "loadtest/quantities.h"

#include <cstdint>
#include <string>

namespace tollgate::loadtest::verify {

inline constexpr Nanoseconds longest_held = std::chrono::seconds{1};

enum class Algorithm : std::uint8_t { token_bucket, sliding_window, sliding_log, fixed_window, quota, concurrency };

// Counted in requests: where each costs more than 1, count and burst are divided by that.
struct Limit {
    Algorithm algorithm = Algorithm::token_bucket;
    double count = 0;        // in each `window`; of concurrency: at a time
    Nanoseconds window{0};   // of concurrency: what each request takes at least
    double burst = 0;        // of a token bucket
    double leased = 0;       // by all gateways together
    Nanoseconds longest_delay{0};  // of a token bucket in mode "delay"

    double per_second() const noexcept { return count / seconds(window); }
    // How many may be let in at once.
    double most() const noexcept {
        return algorithm == Algorithm::token_bucket ? burst + per_second() * seconds(longest_delay) : count;
    }
    std::string text() const;  // "token bucket 100/s burst 20", "fixed window 10 in 1 m"
};

}  // namespace tollgate::loadtest::verify

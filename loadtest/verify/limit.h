// loadtest/verify/limit.h - Limit: what a use of `ratelimit` promises about the requests of one key.
#pragma once

#include "loadtest/quantities.h"

#include <cstdint>
#include <string>

namespace tollgate::loadtest::verify {

enum class Algorithm : std::uint8_t { token_bucket, sliding_window, sliding_log, fixed_window, quota, concurrency };

// Counted in requests: where each costs more than 1, count and burst are divided by that.
struct Limit {
    Algorithm algorithm = Algorithm::token_bucket;
    double count = 0;        // in each `window`; of concurrency: at a time
    Nanoseconds window{0};
    double burst = 0;        // of a token bucket

    double per_second() const noexcept { return count / seconds(window); }
    std::string text() const;  // "token bucket 100/s burst 20", "fixed window 10 in 1 m"
};

}  // namespace tollgate::loadtest::verify

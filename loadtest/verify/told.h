// loadtest/verify/told.h - Told: what an answer's header lines say of a limit, and whether all of it can be true.
#pragma once

#include "loadtest/verify/limit.h"
#include "loadtest/verify/record.h"

#include <tollgate/message.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tollgate::loadtest::verify {

// -1: nothing is said.
struct Told {
    std::int64_t limit = -1, remaining = -1;           // X-RateLimit-Limit, -Remaining
    std::int64_t policy = -1, left = -1, reset = -1;   // q of RateLimit-Policy; r and t of RateLimit
    std::int32_t retry_after = -1;                     // seconds
    bool several = false;                              // more than one limit is told of
    bool malformed = false;                            // a line is not what it has to be
    // Only who got as far as the limit is told so; Retry-After may be anybody's.
    bool of_limit() const noexcept { return limit >= 0 || remaining >= 0 || policy >= 0 || left >= 0 || malformed; }
};

// X-RateLimit-*, Retry-After, and RateLimit and RateLimit-Policy as draft-ietf-httpapi-ratelimit-headers-11 has them.
Told read_told(const Headers& headers);

// One request and its answer.
struct Answer {
    Record record;
    Told told{};
    std::int16_t status = 0;  // 0: none
    std::uint16_t gateway = 0;  // of the plan's URLs, that was asked
    bool waited = false;      // asked once Retry-After was over, by somebody who had asked for nothing meanwhile
};

// What became of the request, as far as its limit goes. `tells`: whoever got that far is told of the limit.
Outcome outcome_of(int status, const Told& told, bool tells) noexcept;

// What some answer said that cannot be true, a line for each kind, with the first that said it. `answers` count against
// one key, in any order; `limit` alone holds them, and a request costs `cost`.
std::vector<std::string> untrue(const Limit& limit, double cost, std::span<const Answer> answers,
                                const Clocks& clocks);

}  // namespace tollgate::loadtest::verify

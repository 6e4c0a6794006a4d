// loadtest/verify/crowd.h - crowd_of(): how many requests were under way at a time, for sure.
//
// A client does not see when a request is let in. But where each takes some time behind the limit at least (--takes: of
// an upstream that is slow on purpose) a request that was answered at `done` was let in before done - takes, and one
// that was sent at `sent` is under way until sent + takes: in between it is, for sure. It shows as much as the answers
// come soon after. One that was answered sooner than that was not behind it for as long.
#pragma once

#include "loadtest/verify/limit.h"
#include "loadtest/verify/record.h"

#include <cstddef>
#include <optional>

namespace tollgate::loadtest::verify {

struct Crowd {
    double most = 0;                 // at a time
    std::size_t sooner = 0;          // answers that came sooner than that: of these nothing is known
    std::optional<Offence> offence;  // when there were most, above the limit's count
};

Crowd crowd_of(const Limit& limit, const Evidence& evidence, const Clocks& clocks);

}  // namespace tollgate::loadtest::verify

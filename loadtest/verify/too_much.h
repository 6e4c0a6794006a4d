// loadtest/verify/too_much.h - too_much(): whether some interval admitted more than a limit allows in any.
//
// A correct limiter never raises this, however requests come and however late answers are. What is counted in an
// interval is what surely was decided in it: sent after its begin and answered before its end.
//
//   token bucket    at most burst + rate * T in T. After a refusal the bucket holds less than one token: then less than
//                   1 + rate * T.
//   sliding window  (two aligned windows, the earlier one weighted by what of it lies within the last window's length)
//                   at most N + N * T / W in T: a bucket's bound with burst N. Each aligned window admits at most N;
//                   what the last one has admitted by its share h is at most N - c (1 - h), c being what the one before
//                   it admitted; so the two together have at most N + c h <= N (1 + h). With m windows before them, the
//                   first of which is entered at its share f: N (m + 1 + h) at most, and T / W = m + 1 - f + h.
//                   After a refusal the estimate is above N - 1, and the same sum gives less than 1 + N * T / W.
//   sliding log     never more than N in less than W.
//   fixed window    T touches at most T / W + 2 windows, of N each. After a refusal the window is full, so whatever is
//                   admitted later is of a later one, the next of which ends W after that refusal at the earliest:
//                   from a refusal until W later at most N.
//
// Where gateways hold leases, what they hold when a time begins may be spent in it besides. Quotas by the calendar are
// in quota.h, requests under way in crowd.h.
#pragma once

#include "loadtest/verify/limit.h"
#include "loadtest/verify/record.h"

#include <optional>
#include <vector>

namespace tollgate::loadtest::verify {

// The interval that has the most above its bound. `by_this[i]`: record i of the evidence was refused, and by this
// limit.
std::optional<Offence> too_much(const Limit& limit, const Evidence& evidence, const std::vector<bool>& by_this,
                                const Clocks& clocks);

}  // namespace tollgate::loadtest::verify

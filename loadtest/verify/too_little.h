// loadtest/verify/too_little.h - Room: how much a limit surely had left when a request was refused.
//
// A refusal is in order if some limit may have been used up. So what is reckoned is the least that each can have had
// left, from what may have been admitted before: decided as late as its answer allows, and with nothing at the begin,
// as who asked before is not known. Where the least is a whole request, the refusal was not this limit's. A request
// that all its limits had room for, and that was refused, was refused wrongly; and a limiter that is too strict by any
// share gets there in time, since what it withholds adds up here.
//
//   token bucket    level >= what flowed in since it was known to be empty or full, less what was taken since.
//   sliding log     N less those that may have been admitted in the W before.
//   fixed window    the same: those of the same window are among them, wherever it begins.
//   quota           N less those that may have been admitted since its day began; see quota.h.
//   concurrency     n less those that may have been under way.
//   sliding window  N less those that may have been admitted in the 2 W before: its estimate is never more. That is
//                   little; it forgets what it withheld, so Pace counts its windows besides.
//
// What gateways hold of leases, others are refused, so it is room of nobody.
#pragma once

#include "loadtest/verify/limit.h"
#include "loadtest/verify/record.h"

#include <optional>
#include <vector>

namespace tollgate::loadtest::verify {

// What one limit had left, at least, when a request was refused.
struct Room {
    double requests = 0;
    std::int64_t from = 0;  // since when it was reckoned
    double admitted = 0;    // perhaps, since then
    double due = 0;         // so many would have used it up
};

// By the records of the evidence; of refused ones only.
std::vector<Room> room(const Limit& limit, const Evidence& evidence, const Clocks& clocks);

// How much of a bucket's burst was seen to be there, but for a request and those that answers hide: the most that it
// surely held before one of its own refusals. Nothing is known of a bucket that never had the time to fill.
double proven_burst(const Limit& limit, const Evidence& evidence, const std::vector<bool>& by_this,
                    const Clocks& clocks);

}  // namespace tollgate::loadtest::verify

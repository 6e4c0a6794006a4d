// loadtest/verify/reach.cpp - what it takes to drive a limit, and whether there is as much.
#include "loadtest/verify/reach.h"

#include "loadtest/verify/plan.h"
#include "support/text.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest::verify {

namespace {

std::string longer_than(Nanoseconds time, const VerifySettings& settings) {
    return show(time) + ", longer than --longest " + show(settings.longest);
}

std::string why_not_quota(const Limit& limit, double times, const VerifySettings& settings) {
    if (!settings.quotas) return "to drive a quota is to spend it; say --quotas";
    const double time = std::min(2 * limit.count * times / settings.most_rate, 1e9);
    if (time <= seconds(settings.longest)) return {};
    return "to use it up takes " + longer_than(Nanoseconds{static_cast<std::int64_t>(1e9 * time)}, settings);
}

// How long something of it has to be seen; a concurrency shows itself at once.
Nanoseconds least_time(const Limit& limit) {
    if (limit.algorithm == Algorithm::concurrency) return Nanoseconds::zero();
    return limit.algorithm == Algorithm::token_bucket ? saturation_for(limit, 0.5) : Nanoseconds{3 * limit.window};
}

}  // namespace

std::string beyond_reach(const Limit& limit, double times, const VerifySettings& settings) {
    if (limit.algorithm == Algorithm::quota) return why_not_quota(limit, times, settings);
    if (limit.algorithm == Algorithm::concurrency && !settings.takes)
        return "how long its requests last is the upstream's to say: say --takes; refusals beside it are judged";
    const double asked = limit.per_second() * settings.demand * times;
    if (asked > settings.most_rate)
        return "it takes " + text::number(std::ceil(asked)) + " requests a second, more than --most-rate " +
               text::number(settings.most_rate);
    const Nanoseconds least = least_time(limit);
    return least > settings.longest ? "to prove anything takes " + longer_than(least, settings) : "";
}

}  // namespace tollgate::loadtest::verify

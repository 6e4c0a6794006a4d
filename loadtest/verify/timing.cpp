// loadtest/verify/timing.cpp - how long limits have to be driven to prove anything about them.
#include "loadtest/verify/plan.h"
#include "loadtest/verify/record.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest::verify {

namespace {

constexpr double likely_latency = 0.05;  // seconds that may hide requests; what is seen is reckoned with the real one
constexpr double margin = 1.25;
constexpr Nanoseconds spare = std::chrono::milliseconds{200};  // for answers and clocks: a bucket that is just full

}  // namespace

// What is hidden: one request that is not whole, and those that may be decided while an answer is on its way.
double seen_from(const Limit& limit, Nanoseconds saturated, Nanoseconds latency) {
    const double rate = limit.per_second(), time = seconds(saturated), one = 1 / limit.count;
    if (time <= 0) return 1;
    const double over_time = (1 + rate * seconds(latency)) / (rate * time);
    switch (limit.algorithm) {
        case Algorithm::token_bucket: return over_time;
        case Algorithm::sliding_window: return std::max(over_time, one);
        case Algorithm::sliding_log:
        case Algorithm::fixed_window: {
            const double window = seconds(limit.window);
            if (time <= 1.5 * window) return 1;
            // A window is taken for as much shorter or longer as its ends are unknown, and as nobody asked there.
            return std::min(1.0, std::max(one, one / 2 + seconds(latency) / window + Tolerance{}.drift));
        }
        case Algorithm::quota:
        case Algorithm::concurrency: break;
    }
    return 1;
}

Nanoseconds saturation_for(const Limit& limit, double precision) {
    const double rate = limit.per_second(), window = seconds(limit.window);
    double time = margin * (2 + rate * likely_latency) / (precision * rate);
    if (limit.algorithm == Algorithm::sliding_window) time = std::max(time, 3 * window);
    if (limit.algorithm == Algorithm::sliding_log || limit.algorithm == Algorithm::fixed_window) time = 3 * window;
    return Nanoseconds{static_cast<std::int64_t>(std::min(std::max(time, 1.0), 1e8) * 1e9)};
}

void set_stages(Drive& drive, const VerifySettings& settings) {
    double rate = 0, burst = 1;
    const double most = settings.most_rate / static_cast<double>(drive.identities.size());
    Nanoseconds saturated{0}, refill{0}, filling{0};  // filling: of buckets
    Nanoseconds quiet{0};  // until half of the limit is sure to be admitted
    for (const AppliedLimit& one : drive.limits) {
        if (!one.problem.empty()) continue;
        const bool bucket = one.limit.algorithm == Algorithm::token_bucket;
        const double full = bucket ? one.limit.burst : one.limit.count;
        rate = std::max(rate, one.limit.per_second());
        burst = std::max(burst, full);
        saturated = std::max(saturated, saturation_for(one.limit, settings.precision));
        quiet = std::max(quiet, bucket ? Nanoseconds{static_cast<std::int64_t>(2e9 / one.limit.per_second())}
                                       : 2 * one.limit.window + one.limit.window / 10);
        auto& to_fill = bucket ? filling : refill;
        to_fill = std::max(to_fill, Nanoseconds{static_cast<std::int64_t>(1e9 * full / one.limit.per_second())});
    }
    const double demand = rate * settings.demand, at_once = std::min(std::max(demand, burst), most);
    saturated = std::min(settings.duration.value_or(saturated), settings.longest);
    refill = std::min(refill, std::max<Nanoseconds>(saturated / 4, std::chrono::seconds{1}));
    // All of a burst has to flow in before anything is known of it, and to be taken before a refusal.
    if (filling > Nanoseconds::zero()) refill = std::max(refill, filling + filling / 100 + spare);
    refill = std::min(refill, settings.longest);
    const auto emptying = std::min(
        Nanoseconds{static_cast<std::int64_t>(1.3e9 * burst / std::max(at_once - rate, 1.0))}, settings.longest);
    Nanoseconds at{0};
    const auto add = [&](Nanoseconds time, double requests) {
        if (requests > 0) drive.stages.push_back({at, at + time, requests});
        at += time;
    };
    add(emptying, at_once);
    add(saturated, demand);
    add(refill, 0);
    add(std::max<Nanoseconds>({saturated / 4, emptying, std::chrono::milliseconds{500}}), at_once);
    if (drive.alone && drive.identities.size() > 1) {
        const Nanoseconds half = std::min<Nanoseconds>(std::max<Nanoseconds>(saturated / 4, std::chrono::seconds{2}),
                                                       std::chrono::seconds{5});
        add(std::min(quiet, settings.longest), 0);
        drive.isolation = Isolation{at, at + half, at + 2 * half};
        drive.stages.push_back({at, at + 2 * half, rate / 2, Stage::Who::others});
        drive.stages.push_back({at + half, at + 2 * half, std::min(10 * rate, most), Stage::Who::first});
        at += 2 * half;
    }
    drive.duration = at;
}

}  // namespace tollgate::loadtest::verify

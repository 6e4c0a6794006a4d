// loadtest/verify/timing.cpp - how long limits have to be driven to prove anything about them.
#include "loadtest/verify/calendar.h"
#include "loadtest/verify/plan.h"
#include "loadtest/verify/record.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest::verify {

namespace {

constexpr double likely_latency = 0.05;  // seconds that may hide requests; what is seen is reckoned with the real one
constexpr double margin = 1.25;
constexpr double least_to_spend = 20, now_and_then = 10;  // requests a second of a quota
constexpr double rounds = 10;  // of a concurrency's requests
constexpr Nanoseconds spare = std::chrono::milliseconds{200};  // for answers and clocks: a bucket that is just full

}  // namespace

// What is hidden: one request that is not whole, and those that may be decided while an answer is on its way.
double seen_from(const Limit& limit, Nanoseconds saturated, Nanoseconds latency) {
    const double rate = limit.per_second(), time = seconds(saturated), one = (1 + limit.leased) / limit.count;
    if (time <= 0) return 1;
    const double over_time = (1 + limit.leased + rate * seconds(latency)) / (rate * time);
    switch (limit.algorithm) {
        case Algorithm::token_bucket: return over_time;
        case Algorithm::sliding_window: return std::max(over_time, one);
        case Algorithm::sliding_log:
        case Algorithm::fixed_window: {
            const double window = seconds(limit.window);
            if (time <= 1.5 * window) return 1;
            // A window is taken for as much shorter or longer as its ends are unknown, and as nobody asked there.
            return std::min(1.0, std::max(one, one / 2 + seconds(latency) / window + Clocks{}.drift));
        }
        case Algorithm::quota: return std::min(1.0, one);
        case Algorithm::concurrency: break;  // see Crowd
    }
    return 1;
}

Nanoseconds saturation_for(const Limit& limit, double precision) {
    const double rate = limit.per_second(), window = seconds(limit.window);
    const double hidden = 2 + limit.leased + rate * (likely_latency + seconds(limit.longest_delay));
    double time = margin * hidden / (precision * rate);
    if (limit.algorithm == Algorithm::sliding_window) time = std::max(time, 3 * window);
    if (limit.algorithm == Algorithm::sliding_log || limit.algorithm == Algorithm::fixed_window) time = 3 * window;
    if (limit.algorithm == Algorithm::concurrency) time = rounds * window;
    return Nanoseconds{static_cast<std::int64_t>(std::min(std::max(time, 1.0), 1e8) * 1e9)};
}

QuotaPlan quota_plan(const Drive& drive, const VerifySettings& settings, std::int64_t now) {
    double count = 0, others = settings.most_rate / static_cast<double>(drive.identities.size());
    Nanoseconds to_end = settings.longest;
    for (const AppliedLimit& one : drive.limits) {
        if (one.limit.algorithm == Algorithm::concurrency) continue;
        if (one.limit.algorithm != Algorithm::quota) {
            others = std::min(others, 2 * one.limit.per_second());
            continue;
        }
        count = std::max(count, one.limit.count);
        to_end = std::min(to_end, Nanoseconds{calendar_window(one.limit.window, now).end - now});
    }
    const double rate = std::min(others, std::max(least_to_spend, 2 * count));
    const Nanoseconds to_spend{static_cast<std::int64_t>(3e9 * count / rate)};
    return {to_spend, to_end < settings.longest ? to_end : Nanoseconds::zero(), rate};
}

namespace {

// Used up, asked now and then, and used up once more from a moment before the next day until it must be empty.
void set_stages_of_quota(Drive& drive, std::size_t gateways, const VerifySettings& settings, std::int64_t now) {
    const QuotaPlan plan = quota_plan(drive, settings, now);
    const double rate = plan.rate * static_cast<double>(gateways);
    const Nanoseconds spent = plan.to_spend + std::chrono::seconds{1}, before_end = plan.to_end - spare;
    drive.duration = Nanoseconds::zero();
    const auto add = [&](Nanoseconds until, double requests) {
        if (until <= drive.duration) return;
        drive.stages.push_back({drive.duration, until, requests});
        drive.duration = until;
    };
    add(spent, rate);
    if (plan.to_end > Nanoseconds::zero()) {
        add(before_end, std::min(rate, now_and_then));
        add(std::max(drive.duration, plan.to_end) + spent, rate);
    }
    add(settings.duration.value_or(Nanoseconds::zero()), std::min(rate, now_and_then));
}

}  // namespace

void set_stages(Drive& drive, std::size_t gateways, const VerifySettings& settings, std::int64_t now) {
    if (drive.drives(Algorithm::quota)) return set_stages_of_quota(drive, gateways, settings, now);
    double rate = 0, burst = 1;
    const double most = settings.most_rate / static_cast<double>(drive.identities.size());
    Nanoseconds saturated{0}, refill{0}, filling{0};  // filling: of buckets
    Nanoseconds quiet{0};  // until half of the limit is sure to be admitted
    for (const AppliedLimit& one : drive.limits) {
        if (!one.problem.empty()) continue;
        const bool bucket = one.limit.algorithm == Algorithm::token_bucket;
        const double full = one.limit.most(), copies = one.by_gateway ? static_cast<double>(gateways) : 1;
        rate = std::max(rate, copies * one.limit.per_second());
        burst = std::max(burst, copies * full);
        saturated = std::max(saturated, saturation_for(one.limit, settings.precision));
        quiet = std::max(quiet, bucket ? Nanoseconds{static_cast<std::int64_t>(2e9 / one.limit.per_second())}
                                       : 2 * one.limit.window + one.limit.window / 10);
        auto& to_fill = bucket ? filling : refill;
        // A bucket begins to fill when nobody waits in its line any more.
        const Nanoseconds time{static_cast<std::int64_t>(1e9 * full / one.limit.per_second())};
        to_fill = std::max(to_fill, time + one.limit.longest_delay);
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

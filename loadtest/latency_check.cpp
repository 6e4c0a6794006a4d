// loadtest/latency_check.cpp - percentiles by interpolation; service times held against the gateway's.
#include "loadtest/latency_check.h"

#include "loadtest/quantities.h"
#include "support/text.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest {

namespace {

// Between writing the last byte and reading its clock a loop may have to wait for a CPU, when the client has the answer
// already; on a machine that is busy with both for some milliseconds, and not seldom.
constexpr double allowed_seconds = 0.015;
constexpr std::uint64_t allowed_part = 10;  // one in ten

void check_count(const std::string& route, const Durations& durations, const GatewayCounts& counted,
                 GatewayView& view) {
    std::uint64_t requests = 0;
    if (const auto found = counted.requests.find(route); found != counted.requests.end())
        for (const auto& [status, count] : found->second) requests += count;
    if (durations.count() != requests)
        view.notes.push_back("its histogram of " + text::quote(route) + " has " +
                             text::count(durations.count(), "request") + ", its counters have " +
                             std::to_string(requests));
}

// All routes together: ours are not kept by route.
void check_times(const Durations& theirs, const Results& results, GatewayView& view) {
    Histogram ours;
    for (const auto& [status, latencies] : results.codes) ours.add(latencies.service);
    for (std::size_t i = 1; i + 1 < theirs.uppers.size(); ++i) {
        const double shorter = theirs.uppers[i] - allowed_seconds;
        if (shorter < theirs.uppers[i - 1]) continue;  // below it the same is asked of a finer bucket, or cannot be
        const std::uint64_t fast = ours.surely_at_most(static_cast<std::uint64_t>(shorter * 1e9));
        const std::uint64_t allowed = ours.count() / allowed_part;
        if (fast <= theirs.at_most[i] + allowed) continue;
        const auto bound = show(Nanoseconds{std::llround(theirs.uppers[i] * 1e9)});
        view.notes.push_back("its histograms cannot be right: " + text::count(theirs.at_most[i], "request") +
                             " within " + bound + ", and of ours " + std::to_string(fast) + " took less");
        return;
    }
}

}  // namespace

void add_latencies(const GatewayCounts& counted, GatewayView& view) {
    const auto add = [&](const std::string& name, const Durations& durations) {
        if (durations.count() > 0)
            view.latencies.push_back({name, durations.count(), durations.mean(), durations.quantile(0.5),
                                      durations.quantile(0.9), durations.quantile(0.99)});
    };
    for (const auto& [route, durations] : counted.durations) add(route, durations);
    add("(gateway alone)", counted.own);
    for (const auto& [upstream, durations] : counted.upstreams) add("(upstream " + upstream + ')', durations);
}

void check_latencies(const GatewayCounts& counted, const Results& results, GatewayView& view) {
    Durations all;
    for (const auto& [route, durations] : counted.durations) {
        check_count(route, durations, counted, view);
        all.add(durations);
    }
    check_times(all, results, view);
}

}  // namespace tollgate::loadtest

// loadtest/latency_check.cpp - percentiles by interpolation; service times held against the gateway's.
#include "loadtest/latency_check.h"

#include "loadtest/report_words.h"
#include "support/text.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest {

namespace {

// Between writing the last byte and reading its clock a loop may have to wait for a CPU, when the client has the answer
// already; on a machine that is busy with both for some milliseconds, and not seldom.
constexpr double allowed_seconds = 0.015;
constexpr std::uint64_t allowed_part = 10;  // one in ten
constexpr double rounding = 1e-6;

const std::string gateway_name = "(gateway alone)";
std::string upstream_name(const std::string& upstream) { return "(upstream " + upstream + ')'; }

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

// What its buckets leave open: each request took longer than its bucket's lower bound, and at most the upper one.
void check_sum(const std::string& name, const Durations& durations, GatewayView& view) {
    double least = 0, most = 0;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < durations.uppers.size(); ++i) {
        const auto inside = static_cast<double>(durations.at_most[i] - std::min(below, durations.at_most[i]));
        below = durations.at_most[i];
        if (inside == 0) continue;
        least += i == 0 ? 0 : inside * durations.uppers[i - 1];
        most += inside * durations.uppers[i];
    }
    // A difference of two large sums is as exact as they are.
    if (durations.sum >= least * (1 - rounding) && durations.sum <= most * (1 + rounding)) return;
    view.notes.push_back("its histogram of " + text::quote(name) + " cannot be right: a sum of " +
                         shown_seconds(durations.sum) + ", and buckets for " + shown_seconds(least) +
                         (std::isinf(most) ? " or more" : " to " + shown_seconds(most)));
}

// Finds in the mean what is too small for the bounds of buckets. Times of the warm-up, and of requests without an
// answer, are theirs alone.
void check_mean(const Durations& theirs, const Histogram& ours, const Results& results, GatewayView& view) {
    if (ours.empty() || theirs.count() == 0 || results.ledger.unanswered() > 0 || results.warmup.ledger.sent > 0)
        return;
    const double ours_mean = ours.mean() / 1e9;
    if (theirs.mean() <= ours_mean * (1 + 1.0 / allowed_part) + allowed_seconds / allowed_part) return;
    view.notes.push_back("its histograms cannot be right: a request took " + shown_seconds(theirs.mean()) +
                         " in the mean, and ours " + shown_seconds(ours_mean));
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
        view.notes.push_back("its histograms cannot be right: " + text::count(theirs.at_most[i], "request") +
                             " within " + shown_seconds(theirs.uppers[i]) + ", and of ours " + std::to_string(fast) +
                             " took less");
        return;
    }
    check_mean(theirs, ours, results, view);
}

}  // namespace

void add_latencies(const GatewayCounts& counted, GatewayView& view) {
    const auto add = [&](const std::string& name, const Durations& durations) {
        if (durations.count() == 0) return;
        // Interpolated from 0 a first bucket that takes everything would give half its bound as the median.
        const double bound = std::isinf(durations.uppers.front()) ? 0 : std::max(0.0, durations.uppers.front());
        const auto percentile = [&](double share) { return std::max(bound, durations.quantile(share)); };
        view.latencies.push_back({name, durations.count(), durations.mean(), percentile(0.5), percentile(0.9),
                                  percentile(0.99), bound});
    };
    for (const auto& [route, durations] : counted.durations) add(route, durations);
    add(gateway_name, counted.own);
    for (const auto& [upstream, durations] : counted.upstreams) add(upstream_name(upstream), durations);
}

void check_latencies(const GatewayCounts& counted, const Results& results, GatewayView& view) {
    Durations all;
    for (const auto& [route, durations] : counted.durations) {
        check_count(route, durations, counted, view);
        check_sum(route, durations, view);
        all.add(durations);
    }
    check_sum(gateway_name, counted.own, view);
    for (const auto& [upstream, durations] : counted.upstreams) check_sum(upstream_name(upstream), durations, view);
    check_times(all, results, view);
}

}  // namespace tollgate::loadtest

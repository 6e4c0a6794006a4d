// loadtest/gateway_counts.cpp - finding the gateway's figures (docs/metrics.md) on its page, and their differences.
#include "loadtest/gateway_counts.h"

#include "support/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tollgate::loadtest {

namespace {

// A count that is none becomes `problem`.
std::uint64_t whole(double value, std::string_view name, std::string& problem) {
    constexpr double exact = 9007199254740992.0;  // 2^53
    if (value >= 0 && value <= exact && value == std::floor(value)) return static_cast<std::uint64_t>(value);
    problem = std::string{name} + ": expected whole numbers, got " + std::to_string(value);
    return 0;
}

std::uint64_t whole_sum(const MetricsText& text, const char* name, std::string& problem) {
    return whole(text.sum(name).value_or(0), name, problem);
}

Durations durations_of(const MetricsText::Histogram& histogram, std::string_view name, std::string& problem) {
    Durations durations;
    durations.sum = histogram.sum;
    for (const auto& bucket : histogram.buckets) {
        durations.uppers.push_back(bucket.upper);
        durations.at_most.push_back(whole(bucket.at_most, name, problem));
    }
    return durations;
}

void read_requests(const MetricsText::Family& family, GatewayCounts& counts, std::string& problem) {
    for (const auto& series : family.series) {
        const auto route = label(series.labels, "route"), written = label(series.labels, "status");
        int status = 0;
        const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), status);
        if (route.empty() || written.empty())
            problem = std::string{GatewayCounts::requests_name} + ": expected labels \"route\" and \"status\"";
        if (error != std::errc{} || end != written.data() + written.size()) status = 0;
        counts.requests[std::string{route}][status] += whole(series.value, GatewayCounts::requests_name, problem);
    }
}

std::uint64_t sum(const GatewayCounts::ByStatus& by_status) {
    std::uint64_t all = 0;
    for (const auto& [status, count] : by_status) all += count;
    return all;
}

void subtract(std::map<std::string, Durations>& from, const std::map<std::string, Durations>& earlier) {
    for (auto& [name, durations] : from)
        if (const auto before = earlier.find(name); before != earlier.end()) durations.subtract(before->second);
}

}  // namespace

// Durations ------------------------------------------------------------------------------------------------------

double Durations::quantile(double share) const noexcept {
    if (count() == 0) return 0;
    const double rank = share * static_cast<double>(count());
    std::size_t bucket = 0;
    while (bucket + 1 < at_most.size() && static_cast<double>(at_most[bucket]) < rank) ++bucket;
    const double lower = bucket == 0 ? 0 : uppers[bucket - 1];
    if (std::isinf(uppers[bucket])) return lower;
    const double below = bucket == 0 ? 0 : static_cast<double>(at_most[bucket - 1]);
    const double inside = static_cast<double>(at_most[bucket]) - below;
    return inside <= 0 ? uppers[bucket] : lower + (uppers[bucket] - lower) * std::max(0.0, rank - below) / inside;
}

void Durations::add(const Durations& other) {
    if (uppers.empty()) {
        *this = other;
    } else if (uppers == other.uppers) {
        sum += other.sum;
        for (std::size_t i = 0; i < at_most.size(); ++i) at_most[i] += other.at_most[i];
    }
}

void Durations::subtract(const Durations& earlier) {
    if (uppers != earlier.uppers) return;
    sum -= earlier.sum;
    for (std::size_t i = 0; i < at_most.size(); ++i) at_most[i] -= std::min(at_most[i], earlier.at_most[i]);
}

// Counts ---------------------------------------------------------------------------------------------------------

std::optional<GatewayCounts> GatewayCounts::of(const MetricsText& text, std::string& problem) {
    problem.clear();
    const auto* requests = text.find(requests_name);
    // A gateway that has served nothing yet has no series of requests.
    if (!requests && !text.find("tollgate_build_info")) {
        problem = std::string{"expected "} + requests_name + ", got metrics of something else";
        return std::nullopt;
    }
    GatewayCounts counts;
    if (requests) read_requests(*requests, counts, problem);
    const auto each_histogram = [&](const char* name, auto target) {
        if (const auto* family = text.find(name))
            for (const auto& histogram : family->histograms)
                target(histogram).add(durations_of(histogram, name, problem));
    };
    each_histogram(durations_name, [&](const auto& histogram) -> Durations& {
        return counts.durations[std::string{label(histogram.labels, "route")}];
    });
    each_histogram("tollgate_gateway_duration_seconds", [&](const auto&) -> Durations& { return counts.own; });
    each_histogram("tollgate_upstream_duration_seconds", [&](const auto& histogram) -> Durations& {
        return counts.upstreams[std::string{label(histogram.labels, "upstream")}];
    });
    counts.started = text.sum("process_start_time_seconds").value_or(0);
    counts.in_flight = whole_sum(text, "tollgate_requests_in_flight", problem);
    counts.limited = whole_sum(text, "tollgate_ratelimit_refused_total", problem);
    counts.reloads = whole_sum(text, "tollgate_reloads_total", problem);
    return problem.empty() ? std::optional{std::move(counts)} : std::nullopt;
}

std::uint64_t GatewayCounts::all() const {
    std::uint64_t all = 0;
    for (const auto& [route, by_status] : requests) all += sum(by_status);
    return all;
}

bool GatewayCounts::continues(const GatewayCounts& earlier) const {
    if (started != earlier.started || limited < earlier.limited || reloads < earlier.reloads) return false;
    for (const auto& [route, by_status] : earlier.requests) {
        const auto now = requests.find(route);
        for (const auto& [status, count] : by_status) {
            if (count == 0) continue;
            if (now == requests.end()) return false;
            const auto found = now->second.find(status);
            if (found == now->second.end() || found->second < count) return false;
        }
    }
    return true;
}

GatewayCounts GatewayCounts::since(const GatewayCounts& earlier) const {
    GatewayCounts difference = *this;
    for (auto& [route, by_status] : difference.requests) {
        const auto before = earlier.requests.find(route);
        if (before == earlier.requests.end()) continue;
        for (const auto& [status, count] : before->second) by_status[status] -= count;
        std::erase_if(by_status, [](const auto& entry) { return entry.second == 0; });
    }
    std::erase_if(difference.requests, [](const auto& entry) { return entry.second.empty(); });
    subtract(difference.durations, earlier.durations);
    subtract(difference.upstreams, earlier.upstreams);
    difference.own.subtract(earlier.own);
    difference.limited -= earlier.limited;
    difference.reloads -= earlier.reloads;
    return difference;
}

}  // namespace tollgate::loadtest

// plugins/balancer/ewma.cpp - what a target costs by the time it is expected to take.
#include "ewma.h"

#include <cmath>
#include <utility>

namespace tollgate::balancer {

namespace {

constexpr double unknown = 1e6;  // seconds; of a target that is being tried for the first time

}  // namespace

Ewma::Ewma(const std::vector<std::uint32_t>& weights, std::vector<std::shared_ptr<Latency>> latencies,
           std::chrono::nanoseconds decay)
    : choices_{weights}, latencies_{std::move(latencies)}, decay_{decay} {}

double Ewma::cost(std::size_t target, const Candidates& candidates) const {
    double seconds = latencies_[target]->expected(candidates.now(), decay_);
    const std::uint32_t load = candidates.load(target);
    if (seconds == 0 && load > 0) seconds = unknown;
    return seconds * (load + 1.0) / choices_.share(target);
}

std::optional<std::size_t> Ewma::pick(const Candidates& candidates) {
    return choices_.pick(candidates, [&](std::size_t target) { return cost(target, candidates); });
}

void Ewma::observe(std::size_t target, Answer answer, TimePoint now) {
    latencies_[target]->observe(answer, now, decay_);
}

std::string Ewma::reason(std::size_t target, const Candidates& candidates) const {
    const double seconds = latencies_[target]->expected(candidates.now(), decay_);
    const std::string under_way = std::to_string(candidates.load(target)) + " under way";
    if (seconds == 0) return "nothing known yet, " + under_way;
    return "expected to take " + std::to_string(std::llround(seconds * 1e6)) + " us, " + under_way;
}

}  // namespace tollgate::balancer

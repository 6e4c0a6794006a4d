// plugins/balancer/least_requests.cpp - what a target costs by its requests under way.
#include "least_requests.h"

namespace tollgate::balancer {

std::optional<std::size_t> LeastRequests::pick(const Candidates& candidates) {
    const auto cost = [&](std::size_t target) { return candidates.load(target) / choices_.share(target); };
    return choices_.pick(candidates, cost);
}

std::string LeastRequests::reason(std::size_t target, const Candidates& candidates) const {
    return std::to_string(candidates.load(target)) + " under way";
}

}  // namespace tollgate::balancer

// plugins/balancer/least_requests.h - LeastRequests: the target with fewer requests under way, of two.
#pragma once

#include "two_choices.h"

namespace tollgate::balancer {

// Requests under way are compared as shares of the weights: of weights 2 and 1, 4 and 2 requests are the same. It has
// nothing to share between loops but what the targets count themselves.
class LeastRequests final : public Policy {
public:
    explicit LeastRequests(const std::vector<std::uint32_t>& weights) : choices_{weights} {}
    std::optional<std::size_t> pick(const Candidates& candidates) override;
    std::string reason(std::size_t target, const Candidates& candidates) const override;

private:
    TwoChoices choices_;
};

}  // namespace tollgate::balancer

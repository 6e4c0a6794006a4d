// plugins/balancer/weighted.h - Weighted: targets in proportion to their weights, spread as evenly as can be.
#pragma once

#include "policy.h"

#include <memory>
#include <vector>

namespace tollgate::balancer {

// Smooth weighted round robin: 5, 1, 1 gives a a b a c a a, as nginx does. Every pick is a function of its number
// alone, so that loops share one counter and no lock:
//
// - usually the whole sequence is worked out beforehand, and a pick reads it;
// - where that would take too long (many targets with weights that share no divisor), pick k goes to the target that
//   owns place k * s mod W of W places, each target owning as many as it weighs and s being W's golden section: exact
//   over W picks, each target's picks spread over them, and found by bisection.
class Weighted final : public Policy {
public:
    // A weight of 0 counts as 1. At least one weight.
    Weighted(std::vector<std::uint32_t> weights, std::shared_ptr<Turn> turn);
    std::optional<std::size_t> pick(const Candidates& candidates) override;

private:
    std::size_t due(std::uint64_t pick) const noexcept;
    std::optional<std::size_t> substitute(const Candidates& candidates);

    std::vector<std::uint32_t> weights_;     // without their common divisor
    std::uint64_t period_ = 0;               // sum of the weights
    std::vector<std::uint32_t> sequence_;    // one period, or empty
    std::vector<std::uint64_t> places_;      // else: one past each target's last place
    std::uint64_t step_ = 1;
    std::shared_ptr<Turn> turn_;
};

}  // namespace tollgate::balancer

// plugins/balancer/round_robin.h - RoundRobin: each target in turn, over all loops.
#pragma once

#include "policy.h"

#include <memory>

namespace tollgate::balancer {

// The turn of an unusable target goes to the usable ones in turn, not to its neighbour, who would carry double. So do
// further attempts, which take no turn: of two targets, of which each request asks one in vain, each would else be asked
// first by all requests, or by none. That costs a walk over the targets; a turn of a usable target costs the same among two and among thousands.
class RoundRobin final : public Policy {
public:
    // `targets` at least 1.
    RoundRobin(std::size_t targets, std::shared_ptr<Turn> turn);
    std::optional<std::size_t> pick(const Candidates& candidates) override;

private:
    std::size_t targets_;
    std::shared_ptr<Turn> turn_;
};

}  // namespace tollgate::balancer

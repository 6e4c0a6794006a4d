// plugins/balancer/ewma.h - Ewma: the target that will answer sooner, of two.
#pragma once

#include "latency.h"
#include "two_choices.h"

#include <chrono>
#include <memory>
#include <vector>

namespace tollgate::balancer {

// What a target is expected to take, times the requests it will then have, over its weight: one of weight 2 is as good
// as one of weight 1 that takes half the time. One that nothing is known of is tried with one request at a time.
class Ewma final : public Policy {
public:
    // As many weights as latencies; `decay` above 0.
    Ewma(const std::vector<std::uint32_t>& weights, std::vector<std::shared_ptr<Latency>> latencies,
         std::chrono::nanoseconds decay);
    std::optional<std::size_t> pick(const Candidates& candidates) override;
    void observe(std::size_t target, Answer answer, TimePoint now) override;
    std::string reason(std::size_t target, const Candidates& candidates) const override;

private:
    double cost(std::size_t target, const Candidates& candidates) const;

    TwoChoices choices_;
    std::vector<std::shared_ptr<Latency>> latencies_;
    std::chrono::nanoseconds decay_;
};

}  // namespace tollgate::balancer

// plugins/balancer/round_robin.cpp - whose turn it is, and who stands in for a target that is out.
#include "round_robin.h"

#include <utility>

namespace tollgate::balancer {

RoundRobin::RoundRobin(std::size_t targets, std::shared_ptr<Turn> turn) : targets_{targets}, turn_{std::move(turn)} {}

std::optional<std::size_t> RoundRobin::pick(const Candidates& candidates) {
    if (!candidates.once_more()) {
        const auto due = static_cast<std::size_t>(turn_->next.fetch_add(1, std::memory_order_relaxed) % targets_);
        if (candidates.usable(due)) return due;
    }
    std::size_t usable = 0;
    for (std::size_t target = 0; target < targets_; ++target) usable += candidates.usable(target);
    if (usable == 0) return std::nullopt;
    std::uint64_t skip = turn_->substitute.fetch_add(1, std::memory_order_relaxed) % usable;
    std::optional<std::size_t> found;  // the last one, should some have gone out since they were counted
    for (std::size_t target = 0; target < targets_; ++target) {
        if (!candidates.usable(target)) continue;
        found = target;
        if (skip-- == 0) break;
    }
    return found;
}

}  // namespace tollgate::balancer

// plugins/balancer/weighted.cpp - the smooth sequence, worked out or walked, and who stands in for a missing target.
#include "weighted.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace tollgate::balancer {

namespace {

// Targets times picks that are worked out beforehand: a millisecond, spent on a loop at the first pick after a reload.
constexpr std::uint64_t most_steps = 1 << 20;

__extension__ using Wide = unsigned __int128;  // products of two places

constexpr double golden = 0.6180339887498949;

// nginx's algorithm: each gains its weight, the richest is picked and pays for all.
std::vector<std::uint32_t> smooth_sequence(const std::vector<std::uint32_t>& weights, std::uint64_t period) {
    std::vector<std::uint32_t> sequence;
    sequence.reserve(period);
    std::vector<std::int64_t> credit(weights.size());
    while (sequence.size() < period) {
        std::size_t richest = 0;
        for (std::size_t target = 0; target < weights.size(); ++target) {
            credit[target] += weights[target];
            if (credit[target] > credit[richest]) richest = target;
        }
        credit[richest] -= static_cast<std::int64_t>(period);
        sequence.push_back(static_cast<std::uint32_t>(richest));
    }
    return sequence;
}

// Near the golden section of the period and sharing no divisor with it: the walk visits each place once.
std::uint64_t golden_step(std::uint64_t period) {
    auto step = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(period) * golden));
    while (std::gcd(step, period) != 1) ++step;
    return step;
}

}  // namespace

Weighted::Weighted(std::vector<std::uint32_t> weights, std::shared_ptr<Turn> turn)
    : weights_{std::move(weights)}, turn_{std::move(turn)} {
    std::uint32_t divisor = 0;
    for (std::uint32_t& weight : weights_) divisor = std::gcd(divisor, weight = std::max<std::uint32_t>(1, weight));
    for (std::uint32_t& weight : weights_) period_ += weight /= divisor;
    if (period_ <= most_steps / weights_.size()) {
        sequence_ = smooth_sequence(weights_, period_);
        return;
    }
    step_ = golden_step(period_);
    places_.resize(weights_.size());
    std::inclusive_scan(weights_.begin(), weights_.end(), places_.begin(), std::plus<>{}, std::uint64_t{0});
}

std::size_t Weighted::due(std::uint64_t pick) const noexcept {
    if (!sequence_.empty()) return sequence_[pick % period_];
    const auto place = static_cast<std::uint64_t>(Wide{pick % period_} * step_ % period_);
    return static_cast<std::size_t>(std::upper_bound(places_.begin(), places_.end(), place) - places_.begin());
}

std::optional<std::size_t> Weighted::pick(const Candidates& candidates) {
    if (candidates.once_more()) return substitute(candidates);  // no turn is used up; see round_robin.h
    const std::size_t target = due(turn_->next.fetch_add(1, std::memory_order_relaxed));
    return candidates.usable(target) ? target : substitute(candidates);
}

// The turn of an unusable target goes to the usable ones in proportion to their weights. What is usable may be another
// set each time, so there is no sequence: multiples of the golden ratio fall evenly on any division of a line.
std::optional<std::size_t> Weighted::substitute(const Candidates& candidates) {
    std::uint64_t usable = 0;
    for (std::size_t target = 0; target < weights_.size(); ++target)
        if (candidates.usable(target)) usable += weights_[target];
    if (usable == 0) return std::nullopt;
    const std::uint64_t turn = turn_->substitute.fetch_add(1, std::memory_order_relaxed) * 0x9e3779b97f4a7c15;
    auto place = static_cast<std::uint64_t>((Wide{turn} * usable) >> 64);
    std::optional<std::size_t> found;  // the last one, should some have gone out since they were counted
    for (std::size_t target = 0; target < weights_.size(); ++target) {
        if (!candidates.usable(target)) continue;
        found = target;
        if (place < weights_[target]) break;
        place -= weights_[target];
    }
    return found;
}

}  // namespace tollgate::balancer

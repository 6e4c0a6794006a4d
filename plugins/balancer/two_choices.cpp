// plugins/balancer/two_choices.cpp - the table from which targets are drawn by weight.
#include "two_choices.h"

#include <algorithm>

namespace tollgate::balancer {

// Vose's way of filling it: cells that hold less than one part are completed from targets that have more.
TwoChoices::TwoChoices(const std::vector<std::uint32_t>& weights) : cells_(weights.size()), shares_(weights.size()) {
    double sum = 0;
    for (const std::uint32_t weight : weights) sum += std::max<std::uint32_t>(1, weight);
    std::vector<std::uint32_t> poor, rich;
    for (std::uint32_t target = 0; target < weights.size(); ++target) {
        shares_[target] = std::max<std::uint32_t>(1, weights[target]) * static_cast<double>(weights.size()) / sum;
        (shares_[target] < 1 ? poor : rich).push_back(target);
    }
    std::vector<double> left = shares_;
    while (!poor.empty() && !rich.empty()) {
        const std::uint32_t low = poor.back(), high = rich.back();
        poor.pop_back();
        cells_[low] = {static_cast<std::uint32_t>(left[low] * 0xFFFF'FFFF), high};
        left[high] -= 1 - left[low];
        if (left[high] >= 1) continue;
        rich.pop_back();
        poor.push_back(high);
    }
    for (const auto* rest : {&poor, &rich})
        for (const std::uint32_t target : *rest) cells_[target] = {0xFFFF'FFFF, target};
}

}  // namespace tollgate::balancer

// plugins/balancer/two_choices.h - TwoChoices: two targets drawn by weight, and the cheaper of them.
#pragma once

#include "policy.h"
#include "random.h"

#include <optional>
#include <vector>

namespace tollgate::balancer {

// The power of two choices: who compares two targets drawn at random keeps the busiest nearly as free as who compares
// all, at the price of two, and loops that all know the same do not all run to the same target. Immutable.
class TwoChoices {
public:
    // A weight of 0 counts as 1. At least one weight.
    explicit TwoChoices(const std::vector<std::uint32_t>& weights);

    // The cheaper of two different usable targets; of equally cheap ones the first drawn, so that idle targets are
    // picked by weight. Where chance does not find two, the one it found; where none, the cheapest of all usable.
    template <class Cost>
    std::optional<std::size_t> pick(const Candidates& candidates, Cost cost) const {
        std::optional<std::size_t> first;
        for (int draw = 0; draw < most_draws; ++draw) {
            const std::size_t target = draw < most_draws / 2 ? by_weight() : evenly(first);
            if (target == first || !candidates.usable(target)) continue;
            if (first) return cost(target) < cost(*first) ? target : *first;
            first = target;
            if (cells_.size() == 1) break;
        }
        return first ? first : cheapest(candidates, cost);
    }

    // A target's weight as a multiple of the average.
    double share(std::size_t target) const noexcept { return shares_[target]; }

private:
    // Half of them by weight; then evenly, for where one target outweighs all others.
    static constexpr int most_draws = 16;

    // Walker's alias method: of each cell one part is the cell's own, the rest another target's.
    struct Cell {
        std::uint32_t own;  // of 2^32
        std::uint32_t other;
    };

    std::size_t by_weight() const {
        const std::uint64_t bits = random_bits();
        const std::size_t cell = one_of(cells_.size(), bits);
        return static_cast<std::uint32_t>(bits) <= cells_[cell].own ? cell : cells_[cell].other;
    }

    // Any but that one.
    std::size_t evenly(std::optional<std::size_t> but) const {
        if (!but) return one_of(cells_.size(), random_bits());
        return (*but + 1 + one_of(cells_.size() - 1, random_bits())) % cells_.size();
    }

    // Begins anywhere: the first of equally cheap ones must not always be the same.
    template <class Cost>
    std::optional<std::size_t> cheapest(const Candidates& candidates, Cost cost) const {
        std::optional<std::size_t> found;
        double least = 0;
        const std::size_t begin = one_of(cells_.size(), random_bits());
        for (std::size_t step = 0; step < cells_.size(); ++step) {
            const std::size_t target = (begin + step) % cells_.size();
            if (!candidates.usable(target)) continue;
            const double price = cost(target);
            if (found && price >= least) continue;
            found = target;
            least = price;
        }
        return found;
    }

    std::vector<Cell> cells_;
    std::vector<double> shares_;
};

}  // namespace tollgate::balancer

// tests/plugins/balancer/weighted_test.cpp - shares by weight, smoothly, for few targets and for thousands.
#include "weighted.h"

#include "picks.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

using namespace tollgate::balancer;

namespace {

using Weights = std::vector<std::uint32_t>;

Weighted weighted(Weights weights) { return {std::move(weights), std::make_shared<Turn>()}; }

// Weights that share no divisor, too many for a sequence to be worked out.
Weights thousand_odd_weights() {
    Weights weights(1000);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::uint32_t>(1 + i * 7919 % 100);
    return weights;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(balancer_weighted)

BOOST_AUTO_TEST_CASE(five_one_one_gives_the_smooth_sequence) {
    auto policy = weighted({5, 1, 1});

    BOOST_TEST(letters(policy, All{}, 14) == "aabacaaaabacaa");
}

BOOST_AUTO_TEST_CASE(equal_weights_are_a_round_robin_whatever_they_are) {
    auto policy = weighted({4'000'000'000, 4'000'000'000, 4'000'000'000});

    BOOST_TEST(letters(policy, All{}, 6) == "abcabc");
}

BOOST_AUTO_TEST_CASE(shares_are_exact_over_a_period) {
    auto policy = weighted({3, 2, 1});

    BOOST_TEST(shares(policy, All{}, 3, 600) == (Counts{300, 200, 100}), per_element);
}

BOOST_AUTO_TEST_CASE(a_weight_of_nothing_counts_as_one) {
    auto policy = weighted({0, 1});

    BOOST_TEST(shares(policy, All{}, 2, 10) == (Counts{5, 5}), per_element);
}

BOOST_AUTO_TEST_CASE(the_turns_of_a_target_that_is_out_are_shared_by_weight) {
    auto policy = weighted({4, 3, 2, 1});

    const Counts counts = shares(policy, Without{0}, 4, 6000);

    BOOST_TEST(counts[0] == 0);
    BOOST_TEST(std::abs(counts[1] - 3000) <= 6);
    BOOST_TEST(std::abs(counts[2] - 2000) <= 6);
    BOOST_TEST(std::abs(counts[3] - 1000) <= 6);
}

BOOST_AUTO_TEST_CASE(nothing_is_picked_where_nothing_is_usable) {
    auto policy = weighted({5, 1});

    BOOST_TEST(!policy.pick(Without{0, 1}).has_value());
}

BOOST_AUTO_TEST_CASE(another_policy_on_the_same_turn_goes_on_where_the_first_stopped) {
    const auto turn = std::make_shared<Turn>();
    Weighted before{{5, 1, 1}, turn};
    BOOST_TEST(letters(before, All{}, 3) == "aab");

    Weighted after{{5, 1, 1}, turn};

    BOOST_TEST(letters(after, All{}, 4) == "acaa");
}

BOOST_AUTO_TEST_CASE(a_thousand_odd_weights_get_exact_shares_over_their_sum) {
    const Weights weights = thousand_odd_weights();
    auto policy = weighted(weights);
    const int sum = std::accumulate(weights.begin(), weights.end(), 0);

    const Counts counts = shares(policy, All{}, weights.size(), sum);

    BOOST_TEST(counts == Counts(weights.begin(), weights.end()), per_element);
}

BOOST_AUTO_TEST_CASE(a_thousand_odd_weights_are_spread_smoothly) {
    const Weights weights = thousand_odd_weights();
    auto policy = weighted(weights);
    const int sum = std::accumulate(weights.begin(), weights.end(), 0);

    Counts counts(weights.size());
    double worst = 0;
    for (int pick = 1; pick <= sum; ++pick) {
        const std::size_t target = policy.pick(All{}).value();
        const double due = static_cast<double>(weights[target]) * pick / sum;
        worst = std::max(worst, std::abs(++counts[target] - due));
    }

    BOOST_TEST(worst < 4);  // picks that any target is ahead or behind, at any time
}

BOOST_AUTO_TEST_CASE(the_largest_weights_do_not_overflow) {
    const auto largest = std::numeric_limits<std::uint32_t>::max();
    auto policy = weighted({largest, largest - 1, 1});

    const Counts counts = shares(policy, All{}, 3, 100'000);

    BOOST_TEST(std::abs(counts[0] - counts[1]) <= 6);
    BOOST_TEST(counts[2] <= 1);
}

BOOST_AUTO_TEST_CASE(loops_that_pick_at_once_share_one_sequence) {
    auto policy = weighted({5, 1, 1});
    std::array<std::atomic<int>, 3> counts{};
    {
        std::vector<std::jthread> loops;
        for (int loop = 0; loop < 4; ++loop)
            loops.emplace_back([&] {
                for (int i = 0; i < 7'000; ++i) ++counts[*policy.pick(All{})];
            });
    }
    BOOST_TEST(counts[0] == 20'000);
    BOOST_TEST(counts[1] == 4'000);
    BOOST_TEST(counts[2] == 4'000);
}

// The goal is 200 ns; the bound leaves room for debug builds and busy machines.
BOOST_AUTO_TEST_CASE(a_pick_among_a_thousand_is_cheap) {
    auto odd = weighted(thousand_odd_weights()), even = weighted(Weights(1000, 1));

    const auto walked = cost_of_a_pick(odd, All{}), read = cost_of_a_pick(even, All{});

    BOOST_TEST_MESSAGE("a pick takes " << read.count() << " ns from a sequence, " << walked.count() << " ns by a walk");
    BOOST_TEST(read.count() < 2000);
    BOOST_TEST(walked.count() < 2000);
}

BOOST_AUTO_TEST_SUITE_END()

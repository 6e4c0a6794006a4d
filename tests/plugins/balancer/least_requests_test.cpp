// tests/plugins/balancer/least_requests_test.cpp - shares by what is under way, and by weight where nothing is.
#include "least_requests.h"

#include "picks.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <numeric>
#include <thread>

using namespace tollgate::balancer;

namespace {

using Weights = std::vector<std::uint32_t>;

// What each target got of `picks` requests, each of which is under way until `under_way` more have come, and so long
// again, nine times, where its target is `slow`. `mean_most`: what the busiest had, on average.
Counts shares_of_lasting_requests(Policy& policy, Scene& scene, int picks, std::size_t under_way,
                                  std::optional<std::size_t> slow = {}, double* mean_most = nullptr) {
    double most = 0;
    Counts counts(scene.loads.size());
    std::deque<std::pair<std::size_t, int>> open;  // target, rounds left
    for (int pick = 0; pick < picks; ++pick) {
        const std::size_t target = policy.pick(scene).value();
        ++counts[target];
        ++scene.loads[target];
        open.emplace_back(target, target == slow ? 9 : 0);
        while (open.size() > under_way) {
            auto [done, rounds] = open.front();
            open.pop_front();
            if (rounds > 0)
                open.emplace_back(done, rounds - 1);
            else
                --scene.loads[done];
            if (rounds > 0) break;
        }
        most += std::ranges::max(scene.loads);
    }
    if (mean_most) *mean_most = most / picks;
    return counts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(balancer_least_requests)

BOOST_AUTO_TEST_CASE(of_two_targets_the_one_with_fewer_requests_is_picked_each_time) {
    LeastRequests policy{Weights{1, 1}};
    const Scene scene{{5, 4}};

    BOOST_TEST(shares(policy, scene, 2, 100) == (Counts{0, 100}), per_element);
}

BOOST_AUTO_TEST_CASE(requests_are_compared_as_shares_of_the_weights) {
    LeastRequests policy{Weights{3, 1}};

    BOOST_TEST(shares(policy, Scene{{5, 2}}, 2, 100) == (Counts{100, 0}), per_element);
    BOOST_TEST(shares(policy, Scene{{7, 2}}, 2, 100) == (Counts{0, 100}), per_element);
}

BOOST_AUTO_TEST_CASE(the_busiest_of_many_is_never_picked) {
    LeastRequests policy{Weights(10, 1)};
    const Scene scene{{1, 1, 1, 9, 1, 1, 1, 1, 1, 1}};

    BOOST_TEST(shares(policy, scene, 10, 10'000)[3] == 0);
}

// Shares of a fair draw: the bounds are six standard deviations wide.
BOOST_AUTO_TEST_CASE(idle_targets_are_picked_by_weight) {
    LeastRequests policy{Weights{5, 3, 2}};

    const Counts counts = shares(policy, Scene{{0, 0, 0}}, 3, 100'000);

    BOOST_TEST(std::abs(counts[0] - 50'000) < 950);
    BOOST_TEST(std::abs(counts[1] - 30'000) < 870);
    BOOST_TEST(std::abs(counts[2] - 20'000) < 760);
}

BOOST_AUTO_TEST_CASE(a_weight_that_dwarfs_the_others_leaves_them_comparable) {
    LeastRequests policy{Weights{4'000'000'000, 1}};

    BOOST_TEST(shares(policy, Scene{{0, 0}}, 2, 1000)[0] >= 999);
    BOOST_TEST(shares(policy, Scene{{4'000'000'000, 0}}, 2, 100) == (Counts{0, 100}), per_element);
}

BOOST_AUTO_TEST_CASE(requests_that_last_end_in_even_shares) {
    LeastRequests policy{Weights(10, 1)};
    Scene scene{std::vector<std::uint32_t>(10)};

    double most = 0;
    const Counts counts = shares_of_lasting_requests(policy, scene, 100'000, 200, {}, &most);

    BOOST_TEST_MESSAGE("the busiest has " << most);
    BOOST_TEST(most < 23.5);  // on average; 20 would be even, and one draw without comparing gives 26
    for (const int count : counts) BOOST_TEST(std::abs(count - 10'000) < 500);
}

BOOST_AUTO_TEST_CASE(requests_that_last_end_in_shares_of_the_weights) {
    LeastRequests policy{Weights{4, 2, 1, 1}};
    Scene scene{{0, 0, 0, 0}};

    const Counts counts = shares_of_lasting_requests(policy, scene, 80'000, 160);

    BOOST_TEST(std::abs(counts[0] - 40'000) < 3000);
    BOOST_TEST(std::abs(counts[1] - 20'000) < 2000);
    BOOST_TEST(std::abs(counts[2] - 10'000) < 1500);
    BOOST_TEST(std::abs(counts[3] - 10'000) < 1500);
}

BOOST_AUTO_TEST_CASE(a_slow_target_gets_less) {
    LeastRequests policy{Weights(4, 1)};
    Scene scene{{0, 0, 0, 0}};

    const Counts counts = shares_of_lasting_requests(policy, scene, 40'000, 100, 2);

    for (const std::size_t quick : {0, 1, 3}) BOOST_TEST(counts[2] * 3 < counts[quick]);
}

BOOST_AUTO_TEST_CASE(what_is_out_is_not_picked_and_its_share_goes_to_all_others) {
    LeastRequests policy{Weights(4, 1)};
    Scene scene{{0, 0, 0, 0}};
    scene.out = {1};

    const Counts counts = shares(policy, scene, 4, 30'000);

    BOOST_TEST(counts[1] == 0);
    for (const std::size_t target : {0, 2, 3}) BOOST_TEST(std::abs(counts[target] - 10'000) < 500);
}

BOOST_AUTO_TEST_CASE(the_last_usable_of_a_thousand_is_found) {
    LeastRequests policy{Weights(1000, 1)};
    Scene scene{std::vector<std::uint32_t>(1000)};
    for (std::size_t target = 0; target < 1000; ++target)
        if (target != 617) scene.out.insert(target);

    for (int i = 0; i < 100; ++i) BOOST_TEST(policy.pick(scene).value() == 617u);
}

BOOST_AUTO_TEST_CASE(nothing_is_picked_where_nothing_is_usable) {
    LeastRequests policy{Weights{1, 2}};

    BOOST_TEST(!policy.pick(Without{0, 1}).has_value());
}

BOOST_AUTO_TEST_CASE(one_target_alone_is_picked) {
    LeastRequests policy{Weights{7}};

    BOOST_TEST(policy.pick(All{}).value() == 0u);
}

BOOST_AUTO_TEST_CASE(loops_that_pick_at_once_share_evenly) {
    LeastRequests policy{Weights(3, 1)};
    std::array<std::atomic<int>, 3> counts{};
    {
        std::vector<std::jthread> loops;
        for (int loop = 0; loop < 4; ++loop)
            loops.emplace_back([&] {
                for (int i = 0; i < 30'000; ++i) ++counts[*policy.pick(All{})];
            });
    }
    for (const auto& count : counts) BOOST_TEST(std::abs(count - 40'000) < 1000);
}

// The goal is 200 ns; the bound leaves room for debug builds and busy machines.
BOOST_AUTO_TEST_CASE(a_pick_among_a_thousand_is_cheap) {
    LeastRequests policy{Weights(1000, 1)};

    const auto cost = cost_of_a_pick(policy, Scene{std::vector<std::uint32_t>(1000, 3)});

    BOOST_TEST_MESSAGE("a pick takes " << cost.count() << " ns");
    BOOST_TEST(cost.count() < 2000);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/plugins/balancer/ewma_test.cpp - shares by the time that targets take, and what is remembered of it.
#include "ewma.h"

#include "picks.h"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace tollgate::balancer;
using namespace std::chrono_literals;

namespace {

using Weights = std::vector<std::uint32_t>;
using Latencies = std::vector<std::shared_ptr<Latency>>;

Latencies unknown(std::size_t targets) {
    Latencies latencies;
    for (std::size_t target = 0; target < targets; ++target) latencies.push_back(std::make_shared<Latency>());
    return latencies;
}

Ewma ewma(const Weights& weights) { return {weights, unknown(weights.size()), 10s}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(balancer_ewma)

BOOST_AUTO_TEST_CASE(of_two_targets_the_quicker_is_picked) {
    auto policy = ewma({1, 1});
    const Scene scene{{0, 0}};
    policy.observe(0, {20ms}, scene.time);
    policy.observe(1, {10ms}, scene.time);

    BOOST_TEST(shares(policy, scene, 2, 100) == (Counts{0, 100}), per_element);
}

BOOST_AUTO_TEST_CASE(until_it_has_more_under_way_than_it_is_quicker) {
    auto policy = ewma({1, 1});
    Scene scene{{0, 1}};
    policy.observe(0, {30ms}, scene.time);
    policy.observe(1, {10ms}, scene.time);
    BOOST_TEST(policy.pick(scene).value() == 1u);  // 20 against 30

    scene.loads = {0, 3};

    BOOST_TEST(policy.pick(scene).value() == 0u);  // 40 against 30
}

BOOST_AUTO_TEST_CASE(a_weight_makes_good_for_time) {
    auto policy = ewma({3, 1});
    Scene scene{{0, 0}};
    policy.observe(0, {25ms}, scene.time);
    policy.observe(1, {10ms}, scene.time);
    BOOST_TEST(policy.pick(scene).value() == 0u);

    policy.observe(0, {35ms}, scene.time);

    BOOST_TEST(policy.pick(scene).value() == 1u);
}

BOOST_AUTO_TEST_CASE(an_unknown_target_is_tried_with_one_request_at_a_time) {
    auto policy = ewma({1, 1});
    Scene scene{{4, 0}};
    policy.observe(0, {10ms}, scene.time);
    BOOST_TEST(policy.pick(scene).value() == 1u);

    scene.loads = {4, 1};

    BOOST_TEST(policy.pick(scene).value() == 0u);
}

BOOST_AUTO_TEST_CASE(who_was_slow_once_is_tried_again_later) {
    auto policy = ewma({1, 1});
    Scene scene{{0, 0}};
    policy.observe(1, {2s}, scene.time);
    const auto ask = [&] {
        policy.observe(0, {10ms}, scene.time);
        return policy.pick(scene).value();
    };
    BOOST_TEST(ask() == 0u);

    auto waited = 0s;
    while (ask() == 0 && waited < 600s) {
        waited += 1s;
        scene.time += 1s;
    }

    BOOST_TEST((waited > 40s && waited < 65s));  // ln(200) decays
}

BOOST_AUTO_TEST_CASE(a_slow_target_among_many_gets_next_to_nothing) {
    auto policy = ewma(Weights(10, 1));
    const Scene scene{std::vector<std::uint32_t>(10)};
    for (std::size_t target = 0; target < 10; ++target) policy.observe(target, {target == 3 ? 500ms : 5ms}, scene.time);

    const Counts counts = shares(policy, scene, 10, 9000);

    BOOST_TEST(counts[3] == 0);
    for (std::size_t target = 0; target < 10; ++target) BOOST_TEST((target == 3 || counts[target] > 700));
}

BOOST_AUTO_TEST_CASE(another_policy_with_the_same_latencies_knows_what_the_first_learned) {
    const Latencies latencies = unknown(2);
    const Scene scene{{0, 0}};
    Ewma before{Weights{1, 1}, latencies, 10s};
    before.observe(0, {20ms}, scene.time);
    before.observe(1, {10ms}, scene.time);

    Ewma after{Weights{1, 1}, latencies, 10s};

    BOOST_TEST(after.pick(scene).value() == 1u);
}

BOOST_AUTO_TEST_CASE(nothing_is_picked_where_nothing_is_usable) {
    auto policy = ewma({1, 1});

    BOOST_TEST(!policy.pick(Without{0, 1}).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_out_is_not_picked_however_quick_it_was) {
    auto policy = ewma({1, 1, 1});
    Scene scene{{0, 0, 0}};
    for (const std::size_t target : {0, 1, 2}) policy.observe(target, {target == 0 ? 1ms : 50ms}, scene.time);
    scene.out = {0};

    const Counts counts = shares(policy, scene, 3, 1000);

    BOOST_TEST(counts[0] == 0);
    BOOST_TEST((counts[1] > 300 && counts[2] > 300));
}

BOOST_AUTO_TEST_CASE(loops_may_pick_and_observe_at_once) {
    auto policy = ewma({1, 1, 1});
    const Scene scene{{1, 1, 1}};
    std::atomic<int> slow{0};
    for (const std::size_t target : {0, 1, 2}) policy.observe(target, {target == 2 ? 900ms : 1ms}, scene.time);
    {
        std::vector<std::jthread> loops;
        for (int loop = 0; loop < 4; ++loop)
            loops.emplace_back([&] {
                for (int i = 0; i < 10'000; ++i) {
                    const std::size_t target = policy.pick(scene).value();
                    slow += target == 2;
                    policy.observe(target, {1ms}, scene.time);
                }
            });
    }
    BOOST_TEST(slow == 0);
}

// The goal is 200 ns; the bound leaves room for debug builds and busy machines.
BOOST_AUTO_TEST_CASE(a_pick_among_a_thousand_is_cheap) {
    auto policy = ewma(Weights(1000, 1));
    Scene scene{std::vector<std::uint32_t>(1000, 3)};
    for (std::size_t target = 0; target < 1000; ++target) policy.observe(target, {10ms}, scene.time);
    scene.time += 3s;

    const auto cost = cost_of_a_pick(policy, scene);

    BOOST_TEST_MESSAGE("a pick takes " << cost.count() << " ns");
    BOOST_TEST(cost.count() < 2000);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/plugins/balancer/round_robin_test.cpp - even shares, whoever is out and however many loops pick.
#include "round_robin.h"

#include "picks.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <thread>

using namespace tollgate::balancer;

namespace {

RoundRobin round_robin(std::size_t targets) { return {targets, std::make_shared<Turn>()}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(balancer_round_robin)

BOOST_AUTO_TEST_CASE(targets_take_turns) {
    auto policy = round_robin(3);

    BOOST_TEST(letters(policy, All{}, 7) == "abcabca");
}

BOOST_AUTO_TEST_CASE(three_hundred_picks_over_three_are_a_hundred_each) {
    auto policy = round_robin(3);

    BOOST_TEST(shares(policy, All{}, 3, 300) == (Counts{100, 100, 100}), per_element);
}

BOOST_AUTO_TEST_CASE(the_turns_of_a_target_that_is_out_are_shared_by_all_others) {
    auto policy = round_robin(4);

    BOOST_TEST(shares(policy, Without{1}, 4, 1200) == (Counts{400, 0, 400, 400}), per_element);
}

// Each request is late at its first target and asks another one: the turns go on as if it had not.
BOOST_AUTO_TEST_CASE(further_attempts_take_no_turn) {
    auto policy = round_robin(2);
    std::string firsts;
    for (int request = 0; request < 4; ++request) {
        const std::size_t first = *policy.pick(All{});
        firsts += char('a' + first);
        BOOST_TEST(*policy.pick(OnceMore{first}) == 1 - first);
    }
    BOOST_TEST(firsts == "abab");
}

BOOST_AUTO_TEST_CASE(one_target_left_gets_every_request) {
    auto policy = round_robin(3);

    BOOST_TEST(shares(policy, Without{0, 1}, 3, 30) == (Counts{0, 0, 30}), per_element);
}

BOOST_AUTO_TEST_CASE(nothing_is_picked_where_nothing_is_usable) {
    auto policy = round_robin(2);

    BOOST_TEST(!policy.pick(Without{0, 1}).has_value());
}

BOOST_AUTO_TEST_CASE(another_policy_on_the_same_turn_goes_on_where_the_first_stopped) {
    const auto turn = std::make_shared<Turn>();
    RoundRobin before{3, turn};
    BOOST_TEST(letters(before, All{}, 4) == "abca");

    RoundRobin after{3, turn};

    BOOST_TEST(letters(after, All{}, 4) == "bcab");
}

BOOST_AUTO_TEST_CASE(loops_that_pick_at_once_share_one_order) {
    auto policy = round_robin(3);
    std::array<std::atomic<int>, 3> counts{};
    {
        std::vector<std::jthread> loops;
        for (int loop = 0; loop < 4; ++loop)
            loops.emplace_back([&] {
                for (int i = 0; i < 30'000; ++i) ++counts[*policy.pick(All{})];
            });
    }
    for (const auto& count : counts) BOOST_TEST(count == 40'000);
}

// The goal is 200 ns; the bound leaves room for debug builds and busy machines.
BOOST_AUTO_TEST_CASE(a_pick_among_a_thousand_is_cheap) {
    auto policy = round_robin(1000);

    const auto cost = cost_of_a_pick(policy, All{});

    BOOST_TEST_MESSAGE("a pick takes " << cost.count() << " ns");
    BOOST_TEST(cost.count() < 2000);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/upstream/upstream_state_test.cpp - what is found again by its name, and when it is forgotten.
#include "upstream/upstream.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(upstream_upstream_state)

BOOST_AUTO_TEST_CASE(a_target_is_one_by_its_upstream_and_its_address) {
    upstream::UpstreamStates states;
    const auto orders = states.of("orders"), users = states.of("users");
    BOOST_TEST(orders != users);
    BOOST_TEST(states.of("orders") == orders);
    const auto target = orders->target("127.0.0.1:1");
    BOOST_TEST(orders->target("127.0.0.1:1") == target);
    BOOST_TEST(orders->target("127.0.0.1:2") != target);
    BOOST_TEST(users->target("127.0.0.1:1") != target);
}

BOOST_AUTO_TEST_CASE(what_nobody_holds_is_forgotten) {
    upstream::UpstreamStates states;
    auto orders = states.of("orders");
    orders->target("127.0.0.1:1")->in_flight = 7;
    BOOST_TEST(orders->target("127.0.0.1:1")->in_flight == 0u);
    const auto held = orders->target("127.0.0.1:1");
    held->in_flight = 7;
    BOOST_TEST(orders->target("127.0.0.1:1")->in_flight == 7u);
    orders.reset();
    BOOST_TEST(states.of("orders")->target("127.0.0.1:1") != held);
}

BOOST_AUTO_TEST_CASE(an_attempt_counts_as_under_way_and_none_begins_at_a_drained_target) {
    std::string problem;
    const upstream::Upstream upstream;
    const auto state = std::make_shared<upstream::TargetState>();
    const upstream::UpstreamTarget target{upstream, *net::Address::parse("127.0.0.1:1", problem), 1, state};
    auto pass = target.begin_attempt();
    BOOST_TEST_REQUIRE(bool(pass));
    BOOST_TEST(target.in_flight() == 1u);
    state->health.drain(true, upstream::now());
    BOOST_TEST(!target.available());
    BOOST_TEST(!target.begin_attempt());
    BOOST_TEST(target.in_flight() == 1u);
    target.end_attempt(pass, {Outcome::answered, 200});
    BOOST_TEST(target.in_flight() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

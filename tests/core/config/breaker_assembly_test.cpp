// tests/core/config/breaker_assembly_test.cpp - what `breaker` of an upstream says.
#include "core/config/fake_plugins.h"
#include "snapshot/snapshot.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;
using namespace std::chrono_literals;

namespace {

upstream::BreakerSettings breaker(const std::string& settings) {
    test::Workshop workshop;
    const auto loaded = workshop.load_text("listen \"127.0.0.1:8080\"\nroute \"GET /\" { answer = \"ok\\n\" }\n"
                                           "upstream \"u\" { targets = { \"127.0.0.1:1\" }, breaker = { " + settings + " } }\n");
    BOOST_TEST_REQUIRE(loaded.problems.empty());
    BOOST_TEST_REQUIRE(loaded.snapshot->upstreams.at(0)->breaker.has_value());
    return *loaded.snapshot->upstreams[0]->breaker;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_breaker_assembly)

BOOST_AUTO_TEST_CASE(everything_that_can_be_said_arrives) {
    const auto all = breaker("failures = 7, error_rate = 0.25, minimum = 40, window = 30 * seconds, on = { \"timeout\", 503 }, "
                             "open = 3 * seconds, half_open = 4, scope = \"both\"");
    BOOST_TEST(all.threshold.in_a_row == 7u);
    BOOST_TEST(all.threshold.rate == 0.25);
    BOOST_TEST(all.threshold.minimum == 40u);
    BOOST_TEST((all.threshold.window == 30s));
    BOOST_TEST(all.on.holds(Outcome::timeout, 0));
    BOOST_TEST(all.on.holds(Outcome::answered, 503));
    BOOST_TEST(!all.on.holds(Outcome::reset, 0));
    BOOST_TEST((all.open == 3s));
    BOOST_TEST(all.half_open == 4u);
    BOOST_TEST(all.of_target);
    BOOST_TEST(all.of_upstream);
}

BOOST_AUTO_TEST_CASE(a_share_may_be_all_that_counts) {
    BOOST_TEST(breaker("failures = 0, error_rate = 0.5").threshold.in_a_row == 0u);
}

BOOST_AUTO_TEST_CASE(the_scope_is_one_of_three) {
    BOOST_TEST(breaker("").of_target);
    BOOST_TEST(!breaker("").of_upstream);
    BOOST_TEST(!breaker("scope = \"upstream\"").of_target);
    BOOST_TEST(breaker("scope = \"upstream\"").of_upstream);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/plugins/ratelimit/answer_lines_test.cpp - limits as structured fields, and which of several is told.
#include "answer_lines.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate::ratelimit;
using namespace std::chrono_literals;

namespace {

std::string policy(const Limit& limit) {
    std::string list;
    add_policy(list, "\"x\"", limit);
    return list;
}

Claim claim(Decision decision, const Limit& limit = {60, 1min, 10}) {
    return {.limit = limit, .key = "alice", .decision = decision};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_answer_lines)

BOOST_AUTO_TEST_CASE(a_policy_is_a_quantity_and_its_time) {
    BOOST_TEST(policy({60, 1min, 10}) == "\"x\";q=10;w=10");
    BOOST_TEST(policy(Limit::windowed(Algorithm::sliding_window, 100, 1min)) == "\"x\";q=100;w=60");
    BOOST_TEST(policy(Limit::quota(10'000, Calendar::day)) == "\"x\";q=10000;w=86400");
    BOOST_TEST(policy(Limit::at_once(3)) == "\"x\";q=3;qu=\"concurrent-requests\"");
}

BOOST_AUTO_TEST_CASE(a_state_is_what_is_left_and_when_it_is_whole_again) {
    std::string list;
    add_state(list, "\"a\"", claim({.admitted = true, .remaining = 9, .reset = 1500ms}));
    add_state(list, "\"b\"", claim({.admitted = true, .remaining = 2}, Limit::at_once(3)));
    BOOST_TEST(list == "\"a\";r=9;t=2, \"b\";r=2");
}

BOOST_AUTO_TEST_CASE(names_are_written_as_structured_fields_write_texts) {
    BOOST_TEST(quoted_name("caller #1") == "\"caller #1\"");
    BOOST_TEST(quoted_name("header \"X\\Y\"") == "\"header \\\"X\\\\Y\\\"\"");
    BOOST_TEST(quoted_name("k\xc3\xbc\r\n") == "\"k????\"");
}

BOOST_AUTO_TEST_CASE(the_tightest_is_the_refusal_that_lasts_longest_else_the_least_that_is_left) {
    std::vector<Claim> claims{claim({.admitted = true, .remaining = 5}), claim({.admitted = true, .remaining = 3})};
    BOOST_TEST(&tightest(claims) == &claims[1]);

    claims.push_back(claim({.admitted = false, .retry_after = 1s}));
    claims.push_back(claim({.admitted = false, .retry_after = 3s}));
    claims.push_back(claim({.admitted = false, .retry_after = 2s}));
    BOOST_TEST(&tightest(claims) == &claims[3]);
}

BOOST_AUTO_TEST_SUITE_END()

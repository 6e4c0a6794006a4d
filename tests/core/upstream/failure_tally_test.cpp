// tests/core/upstream/failure_tally_test.cpp - failures in a row, as a share, and what counts as one.
#include "upstream/failure_set.h"
#include "upstream/failure_tally.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;
using namespace std::chrono_literals;
using upstream::FailureSet;
using upstream::FailureTally;
using upstream::FailureThreshold;

namespace {
const net::TimePoint start{1h};
}

BOOST_AUTO_TEST_SUITE(upstream_failure_tally)

BOOST_AUTO_TEST_CASE(failures_in_a_row_are_too_many_and_a_success_starts_them_again) {
    FailureTally tally;
    const FailureThreshold three{.in_a_row = 3};
    BOOST_TEST(!tally.add(true, three, start));
    BOOST_TEST(!tally.add(true, three, start));
    BOOST_TEST(!tally.add(false, three, start));
    BOOST_TEST(!tally.add(true, three, start));
    BOOST_TEST(!tally.add(true, three, start));
    BOOST_TEST(tally.in_a_row() == 2u);
    BOOST_TEST(tally.add(true, three, start));
    tally.clear();
    BOOST_TEST(!tally.add(true, three, start));
}

BOOST_AUTO_TEST_CASE(a_share_counts_once_there_were_enough_attempts) {
    FailureTally tally;
    const FailureThreshold half{.in_a_row = 0, .rate = 0.5, .minimum = 10, .window = 10s};
    for (int pair = 0; pair < 4; ++pair) {
        BOOST_TEST(!tally.add(false, half, start));
        BOOST_TEST(!tally.add(true, half, start));
    }
    BOOST_TEST(!tally.add(true, half, start));
    BOOST_TEST(tally.add(true, half, start));  // the tenth; six of them failed
}

BOOST_AUTO_TEST_CASE(what_is_older_than_the_window_counts_no_more) {
    FailureTally tally;
    const FailureThreshold half{.in_a_row = 0, .rate = 0.5, .minimum = 4, .window = 10s};
    for (int i = 0; i < 3; ++i) BOOST_TEST(!tally.add(true, half, start));
    BOOST_TEST(!tally.add(true, half, start + 10s));
    BOOST_TEST(tally.lately(half, start + 10s).all == 1u);
    for (int i = 0; i < 2; ++i) BOOST_TEST(!tally.add(true, half, start + 15s));
    BOOST_TEST(tally.add(true, half, start + 19s));
}

BOOST_AUTO_TEST_CASE(a_threshold_of_nothing_is_never_reached) {
    FailureTally tally;
    const FailureThreshold never{.in_a_row = 0, .rate = 0};
    for (int i = 0; i < 1000; ++i) BOOST_TEST_REQUIRE(!tally.add(true, never, start));
}

BOOST_AUTO_TEST_CASE(a_set_holds_ends_without_answer_by_outcome_and_answers_by_status) {
    const auto set = FailureSet{}.add(Outcome::reset).add_statuses(502, 504).add_statuses(429, 429);
    BOOST_TEST(set.holds(Outcome::reset, 0));
    BOOST_TEST(!set.holds(Outcome::timeout, 0));
    for (const int status : {429, 502, 503, 504}) BOOST_TEST(set.holds(Outcome::answered, status));
    for (const int status : {0, 101, 200, 399, 400, 501, 505, 599, 600, 999})
        BOOST_TEST(!set.holds(Outcome::answered, status));
    // An answer that was cut is judged as that, whatever its status was.
    BOOST_TEST(!set.holds(Outcome::cut, 502));
    BOOST_TEST(FailureSet::any_failure().holds(Outcome::cut, 200));
    BOOST_TEST(!FailureSet::any_failure().holds(Outcome::abandoned, 0));
    BOOST_TEST(!FailureSet::any_failure().holds(Outcome::answered, 501));
}

BOOST_AUTO_TEST_SUITE_END()

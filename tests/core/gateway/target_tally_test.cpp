// tests/core/gateway/target_tally_test.cpp - attempts at a target, in all and of the last minutes.
#include "gateway/target_tally.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;
using namespace std::chrono_literals;

namespace {

const net::TimePoint began{1000min};

struct Fixture {
    TargetTally tally;
    void count(net::TimePoint when, Outcome outcome = Outcome::answered, int status = 200,
               std::chrono::nanoseconds first_byte = 10ms) {
        tally.count({outcome, status, first_byte}, when);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_target_tally)
BOOST_FIXTURE_TEST_SUITE(counting, Fixture)

BOOST_AUTO_TEST_CASE(failures_are_attempts_without_a_whole_answer_and_statuses_from_500_on) {
    count(began);
    count(began, Outcome::answered, 404);
    count(began, Outcome::answered, 503);
    count(began, Outcome::cut, 200);
    count(began, Outcome::not_connected, 0, 0ns);
    count(began, Outcome::abandoned, 0, 0ns);
    const auto reading = tally.read(began);
    BOOST_TEST(reading.attempts == 6u);
    BOOST_TEST(reading.failures == 3u);
    BOOST_TEST(reading.lately == 6u);
    BOOST_TEST(reading.failed_lately == 3u);
    BOOST_TEST(reading.answered == 4u);
    BOOST_TEST((reading.waited == 40ms));
}

BOOST_AUTO_TEST_CASE(times_are_known_to_a_sixteenth) {
    for (int i = 0; i < 98; ++i) count(began, Outcome::answered, 200, 10ms);
    for (int i = 0; i < 2; ++i) count(began, Outcome::answered, 200, 1s);
    const auto times = tally.read(began).times;
    BOOST_TEST((times.percentile(0.5) > 9'300us && times.percentile(0.5) < 10'700us));
    BOOST_TEST((times.percentile(0.99) > 930ms && times.percentile(0.99) < 1'070ms));
}

BOOST_AUTO_TEST_CASE(what_is_two_minutes_old_is_counted_in_all_only) {
    count(began);
    count(began + 1min);
    BOOST_TEST(tally.read(began + 1min).lately == 2u);
    BOOST_TEST(tally.read(began + 2min).lately == 1u);
    BOOST_TEST(tally.read(began + 3min).lately == 0u);
    BOOST_TEST(tally.read(began + 3min).times.total() == 0u);
    count(began + 2min);
    const auto reading = tally.read(began + 2min);
    BOOST_TEST(reading.lately == 2u);
    BOOST_TEST(reading.answered == 2u);
    BOOST_TEST(reading.attempts == 3u);
}

BOOST_AUTO_TEST_CASE(readings_of_loops_are_added_up) {
    count(began);
    auto all = tally.read(began);
    all.add(tally.read(began));
    BOOST_TEST(all.attempts == 2u);
    BOOST_TEST(all.times.total() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

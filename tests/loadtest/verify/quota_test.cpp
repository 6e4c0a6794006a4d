// tests/loadtest/verify/quota_test.cpp - quotas by a calendar that runs as fast as a test wants: a year of months.
#include "loadtest/verify/calendar.h"
#include "loadtest/verify/quota.h"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <tuple>
#include <vector>

using namespace tollgate::loadtest;
using namespace tollgate::loadtest::verify;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t second = 1'000'000'000, hour = 3600 * second;
constexpr std::int64_t middle_of_2027 = 1'815'000'000 * second;  // 2027-07-07 21:20

// As a gateway would decide whose clock is `off`: so many in each window, and one that was half spent when we came.
std::vector<Record> drive(const Limit& held, std::int64_t time, unsigned seed, std::int64_t off = 0) {
    std::mt19937_64 random{seed};
    std::uniform_int_distribution<std::int64_t> gap{second, 16 * hour}, latency{0, 2 * second};
    std::map<std::int64_t, double> counts;
    counts[calendar_window(held.window, middle_of_2027).end] = 50;
    std::vector<Record> records;
    for (std::int64_t at = 0; at < time; at += gap(random) / 16) {
        const std::int64_t decided = at + latency(random), done = decided + latency(random);
        double& count = counts[calendar_window(held.window, middle_of_2027 + decided + off).end];
        const bool in = count + 1 <= held.count;
        if (in) count += 1;
        records.push_back({at, done, in ? Outcome::admitted : Outcome::refused});
    }
    return records;
}

double most_room(const Limit& limit, const Evidence& evidence, const Clocks& clocks) {
    double most = 0;
    for (const Room& one : room_of_quota(limit, evidence, clocks)) most = std::max(most, one.requests);
    return most;
}

Clocks clocks(Nanoseconds off = {}) { return {5ms, 0.0005, middle_of_2027, off}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify_quota)

BOOST_AUTO_TEST_CASE(a_right_one_is_never_accused_through_a_year_and_one_that_is_wrong_by_one_is_found) {
    using Case = std::tuple<Nanoseconds, double, int>;
    for (const auto& [window, count, days] : {Case{24h, 40, 90}, {7 * 24h, 200, 180}, {30 * 24h, 500, 370}})
        for (unsigned seed = 1; seed < 8; ++seed) {
            const Limit limit{Algorithm::quota, count, window};
            const std::int64_t time = days * 24 * hour;
            const Evidence right{drive(limit, time, seed)};
            BOOST_TEST(!too_much_of_quota(limit, right, clocks()));
            BOOST_TEST(most_room(limit, right, clocks()) < 1);
            BOOST_TEST(saw_a_window_begin(limit, right, clocks()));
            Limit more = limit, less = limit;
            more.count += 1;
            less.count -= 1;
            BOOST_TEST(too_much_of_quota(limit, Evidence{drive(more, time, seed)}, clocks()).has_value());
            BOOST_TEST(most_room(limit, Evidence{drive(less, time, seed)}, clocks()) >= 1);
        }
}

BOOST_AUTO_TEST_CASE(one_that_begins_anew_too_often_is_found) {
    const Limit month{Algorithm::quota, 200, 30 * 24h}, week{Algorithm::quota, 200, 7 * 24h};
    const auto offence = too_much_of_quota(month, Evidence{drive(week, 90 * 24 * hour, 1)}, clocks());
    BOOST_TEST_REQUIRE(offence.has_value());
    BOOST_TEST(offence->bound == 200);
    BOOST_TEST(most_room(week, Evidence{drive(month, 90 * 24 * hour, 1)}, clocks()) >= 1);
}

BOOST_AUTO_TEST_CASE(clocks_that_differ_by_as_much_as_they_may_accuse_nobody) {
    const Limit day{Algorithm::quota, 40, 24h};
    for (const std::int64_t off : {-second, second}) {
        const Evidence evidence{drive(day, 60 * 24 * hour, 3, off)};
        BOOST_TEST(!too_much_of_quota(day, evidence, clocks(1s)));
        BOOST_TEST(most_room(day, evidence, clocks(1s)) < 1);
    }
}

BOOST_AUTO_TEST_CASE(in_a_window_that_had_begun_before_a_refusal_is_wrong_if_somebody_came_in_later) {
    const Limit day{Algorithm::quota, 100, 24h};
    const auto at = [](double ms, Outcome outcome) {
        return Record{std::int64_t(ms * 1e6), std::int64_t(ms * 1e6) + 1'000'000, outcome};
    };
    const Evidence evidence{std::vector<Record>{at(0, Outcome::admitted), at(10, Outcome::refused),
                                                at(60, Outcome::admitted), at(300, Outcome::refused)}};
    const std::vector<Room> rooms = room_of_quota(day, evidence, clocks());
    BOOST_TEST(rooms[1].requests >= 1);
    BOOST_TEST(rooms[3].requests < 1);
    BOOST_TEST(!saw_a_window_begin(day, evidence, clocks()));
}

BOOST_AUTO_TEST_SUITE_END()

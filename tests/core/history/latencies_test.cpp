// tests/core/history/latencies_test.cpp - buckets, percentiles, and what happened between two readings.
#include "history/latencies.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace tollgate::history;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(history_latencies)

BOOST_AUTO_TEST_CASE(every_time_is_known_to_a_sixteenth) {
    for (std::int64_t time = 2000; time < 60'000'000'000; time = time * 21 / 20) {
        const auto middle = latency_buckets::middle(latency_buckets::of(std::chrono::nanoseconds{time})).count();
        BOOST_TEST(std::abs(double(middle - time)) <= double(time) / 16, time << " became " << middle);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_time_has_a_bucket_too) {
    BOOST_TEST(latency_buckets::of(-5s) == 0u);
    BOOST_TEST(latency_buckets::of(0s) == 0u);
    BOOST_TEST(latency_buckets::of(24h) == latency_buckets::count - 1);
}

BOOST_AUTO_TEST_CASE(percentiles_are_of_what_was_counted) {
    Latencies latencies;
    BOOST_CHECK(latencies.read().percentile(0.99) == 0ns);
    for (int i = 1; i <= 1000; ++i) latencies.count(i * 1ms);
    const auto reading = latencies.read();
    BOOST_TEST(reading.total() == 1000u);
    for (const double share : {0.5, 0.95, 0.99})
        BOOST_TEST(std::abs(double(reading.percentile(share).count()) / 1e9 - share) <= share / 16, share);
}

BOOST_AUTO_TEST_CASE(a_reading_less_the_one_before_is_what_happened_between) {
    Latencies latencies;
    latencies.count(1s);
    const auto before = latencies.read();
    latencies.count(1ms);
    auto between = latencies.read();
    between.subtract(before);
    BOOST_TEST(between.total() == 1u);
    BOOST_CHECK(between.percentile(1) < 2ms);
    between.add(before);
    BOOST_TEST(between.total() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

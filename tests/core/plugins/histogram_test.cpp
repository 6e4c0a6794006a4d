// tests/core/plugins/histogram_test.cpp - which bucket a time falls into, and what Prometheus is told.
#include "plugins/histogram.h"

#include "plugins/metrics.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;
using plugins::Histogram;
using plugins::Metrics;

namespace {
constexpr std::array<std::chrono::nanoseconds, 3> bounds{1ms, 10ms, 1s};
}

BOOST_AUTO_TEST_SUITE(plugins_histogram)

BOOST_AUTO_TEST_CASE(a_bucket_holds_its_upper_end_and_all_below) {
    Histogram histogram{1, bounds};
    for (const std::chrono::nanoseconds time : {-1ns, 0ns, 1000000ns, 1000001ns, 10000000ns, 1000000000ns, 1000000001ns})
        histogram.observe(time);
    std::string out;
    histogram.print(out, "h", "");
    BOOST_TEST(out ==
               "h_bucket{le=\"0.001\"} 3\n"
               "h_bucket{le=\"0.01\"} 5\n"
               "h_bucket{le=\"1\"} 6\n"
               "h_bucket{le=\"+Inf\"} 7\n"
               "h_sum 2.012000002\n"
               "h_count 7\n");
}

BOOST_AUTO_TEST_CASE(its_labels_stand_beside_le) {
    Histogram histogram{1, bounds};
    std::string out;
    histogram.print(out, "h", "{route=\"GET /\"}");
    BOOST_TEST(out.starts_with("h_bucket{route=\"GET /\",le=\"0.001\"} 0\n"));
    BOOST_TEST(out.ends_with("h_sum{route=\"GET /\"} 0\nh_count{route=\"GET /\"} 0\n"));
}

BOOST_AUTO_TEST_CASE(what_all_threads_observed_is_added_up) {
    Histogram histogram{2, bounds};
    std::vector<std::thread> threads;
    for (std::size_t number = 0; number < 4; ++number)
        threads.emplace_back([&histogram, number] {
            if (number < 2) Metrics::this_thread_is_loop(number);
            for (int i = 0; i < 50'000; ++i) histogram.observe(2us);
        });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(histogram.count() == 200'000u);
    BOOST_TEST(histogram.sum().count() == (200'000 * std::chrono::nanoseconds{2us}).count());
}

BOOST_AUTO_TEST_SUITE_END()

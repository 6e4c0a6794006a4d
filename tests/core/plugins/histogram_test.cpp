// tests/core/plugins/histogram_test.cpp - which bucket a time falls into, and what Prometheus is told.
#include "plugins/histogram.h"

#include "plugins/exposition.h"
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
constexpr std::array<std::uint64_t, 2> sizes{0, 1024};

std::string printed(const Histogram& histogram, const char* labels = "",
                    plugins::Exposition::Format format = plugins::Exposition::Format::prometheus) {
    plugins::Exposition page{format};
    page.begin_family("h", plugins::FigureKind::histogram, "");
    histogram.print(page, labels);
    const std::string text = page.finish();
    const std::string head = "# HELP h \n# TYPE h histogram\n";
    BOOST_REQUIRE(text.starts_with(head));
    return text.substr(head.size());
}
}

BOOST_AUTO_TEST_SUITE(plugins_histogram)

BOOST_AUTO_TEST_CASE(a_bucket_holds_its_upper_end_and_all_below) {
    Histogram histogram{1, bounds};
    for (const std::chrono::nanoseconds time : {-1ns, 0ns, 1000000ns, 1000001ns, 10000000ns, 1000000000ns, 1000000001ns})
        histogram.observe(time);
    BOOST_TEST(printed(histogram) ==
               "h_bucket{le=\"0.001\"} 3\n"
               "h_bucket{le=\"0.01\"} 5\n"
               "h_bucket{le=\"1.0\"} 6\n"
               "h_bucket{le=\"+Inf\"} 7\n"
               "h_sum 2.012000002\n"
               "h_count 7\n");
}

BOOST_AUTO_TEST_CASE(its_labels_stand_beside_le) {
    Histogram histogram{1, bounds};
    const std::string out = printed(histogram, "{route=\"GET /\"}");
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
    BOOST_TEST(histogram.sum() == 200'000u * 2'000u);
}

BOOST_AUTO_TEST_CASE(plain_numbers_have_buckets_too) {
    Histogram histogram{1, sizes};
    for (const std::uint64_t size : {0u, 0u, 1u, 1024u, 1025u}) histogram.observe(size);
    BOOST_TEST(printed(histogram) ==
               "h_bucket{le=\"0.0\"} 2\n"
               "h_bucket{le=\"1024.0\"} 4\n"
               "h_bucket{le=\"+Inf\"} 5\n"
               "h_sum 2050\n"
               "h_count 5\n");
}

BOOST_AUTO_TEST_CASE(a_bucket_leads_to_a_request_that_fell_into_it) {
    Histogram histogram{1, bounds};
    const plugins::Exemplar exemplar{"0af7651916cd43dd8448eb211c80319c", std::chrono::system_clock::time_point{1700000000s + 42ms}};
    histogram.observe(5ms);
    histogram.observe(2500us, &exemplar);
    BOOST_TEST(printed(histogram, "{r=\"x\"}", plugins::Exposition::Format::openmetrics) ==
               "h_bucket{r=\"x\",le=\"0.001\"} 0\n"
               "h_bucket{r=\"x\",le=\"0.01\"} 2 # {trace_id=\"0af7651916cd43dd8448eb211c80319c\"} 0.0025 1700000000.042\n"
               "h_bucket{r=\"x\",le=\"1.0\"} 2\n"
               "h_bucket{r=\"x\",le=\"+Inf\"} 2\n"
               "h_sum{r=\"x\"} 0.0075\n"
               "h_count{r=\"x\"} 2\n"
               "# EOF\n");
    BOOST_TEST(printed(histogram).find("trace_id") == std::string::npos);  // the older text has no place for it
}

BOOST_AUTO_TEST_SUITE_END()

// tests/plugins/balancer/latency_test.cpp - peaks count at once, and are forgotten by time.
#include "latency.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace tollgate::balancer;
using namespace std::chrono_literals;

namespace {

constexpr auto decay = 10s;
const TimePoint start{1h};
const auto near = boost::test_tools::tolerance(0.01);

}  // namespace

BOOST_AUTO_TEST_SUITE(balancer_latency)

BOOST_AUTO_TEST_CASE(nothing_is_known_at_first) {
    const Latency latency;

    BOOST_TEST(latency.expected(start, decay) == 0);
}

BOOST_AUTO_TEST_CASE(an_answer_that_took_longer_counts_whole_and_at_once) {
    Latency latency;
    latency.observe({10ms}, start, decay);
    BOOST_TEST(latency.expected(start, decay) == 0.01, near);

    latency.observe({400ms}, start, decay);

    BOOST_TEST(latency.expected(start, decay) == 0.4, near);
}

BOOST_AUTO_TEST_CASE(after_its_decay_a_third_is_left) {
    Latency latency;
    latency.observe({1s}, start, decay);

    BOOST_TEST(latency.expected(start + 10s, decay) == 0.3679, near);
    BOOST_TEST(latency.expected(start + 20s, decay) == 0.1353, near);
    BOOST_TEST(latency.expected(start + 24h, decay) < 1e-30);
}

BOOST_AUTO_TEST_CASE(quick_answers_bring_it_down_by_time_not_by_number) {
    Latency often, seldom;
    for (Latency* latency : {&often, &seldom}) latency->observe({1s}, start, decay);

    for (auto time = 1ms; time <= 10'000ms; time += 1ms)
        for (int i = 0; i < 5; ++i) often.observe({100ms}, start + time, decay);
    for (auto time = 100ms; time <= 10'000ms; time += 100ms) seldom.observe({100ms}, start + time, decay);

    // 0.1 s and a third of the 0.9 s that the peak was higher.
    BOOST_TEST(often.expected(start + 10s, decay) == 0.4311, near);
    BOOST_TEST(seldom.expected(start + 10s, decay) == 0.4311, near);
}

BOOST_AUTO_TEST_CASE(steady_answers_are_expected_to_take_what_they_take) {
    Latency latency;
    for (auto time = 0ms; time < 60'000ms; time += 3ms) latency.observe({20ms}, start + time, decay);

    BOOST_TEST(latency.expected(start + 60s, decay) == 0.02, near);
}

BOOST_AUTO_TEST_CASE(a_wait_without_an_answer_counts_only_where_it_was_longer_than_expected) {
    Latency latency;
    latency.observe({100ms}, start, decay);

    latency.observe({1ms, false}, start + 1s, decay);
    BOOST_TEST(latency.expected(start + 1s, decay) == 0.09048, near);

    latency.observe({5s, false}, start + 1s, decay);
    BOOST_TEST(latency.expected(start + 1s, decay) == 5, near);
}

BOOST_AUTO_TEST_CASE(what_took_no_time_is_known_all_the_same) {
    Latency latency;
    latency.observe({0ns}, start, decay);

    BOOST_TEST(latency.expected(start, decay) > 0);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_a_little_behind_does_no_harm) {
    Latency latency;
    latency.observe({100ms}, start, decay);

    BOOST_TEST(latency.expected(start - 5ms, decay) == 0.1, near);
    latency.observe({50ms}, start - 5ms, decay);
    BOOST_TEST(latency.expected(start, decay) == 0.1, near);
}

BOOST_AUTO_TEST_CASE(the_milliseconds_may_wrap) {
    Latency latency;
    const TimePoint late{std::chrono::milliseconds{(std::int64_t{1} << 32) - 100}};
    latency.observe({1s}, late, decay);

    BOOST_TEST(latency.expected(late + 10s, decay) == 0.3679, near);
}

BOOST_AUTO_TEST_CASE(no_peak_is_lost_where_loops_observe_at_once) {
    Latency latency;
    {
        std::vector<std::jthread> loops;
        for (int loop = 1; loop <= 4; ++loop)
            loops.emplace_back([&latency, loop] {
                for (int i = 1; i <= 20'000; ++i) latency.observe({i * 1us * loop}, start, decay);
            });
    }
    BOOST_TEST(latency.expected(start, decay) == 0.08, near);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/loadtest/schedule_test.cpp - when requests are due, without a clock.
#include "loadtest/schedule.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>

using namespace tollgate::loadtest;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(loadtest_schedule)

namespace {

Options at_rate(double rate, std::optional<Nanoseconds> duration, Nanoseconds warmup = 0s) {
    Options options;
    options.rate = rate;
    options.duration = duration;
    options.warmup = warmup;
    return options;
}

Options in_stages(std::vector<Stage> stages, double rate = 0) {
    Options options;
    options.stages = std::move(stages);
    options.rate = rate;
    return options;
}

std::vector<double> all_of(const Schedule& schedule, Arrival arrival, unsigned thread, unsigned threads, double warmup = 0,
                           std::uint64_t most = ~std::uint64_t{0}) {
    Random random{1, thread};
    std::vector<double> times;
    for (Pacer pacer{schedule, arrival, thread, threads, random, warmup, most}; pacer.next(); pacer.advance())
        times.push_back(*pacer.next());
    return times;
}

const auto close_to = boost::test_tools::tolerance(1e-9);

}  // namespace

BOOST_AUTO_TEST_CASE(a_constant_rate_is_evenly_spaced_from_the_begin) {
    const Schedule schedule{at_rate(100, 2s)};
    const auto times = all_of(schedule, Arrival::constant, 0, 1);
    BOOST_REQUIRE(times.size() == 200u);
    BOOST_TEST(times.front() == 0.0);
    for (std::size_t i = 0; i < times.size(); ++i) BOOST_REQUIRE(std::abs(times[i] - static_cast<double>(i) / 100) < 1e-9);
    BOOST_TEST(schedule.end() == 2.0);
}

BOOST_AUTO_TEST_CASE(threads_share_a_schedule_without_loss) {
    const Schedule schedule{in_stages({{2s, 500}, {1s, 500}, {0s, 2000}, {1s, 100}})};
    auto whole = all_of(schedule, Arrival::constant, 0, 1);
    std::vector<double> parts;
    for (unsigned thread = 0; thread < 7; ++thread) {
        const auto part = all_of(schedule, Arrival::constant, thread, 7);
        parts.insert(parts.end(), part.begin(), part.end());
    }
    std::sort(parts.begin(), parts.end());
    BOOST_TEST(parts == whole, boost::test_tools::per_element());
    BOOST_TEST(whole.size() == static_cast<std::size_t>(std::ceil(schedule.due_before(schedule.end()))));
}

BOOST_AUTO_TEST_CASE(a_ramp_sends_half_of_what_its_end_would) {
    const Schedule schedule{in_stages({{10s, 1000}})};
    BOOST_TEST(schedule.due_before(10) == 5000.0, close_to);
    BOOST_TEST(schedule.due_before(5) == 1250.0, close_to);
    BOOST_TEST(schedule.time_of(1250) == 5.0, close_to);
    BOOST_TEST(all_of(schedule, Arrival::constant, 0, 1).size() == 5000u);
}

BOOST_AUTO_TEST_CASE(time_of_is_the_inverse_of_due_before) {
    const Schedule schedule{in_stages({{3s, 700}, {2s, 700}, {0s, 50}, {4s, 50.001}, {1s, 0}, {2s, 300}}, 20)};
    for (double number = 0; number < schedule.due_before(schedule.end()); number += 0.37)
        BOOST_TEST(schedule.due_before(schedule.time_of(number)) == number, boost::test_tools::tolerance(1e-6));
    BOOST_TEST(std::isinf(schedule.time_of(schedule.due_before(schedule.end()))));
    double last = -1;
    for (double number = 0; number < schedule.due_before(schedule.end()); number += 1) {
        const double time = schedule.time_of(number);
        BOOST_REQUIRE(time >= last);
        last = time;
    }
}

BOOST_AUTO_TEST_CASE(a_stage_of_no_length_is_a_step) {
    const Schedule schedule{in_stages({{1s, 100}, {0s, 1000}, {1s, 1000}}, 100)};
    BOOST_TEST(schedule.due_before(1) == 100.0, close_to);
    BOOST_TEST(schedule.due_before(2) == 1100.0, close_to);
    BOOST_TEST(schedule.time_of(101) - schedule.time_of(100) == 0.001, boost::test_tools::tolerance(1e-6));
}

// Sums of fractions are rounded: no number may fall between two lines.
BOOST_AUTO_TEST_CASE(no_request_falls_between_two_stages) {
    const std::vector<std::vector<Stage>> cases{
        {{1300ms, 200}, {2s, 70}, {100ms, 300}, {600ms, 20}}, {{300ms, 1000}, {2s, 0}, {300ms, 10}, {3s, 1000}}};
    for (const auto& stages : cases) {
        const Schedule schedule{in_stages(stages)};
        const double all = schedule.due_before(schedule.end());
        for (unsigned threads : {1u, 3u}) {
            std::size_t planned = 0;
            for (unsigned thread = 0; thread < threads; ++thread)
                planned += all_of(schedule, Arrival::constant, thread, threads).size();
            BOOST_TEST(std::abs(static_cast<double>(planned) - all) <= 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_due_at_rate_zero) {
    const Schedule schedule{in_stages({{5s, 0}, {0s, 10}, {1s, 10}})};
    BOOST_TEST(schedule.due_before(5) == 0.0);
    BOOST_TEST(schedule.time_of(0) == 5.0);
    BOOST_TEST(all_of(schedule, Arrival::constant, 0, 1).size() == 10u);
    BOOST_TEST(all_of(Schedule{in_stages({{5s, 0}})}, Arrival::constant, 0, 1).empty());
}

BOOST_AUTO_TEST_CASE(poisson_arrivals_have_the_same_mean_and_exponential_gaps) {
    const Schedule schedule{at_rate(2000, 50s)};
    std::vector<double> times;
    for (unsigned thread = 0; thread < 4; ++thread) {
        const auto part = all_of(schedule, Arrival::poisson, thread, 4);
        times.insert(times.end(), part.begin(), part.end());
    }
    std::sort(times.begin(), times.end());
    // 100,000 expected; the standard deviation of a Poisson count is its root, 316.
    BOOST_TEST(std::abs(static_cast<double>(times.size()) - 100'000) < 5 * 316.3);
    double squares = 0;
    std::size_t long_gaps = 0;
    for (std::size_t i = 1; i < times.size(); ++i) {
        const double gap = (times[i] - times[i - 1]) * 2000;  // mean 1
        squares += gap * gap;
        if (gap > 1) ++long_gaps;
    }
    const auto count = static_cast<double>(times.size() - 1);
    BOOST_TEST(squares / count == 2.0, boost::test_tools::tolerance(0.05));
    BOOST_TEST(static_cast<double>(long_gaps) / count == std::exp(-1.0), boost::test_tools::tolerance(0.03));
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_arrivals) {
    const Schedule schedule{at_rate(100, 5s)};
    BOOST_TEST(all_of(schedule, Arrival::poisson, 1, 2) == all_of(schedule, Arrival::poisson, 1, 2),
               boost::test_tools::per_element());
    BOOST_TEST(all_of(schedule, Arrival::poisson, 0, 2) != all_of(schedule, Arrival::poisson, 1, 2));
}

BOOST_AUTO_TEST_CASE(a_number_of_requests_ends_a_schedule_without_end) {
    const Schedule schedule{at_rate(10, std::nullopt)};
    BOOST_TEST(std::isinf(schedule.end()));
    const auto times = all_of(schedule, Arrival::constant, 0, 1, 0, 25);
    BOOST_REQUIRE(times.size() == 25u);
    BOOST_TEST(times.back() == 2.4, close_to);
    BOOST_TEST(all_of(schedule, Arrival::poisson, 0, 1, 0, 25).size() == 25u);
}

BOOST_AUTO_TEST_CASE(the_warm_up_does_not_use_up_the_number_of_requests) {
    const Schedule schedule{at_rate(10, std::nullopt, 3s)};
    const auto times = all_of(schedule, Arrival::constant, 0, 1, 3, 25);
    BOOST_REQUIRE(times.size() == 55u);
    BOOST_TEST(times[30] == 3.0, close_to);
}

BOOST_AUTO_TEST_CASE(stages_warm_up_at_the_rate_they_begin_with_or_reach_first) {
    Options from_zero = in_stages({{10s, 400}});
    from_zero.warmup = 2s;
    BOOST_TEST(Schedule{from_zero}.due_before(2) == 800.0, close_to);
    Options from_rate = in_stages({{10s, 400}}, 50);
    from_rate.warmup = 2s;
    BOOST_TEST(Schedule{from_rate}.due_before(2) == 100.0, close_to);
}

BOOST_AUTO_TEST_SUITE_END()

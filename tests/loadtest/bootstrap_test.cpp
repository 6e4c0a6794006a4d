// tests/loadtest/bootstrap_test.cpp - redrawn runs have the size of the run, and spread as much as its blocks differ.
#include "loadtest/bootstrap.h"

#include "loadtest/sample_run.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_bootstrap)

namespace {

// Answers in each second.
Results run_of(const std::vector<std::uint64_t>& rates) {
    Results run;
    run.seconds = static_cast<double>(rates.size());
    for (const std::uint64_t rate : rates) {
        Interval& interval = run.timeline.emplace_back();
        interval.classes[1] = rate;
        interval.response[1].record(1'000'000, rate);
    }
    return run;
}

// Standard deviation of the throughput of redrawn runs.
double spread(const Results& run) {
    const Resampling resampling{run};
    std::mt19937_64 random{1};
    double sum = 0, squares = 0;
    constexpr int draws = 2000;
    for (int i = 0; i < draws; ++i) {
        const Slice slice = resampling.draw(random);
        const double rate = static_cast<double>(slice.in_time) / slice.seconds;
        sum += rate;
        squares += rate * rate;
    }
    return std::sqrt(squares / draws - sum / draws * (sum / draws));
}

}  // namespace

BOOST_AUTO_TEST_CASE(steady_runs_are_redrawn_as_they_were) {
    const Resampling resampling{run_of(std::vector<std::uint64_t>(30, 400))};
    std::mt19937_64 random{1};
    const Slice slice = resampling.draw(random);
    BOOST_TEST(slice.in_time == 12'000u);
    BOOST_TEST(slice.seconds == 30);
    BOOST_TEST(slice.successes.count() == 12'000u);
    BOOST_TEST(resampling.whole().requests() == 12'000u);
}

BOOST_AUTO_TEST_CASE(slow_times_that_last_spread_wider_than_single_slow_seconds) {
    std::vector<std::uint64_t> scattered, lasting;
    for (int i = 0; i < 60; ++i) {
        scattered.push_back(i % 2 == 0 ? 300 : 500);
        lasting.push_back(i / 15 % 2 == 0 ? 300 : 500);
    }
    BOOST_TEST(spread(run_of(lasting)) > 1.5 * spread(run_of(scattered)));
    BOOST_TEST(spread(run_of(std::vector<std::uint64_t>(60, 400))) < 1e-3);
}

BOOST_AUTO_TEST_CASE(what_was_answered_after_the_end_is_no_throughput) {
    Results run = run_of(std::vector<std::uint64_t>(20, 100));
    run.seconds = 15.5;
    const Resampling resampling{run};
    BOOST_TEST(resampling.whole().seconds == 15.5);
    BOOST_TEST(resampling.whole().in_time == 1600u);
    BOOST_TEST(resampling.whole().requests() == 2000u);
}

BOOST_AUTO_TEST_CASE(short_runs_are_not_redrawn_and_long_ones_are_redrawn_whole) {
    BOOST_TEST(!Resampling{Results{}}.possible());
    BOOST_TEST(!Resampling{run_of(std::vector<std::uint64_t>(7, 1))}.possible());
    const Resampling day{run_of(std::vector<std::uint64_t>(86'400, 10))};
    BOOST_TEST(day.intervals() == 86'400u);
    std::mt19937_64 random{1};
    BOOST_TEST(std::abs(day.draw(random).seconds - 86'400) < 86'400 * 0.05);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/loadtest/histogram_test.cpp - percentiles against a brute-force sort of the same samples, and the stated bound.
#include "loadtest/histogram.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using tollgate::loadtest::Histogram;

BOOST_AUTO_TEST_SUITE(loadtest_histogram)

namespace {

std::uint64_t bound(std::uint64_t value, int digits) {
    return std::max<std::uint64_t>(Histogram::lowest_discernible, value >> (digits == 3 ? 10 : 7));
}

std::vector<std::uint64_t> samples(std::size_t count, unsigned seed) {
    std::mt19937_64 random{seed};
    std::lognormal_distribution<double> usual{11, 1.5};      // around 60 us, with a long tail
    std::uniform_int_distribution<std::uint64_t> any{0, 3'000'000'000};
    std::vector<std::uint64_t> values;
    for (std::size_t i = 0; i < count; ++i)
        values.push_back(i % 50 == 0 ? any(random) : static_cast<std::uint64_t>(usual(random)));
    return values;
}

std::uint64_t by_rank(const std::vector<std::uint64_t>& sorted, double percent) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(sorted.size()) - 1e-9));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace

BOOST_AUTO_TEST_CASE(percentiles_agree_with_a_sort_within_the_bound) {
    for (const int digits : {2, 3})
        for (const std::size_t count : {1ul, 2ul, 99ul, 1000ul, 100'000ul}) {
            auto values = samples(count, static_cast<unsigned>(count));
            Histogram histogram{digits};
            for (const auto value : values) histogram.record(std::chrono::nanoseconds{value});
            std::sort(values.begin(), values.end());
            BOOST_TEST(histogram.count() == count);
            BOOST_TEST(histogram.min() == values.front());
            BOOST_TEST(histogram.max() == values.back());
            for (const double percent : {0.0, 0.1, 1.0, 10.0, 25.0, 50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 99.999, 100.0}) {
                const std::uint64_t exact = by_rank(values, percent), told = histogram.percentile(percent);
                BOOST_TEST_CONTEXT("digits " << digits << " count " << count << " p" << percent) {
                    BOOST_TEST(told >= exact);
                    BOOST_TEST(told - exact < bound(exact, digits) + 1);
                }
            }
            double sum = 0;
            for (const auto value : values) sum += static_cast<double>(value);
            BOOST_TEST(histogram.mean() == sum / static_cast<double>(count), boost::test_tools::tolerance(1e-9));
        }
}

BOOST_AUTO_TEST_CASE(buckets_tile_all_values) {
    for (const int digits : {2, 3}) {
        Histogram histogram{digits};
        for (std::uint64_t value = 1; value < Histogram::highest; value += value / 300 + 1) histogram.record(value, 1);
        histogram.record(Histogram::highest, 1);
        std::uint64_t next = 0;
        bool begun = false;
        std::uint64_t holes = 0;
        histogram.each([&](std::uint64_t low, std::uint64_t high, std::uint64_t) {
            if (begun && low != next) ++holes;
            BOOST_REQUIRE(high - low < bound(low, digits) + 1);
            next = high + 1;
            begun = true;
        });
        if (digits == 2) BOOST_TEST(holes == 0u);
        BOOST_TEST(next > Histogram::highest);
        BOOST_TEST(histogram.counts().size() * sizeof(std::uint64_t) <= (digits == 3 ? 245'760u : 34'816u));
    }
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_counted_as_the_longest) {
    Histogram histogram;
    histogram.record(std::chrono::hours{1000});
    histogram.record(std::chrono::nanoseconds{-5});
    BOOST_TEST(histogram.max() == Histogram::highest);
    BOOST_TEST(histogram.min() == 0u);
    BOOST_TEST(histogram.count() == 2u);
}

BOOST_AUTO_TEST_CASE(sums_of_histograms_are_histograms_of_all_samples) {
    const auto values = samples(20'000, 7);
    Histogram whole, first, second, coarse{2}, coarse_sum{2};
    for (std::size_t i = 0; i < values.size(); ++i) {
        whole.record(values[i], 1);
        coarse.record(values[i], 1);
        (i % 3 == 0 ? first : second).record(values[i], 1);
    }
    coarse_sum.add(first);
    coarse_sum.add(second);
    first.add(second);
    first.add(Histogram{});
    for (const double percent : {0.0, 50.0, 99.0, 99.9, 100.0}) {
        BOOST_TEST(first.percentile(percent) == whole.percentile(percent));
        BOOST_TEST(coarse_sum.percentile(percent) == coarse.percentile(percent));
    }
    BOOST_TEST(coarse_sum.min() == whole.min());
    BOOST_TEST(coarse_sum.max() == whole.max());
    BOOST_TEST(coarse_sum.mean() == whole.mean(), boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(counts_below_a_value_bracket_the_truth) {
    auto values = samples(5000, 3);
    Histogram histogram;
    for (const auto value : values) histogram.record(value, 1);
    std::sort(values.begin(), values.end());
    for (const std::uint64_t limit : {0ul, 500ul, 50'000ul, 1'000'000ul, 10'000'000ul, 5'000'000'000ul}) {
        const auto exact = static_cast<std::uint64_t>(
            std::upper_bound(values.begin(), values.end(), limit) - values.begin());
        BOOST_TEST(histogram.surely_at_most(limit) <= exact);
    }
    BOOST_TEST(histogram.surely_at_most(values.back()) == values.size());
}

BOOST_AUTO_TEST_CASE(an_empty_one_is_all_zeros) {
    const Histogram histogram;
    BOOST_TEST(histogram.percentile(99) == 0u);
    BOOST_TEST(histogram.min() == 0u);
    BOOST_TEST(histogram.max() == 0u);
    BOOST_TEST(histogram.mean() == 0);
    BOOST_TEST(histogram.standard_deviation() == 0);
}

BOOST_AUTO_TEST_CASE(rebuilt_from_its_counters_it_tells_the_same) {
    Histogram histogram;
    for (const auto value : samples(1000, 9)) histogram.record(value, 1);
    Histogram again = Histogram::of(3, histogram.counts());
    again.set_exact(histogram.min(), histogram.max(), histogram.sum());
    for (const double percent : {0.0, 50.0, 99.0, 100.0}) BOOST_TEST(again.percentile(percent) == histogram.percentile(percent));
    BOOST_TEST(again.mean() == histogram.mean());
    BOOST_CHECK_THROW(Histogram::of(2, std::vector<std::uint64_t>(100'000, 1)), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

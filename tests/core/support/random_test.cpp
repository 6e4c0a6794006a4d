// tests/core/support/random_test.cpp - random numbers are spread evenly, and other threads get others.
#include "support/random.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <thread>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(support_random)

BOOST_AUTO_TEST_CASE(points_lie_evenly_from_0_to_below_1) {
    std::array<int, 10> counts{};
    for (int i = 0; i < 100'000; ++i) {
        const double point = random_point();
        BOOST_REQUIRE(point >= 0);
        BOOST_REQUIRE(point < 1);
        ++counts[std::size_t(point * 10)];
    }
    for (const int count : counts) {
        BOOST_TEST(count > 9'000);  // ten deviations from 10,000
        BOOST_TEST(count < 11'000);
    }
}

BOOST_AUTO_TEST_CASE(no_thread_repeats_another_one) {
    std::uint64_t here = random_word(), there = here;
    std::thread{[&] { there = random_word(); }}.join();
    BOOST_TEST(here != there);
    BOOST_TEST(here != random_word());
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/upstream/ratio_window_test.cpp - counting what is recent, from several threads.
#include "upstream/ratio_window.h"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;
using upstream::RatioWindow;

namespace {
const net::TimePoint start{1h};
}

BOOST_AUTO_TEST_SUITE(upstream_ratio_window)

BOOST_AUTO_TEST_CASE(sums_are_of_the_window_only) {
    RatioWindow window;
    for (int second = 0; second < 30; ++second) {
        window.add(2, 1, 10s, start + std::chrono::seconds{second});
        const auto sums = window.sums(10s, start + std::chrono::seconds{second});
        BOOST_TEST(sums.all == 2u * unsigned(std::min(second + 1, 10)));
        BOOST_TEST(sums.ratio() == 0.5);
    }
    BOOST_TEST(window.sums(10s, start + 35s).all == 8u);
    BOOST_TEST(window.sums(10s, start + 39s).all == 0u);
    BOOST_TEST(window.sums(10s, start + 10h).all == 0u);
    BOOST_TEST(RatioWindow{}.sums(10s, start).ratio() == 0);
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_where_threads_begin_a_slot_at_once) {
    RatioWindow window;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&] {
            for (int i = 0; i < 20'000; ++i) window.add(1, i % 4 == 0, 100s, start + std::chrono::milliseconds{i});
        });
    for (auto& thread : threads) thread.join();
    const auto sums = window.sums(100s, start + 20s);
    BOOST_TEST(sums.all == 80'000u);
    BOOST_TEST(sums.of_kind == 20'000u);
}

BOOST_AUTO_TEST_CASE(more_than_a_slot_holds_keeps_its_proportion) {
    RatioWindow window;
    for (int i = 0; i < 3'000; ++i) window.add(1000, 250, 10s, start);
    const auto sums = window.sums(10s, start);
    BOOST_TEST(sums.all > 400'000u);
    BOOST_TEST(std::abs(sums.ratio() - 0.25) < 0.001);
}

BOOST_AUTO_TEST_CASE(another_window_forgets_and_so_does_clear) {
    RatioWindow window;
    window.add(5, 5, 10s, start);
    BOOST_TEST(window.sums(20s, start).all == 0u);
    BOOST_TEST(window.sums(10s, start).all == 5u);
    window.clear();
    BOOST_TEST(window.sums(10s, start).all == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

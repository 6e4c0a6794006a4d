// tests/plugins/logging/choice_test.cpp - which requests a log is told of.
#include "choice.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::logging;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(logging_choice)

BOOST_AUTO_TEST_CASE(without_a_word_it_is_all) {
    BOOST_TEST(Choice{}.takes_all());
    BOOST_TEST(Choice{}.takes(200, true, 1ms, [] { return 0.999; }));
}

BOOST_AUTO_TEST_CASE(only_what_is_named) {
    const auto never = [] { return 0.999; };
    const Choice errors{.errors = true}, refusals{.refusals = true}, slow{.slow = true, .slow_from = 100ms},
        both{.errors = true, .slow = true, .slow_from = 100ms};
    BOOST_TEST(errors.takes(500, true, 1ms, never));
    BOOST_TEST(errors.takes(200, false, 1ms, never));
    BOOST_TEST(!errors.takes(429, true, 1s, never));
    BOOST_TEST(refusals.takes(429, true, 1ms, never));
    BOOST_TEST(!refusals.takes(500, true, 1ms, never));
    BOOST_TEST(slow.takes(200, true, 100ms, never));
    BOOST_TEST(!slow.takes(500, true, 99ms, never));
    BOOST_TEST(both.takes(503, true, 1ms, never));
    BOOST_TEST(both.takes(200, true, 1s, never));
    BOOST_TEST(!both.takes(200, true, 1ms, never));
}

BOOST_AUTO_TEST_CASE(a_sample_thins_neither_errors_nor_slow_ones) {
    const Choice tenth{.slow_from = 100ms, .sample = 0.1};
    const auto high = [] { return 0.1; };
    const auto low = [] { return 0.099; };
    BOOST_TEST(!tenth.takes(200, true, 1ms, high));
    BOOST_TEST(!tenth.takes(404, true, 1ms, high));
    BOOST_TEST(tenth.takes(200, true, 1ms, low));
    BOOST_TEST(tenth.takes(500, true, 1ms, high));
    BOOST_TEST(tenth.takes(200, true, 1s, high));
    BOOST_TEST(tenth.takes(200, false, 1ms, high));
    BOOST_TEST(!Choice{.sample = 0}.takes(200, true, 1ms, [] { return 0.0; }));
}

BOOST_AUTO_TEST_CASE(dice_are_even) {
    Dice dice{4711};
    int below = 0;
    for (int i = 0; i < 100'000; ++i) {
        const double number = dice();
        BOOST_REQUIRE((number >= 0 && number < 1));
        below += number < 0.1;
    }
    BOOST_TEST(below > 9'500);
    BOOST_TEST(below < 10'500);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/loadtest/upstream/behaviour_test.cpp - what people write for delays, mixes and shares.
#include "loadtest/upstream/behaviour.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::loadtest;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(loadtest_upstream_behaviour)

namespace {

Delay delay_of(std::string_view text) {
    std::string problem;
    const auto delay = Delay::parse(text, problem);
    BOOST_REQUIRE_MESSAGE(delay, text << ": " << problem);
    return *delay;
}

template <class Parse>
std::string problem_of(Parse parse, std::string_view text) {
    std::string problem;
    BOOST_TEST(!parse(text, problem), "accepted: " << text);
    return problem;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_fixed_delay_is_always_that_long) {
    Random random{1, 0};
    const Delay delay = delay_of("5ms");
    for (int i = 0; i < 100; ++i) BOOST_TEST((delay.draw(random) == 5ms));
    BOOST_TEST(!delay.none());
    BOOST_TEST(delay_of("0s").none());
    BOOST_TEST(Delay{}.none());
}

BOOST_AUTO_TEST_CASE(a_uniform_delay_fills_its_range_evenly) {
    Random random{1, 0};
    const Delay delay = delay_of("2ms..8ms");
    constexpr int draws = 60'000;
    std::array<int, 6> by_millisecond{};
    for (int i = 0; i < draws; ++i) {
        const Nanoseconds drawn = delay.draw(random);
        BOOST_REQUIRE((drawn >= 2ms && drawn < 8ms));
        ++by_millisecond[static_cast<std::size_t>((drawn - 2ms) / 1ms)];
    }
    // Six standard deviations of a share of 1/6: sqrt(60000 * 1/6 * 5/6) = 91.
    for (const int count : by_millisecond) BOOST_TEST(std::abs(count - draws / 6) < 550);
}

BOOST_AUTO_TEST_CASE(an_exponential_delay_has_that_mean_and_a_tail) {
    Random random{1, 0};
    const Delay delay = delay_of("exp:5ms");
    constexpr int draws = 100'000;
    double sum = 0;
    int beyond = 0;  // three times the mean: exp(-3) = 4.98%
    for (int i = 0; i < draws; ++i) {
        const Nanoseconds drawn = delay.draw(random);
        sum += static_cast<double>(drawn.count());
        beyond += drawn > 15ms;
    }
    BOOST_TEST(std::abs(sum / draws - 5e6) < 0.1e6);
    BOOST_TEST(std::abs(beyond / double{draws} - 0.0498) < 0.005);
}

BOOST_AUTO_TEST_CASE(malformed_delays_say_what_is_expected) {
    for (const auto text : {"fast", "exp:", "exp:fast", "5ms..", "..5ms", "5ms..x", "-5ms", "exp:1ms..2ms"})
        BOOST_TEST(problem_of(Delay::parse, text) ==
                   "expected a delay such as 5ms, 2ms..8ms or exp:5ms, got \"" + std::string{text} + "\"");
    BOOST_TEST(problem_of(Delay::parse, "8ms..2ms") == "expected the shorter delay first, got \"8ms..2ms\"");
}

BOOST_AUTO_TEST_CASE(statuses_have_weights) {
    std::string problem;
    const auto mix = parse_statuses("200:99,503:0.5,404", problem);
    BOOST_REQUIRE(mix);
    BOOST_REQUIRE(mix->size() == 3);
    BOOST_TEST(((*mix)[0].status == 200 && (*mix)[0].weight == 99));
    BOOST_TEST(((*mix)[1].status == 503 && (*mix)[1].weight == 0.5));
    BOOST_TEST(((*mix)[2].status == 404 && (*mix)[2].weight == 1));
}

BOOST_AUTO_TEST_CASE(malformed_statuses_say_what_is_expected) {
    for (const auto text : {"", "abc", "100", "600", "200:", "200:x", "200:-1", "200,", ",200", "200:1:2", "200 "})
        BOOST_TEST(problem_of(parse_statuses, text) ==
                   "expected statuses of 200 to 599 with weights such as 200:99,503:1, got \"" + std::string{text} +
                       "\"");
    BOOST_TEST(problem_of(parse_statuses, "200:0,503:0") == "expected a weight above 0, got \"200:0,503:0\"");
}

BOOST_AUTO_TEST_CASE(shares_are_fractions_or_percentages) {
    std::string problem;
    BOOST_TEST(parse_share("0.25", problem).value() == 0.25);
    BOOST_TEST(parse_share("25%", problem).value() == 0.25);
    BOOST_TEST(parse_share("0", problem).value() == 0);
    BOOST_TEST(parse_share("1", problem).value() == 1);
    BOOST_TEST(parse_share("100%", problem).value() == 1);
    for (const auto text : {"", "%", "2", "101%", "-0.1", "1e-2", "nan", "0.1x", "inf"})
        BOOST_TEST(problem_of(parse_share, text) ==
                   "expected a share of 0 to 1 such as 0.01 or 1%, got \"" + std::string{text} + "\"");
}

BOOST_AUTO_TEST_CASE(faults_have_names) {
    std::string problem;
    for (const Fault fault : {Fault::none, Fault::hang, Fault::reset, Fault::cut, Fault::garbage})
        BOOST_TEST((parse_fault(name(fault), problem) == fault));
    BOOST_TEST(problem_of(parse_fault, "explode") == "expected none, hang, reset, cut, garbage, got \"explode\"");
}

BOOST_AUTO_TEST_SUITE_END()

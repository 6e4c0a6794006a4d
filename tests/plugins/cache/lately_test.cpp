// tests/plugins/cache/lately_test.cpp - what was seen a moment ago, in a table where keys meet.
#include "lately.h"

#include <boost/test/unit_test.hpp>

#include <memory>

using namespace tollgate::cache;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(cache_lately)

BOOST_AUTO_TEST_CASE(who_comes_later_takes_the_place_and_nobody_is_taken_for_another) {
    const auto lately = std::make_unique<Lately>(60s);
    const Lately::Instant now{1h};
    const Key one{.high = std::uint64_t{1} << 32, .low = 7}, same_place{.high = std::uint64_t{2} << 32, .low = 7};
    BOOST_TEST(!lately->has(one, now));
    lately->add(one, now);
    BOOST_TEST(lately->has(one, now + 59s));
    BOOST_TEST(!lately->has(one, now + 60s));
    BOOST_TEST(!lately->has(same_place, now));
    lately->remove(same_place);
    BOOST_TEST(lately->has(one, now));
    lately->add(same_place, now);
    BOOST_TEST(!lately->has(one, now));
    BOOST_TEST(lately->has(same_place, now));
    lately->remove(same_place);
    BOOST_TEST(!lately->has(same_place, now));
}

BOOST_AUTO_TEST_SUITE_END()

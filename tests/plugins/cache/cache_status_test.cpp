// tests/plugins/cache/cache_status_test.cpp - what clients are told (RFC 9211).
#include "cache_status.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;
using namespace std::chrono_literals;

namespace {

std::string told(const Told& what) {
    std::string text;
    append_cache_status(text, what);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_cache_status)

BOOST_AUTO_TEST_CASE(each_way_has_its_words) {
    BOOST_TEST(told({.way = Way::hit, .fresh_for = 4900ms}) == "tollgate; hit; ttl=4");
    BOOST_TEST(told({.way = Way::stale, .fresh_for = -1200ms}) == "tollgate; hit; ttl=-2");
    BOOST_TEST(told({.way = Way::miss, .upstream_status = 200, .stored = true, .collapsed = true}) ==
               "tollgate; fwd=uri-miss; fwd-status=200; stored; collapsed");
    BOOST_TEST(told({.way = Way::pass}) == "tollgate; fwd=bypass");
    BOOST_TEST(x_cache(Way::expired) == "EXPIRED");
    BOOST_TEST(word(Way::denied) == "denied");
}

BOOST_AUTO_TEST_SUITE_END()

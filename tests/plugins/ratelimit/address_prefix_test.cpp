// tests/plugins/ratelimit/address_prefix_test.cpp - which network an address counts as.
#include "address_prefix.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::ratelimit;

namespace {

std::string network(std::string_view address, Prefixes prefixes = {}) {
    std::string scratch;
    return std::string{network_of(address, prefixes, scratch)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_address_prefix)

BOOST_AUTO_TEST_CASE(an_ipv4_address_counts_whole_unless_told) {
    BOOST_TEST(network("192.0.2.77") == "192.0.2.77");
    BOOST_TEST(network("192.0.2.77", {24, 64}) == "192.0.2.0/24");
    BOOST_TEST(network("192.0.2.77", {25, 64}) == "192.0.2.0/25");
    BOOST_TEST(network("192.0.2.200", {25, 64}) == "192.0.2.128/25");
    BOOST_TEST(network("192.0.2.200", {1, 64}) == "128.0.0.0/1");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_counts_as_its_64) {
    BOOST_TEST(network("2001:db8:0:7:a::1") == "2001:db8:0:7::/64");
    BOOST_TEST(network("2001:db8:0:7:ffff::") == network("2001:db8:0:7:a::1"));
    BOOST_TEST(network("2001:db8:0:8::1") != network("2001:db8:0:7::1"));
    BOOST_TEST(network("2001:db8:abcd::1", {32, 44}) == "2001:db8:abc0::/44");
    BOOST_TEST(network("::1", {32, 128}) == "::1");
}

BOOST_AUTO_TEST_CASE(an_ipv4_address_in_ipv6_counts_as_ipv4) {
    BOOST_TEST(network("::ffff:192.0.2.77") == "192.0.2.77");
    BOOST_TEST(network("::ffff:192.0.2.77", {24, 128}) == network("192.0.2.1", {24, 128}));
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_a_key_like_any_other) {
    for (const char* text :
         {"unix:", "", "nonsense", "1.2.3", "1:2:3", "a very long text that is certainly not an address at all:::"})
        BOOST_TEST(network(text, {8, 8}) == text);
}

BOOST_AUTO_TEST_SUITE_END()

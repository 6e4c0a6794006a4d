// tests/core/net/address_test.cpp - addresses and ranges as operators write them.
#include "net/address.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace tollgate::net;

namespace {

std::optional<Address> parse(std::string_view text) {
    std::string problem;
    auto address = Address::parse(text, problem);
    BOOST_TEST(address.has_value() == problem.empty());
    return address;
}

bool contains(std::string_view range_text, std::string_view ip) {
    std::string problem;
    const auto range = Range::parse(range_text, problem);
    BOOST_REQUIRE_MESSAGE(range, problem);
    return range->contains(*Ip::parse(ip));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_address)

BOOST_AUTO_TEST_CASE(host_and_port) {
    const auto address = parse("10.0.0.11:9001");
    BOOST_REQUIRE(address);
    BOOST_TEST(address->host() == "10.0.0.11");
    BOOST_TEST(address->port() == 9001);
    BOOST_TEST(address->is_literal());
    BOOST_TEST(address->resolve().toString() == "10.0.0.11:9001");
}

BOOST_AUTO_TEST_CASE(ipv6_in_brackets) {
    const auto address = parse("[::1]:80");
    BOOST_REQUIRE(address);
    BOOST_TEST(address->host() == "::1");
    BOOST_TEST(address->resolve().toString() == "[::1]:80");
}

BOOST_AUTO_TEST_CASE(every_address) {
    for (const char* text : {"*:8080", ":8080"}) {
        const auto address = parse(text);
        BOOST_REQUIRE(address);
        BOOST_TEST(address->host() == "");
        BOOST_TEST(address->resolve().toString() == "[::]:8080");
    }
}

BOOST_AUTO_TEST_CASE(unix_socket) {
    const auto address = parse("unix:/run/app.sock");
    BOOST_REQUIRE(address);
    BOOST_TEST(address->is_unix());
    BOOST_TEST(address->path() == "/run/app.sock");
}

BOOST_AUTO_TEST_CASE(name_is_no_literal) {
    const auto address = parse("orders.internal:80");
    BOOST_REQUIRE(address);
    BOOST_TEST(!address->is_literal());
}

const char* const bad_addresses[] = {"",         "8080",   "host",      "host:",          "host:x",    "host:65536", "host:-1",
                                     "a b:80",   "::1:80", "[::1:80",   "[zz]:80",        "host:80x",  "unix:",      "unix:relative",
                                     "a/b:80",   "h:1:2",  "http://h:1"};
BOOST_DATA_TEST_CASE(anything_else_is_refused, boost::unit_test::data::make(bad_addresses), text) {
    BOOST_TEST(!parse(text));
}

BOOST_AUTO_TEST_CASE(range_contains_its_addresses_only) {
    BOOST_TEST(contains("10.0.0.0/8", "10.255.1.2"));
    BOOST_TEST(!contains("10.0.0.0/8", "11.0.0.0"));
    BOOST_TEST(contains("192.0.2.7", "192.0.2.7"));
    BOOST_TEST(!contains("192.0.2.7", "192.0.2.6"));
    BOOST_TEST(contains("172.16.0.0/12", "172.31.255.255"));
    BOOST_TEST(!contains("172.16.0.0/12", "172.32.0.0"));
    BOOST_TEST(contains("2001:db8::/33", "2001:db8:7fff::1"));
    BOOST_TEST(!contains("2001:db8::/33", "2001:db8:8000::1"));
    BOOST_TEST(contains("0.0.0.0/0", "203.0.113.9"));
    BOOST_TEST(!contains("0.0.0.0/0", "2001:db8::1"));
    BOOST_TEST(contains("::/0", "2001:db8::1"));
    BOOST_TEST(!contains("::/0", "203.0.113.9"));  // as ::ffff:203.0.113.9 it lies within
    BOOST_TEST(contains("::ffff:0:0/96", "203.0.113.9"));
}

BOOST_AUTO_TEST_CASE(range_includes_smaller_ones) {
    const auto includes = [](std::string_view wide, std::string_view narrow) {
        std::string problem;
        return Range::parse(wide, problem)->includes(*Range::parse(narrow, problem));
    };
    BOOST_TEST(includes("10.0.0.0/8", "10.1.0.0/16"));
    BOOST_TEST(includes("10.0.0.0/8", "10.0.0.0/8"));
    BOOST_TEST(includes("10.0.0.0/8", "10.0.0.1"));
    BOOST_TEST(!includes("10.1.0.0/16", "10.0.0.0/8"));
    BOOST_TEST(!includes("10.0.0.0/8", "11.0.0.0/16"));
    BOOST_TEST(!includes("::/0", "0.0.0.0/0"));
    BOOST_TEST(includes("::ffff:0:0/96", "0.0.0.0/0"));
    BOOST_TEST(!includes("0.0.0.0/0", "::/0"));
    BOOST_TEST(includes("unix:", "unix:"));
    BOOST_TEST(!includes("::/0", "unix:"));
    BOOST_TEST(!includes("unix:", "10.0.0.1"));
}

BOOST_AUTO_TEST_CASE(nothing_hides_behind_an_address) {
    BOOST_TEST(!Ip::parse(std::string_view{"10.0.0.1\0x", 10}));
    BOOST_TEST(!Ip::parse(std::string_view{"::1\0", 4}));
}

BOOST_AUTO_TEST_CASE(ipv4_and_its_mapped_form_are_one) { BOOST_TEST((*Ip::parse("::ffff:10.0.0.1") == *Ip::parse("10.0.0.1"))); }

const char* const bad_ranges[] = {"", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "::1/129", "10.0.0.0/", "10.0.0.0/x", "name"};
BOOST_DATA_TEST_CASE(anything_else_is_no_range, boost::unit_test::data::make(bad_ranges), text) {
    std::string problem;
    BOOST_TEST(!Range::parse(text, problem));
    BOOST_TEST(!problem.empty());
}

BOOST_AUTO_TEST_SUITE_END()

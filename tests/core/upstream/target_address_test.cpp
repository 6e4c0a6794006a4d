// tests/core/upstream/target_address_test.cpp - how targets may be written, and what comes of it.
#include "upstream/target_address.h"

#include <boost/test/unit_test.hpp>

#include <string>

using tollgate::upstream::TargetAddress;

BOOST_AUTO_TEST_SUITE(upstream_target_address)

BOOST_AUTO_TEST_CASE(scheme_host_and_port_are_told_apart) {
    struct Row {
        const char *text, *where, *authority;
        bool secure;
    };
    const Row rows[] = {
        {"10.0.0.1:9001", "10.0.0.1:9001", "10.0.0.1:9001", false},
        {"unix:/run/a.sock", "unix:/run/a.sock", "localhost", false},
        {"http://orders", "orders:80", "orders:80", false},
        {"http://orders:8080", "orders:8080", "orders:8080", false},
        {"https://orders", "orders:443", "orders", true},
        {"https://orders:443", "orders:443", "orders", true},
        {"https://orders:8443", "orders:8443", "orders:8443", true},
        {"https://[::1]", "[::1]:443", "[::1]", true},
        {"https://[::1]:8443", "[::1]:8443", "[::1]:8443", true},
    };
    for (const Row& row : rows) {
        std::string problem;
        const auto address = TargetAddress::parse(row.text, problem);
        BOOST_TEST_REQUIRE(bool(address), row.text << ": " << problem);
        BOOST_TEST(address->text == row.text);
        BOOST_TEST(address->where.text() == row.where);
        BOOST_TEST(address->authority == row.authority);
        BOOST_TEST(address->secure == row.secure);
    }
}

BOOST_AUTO_TEST_CASE(what_leads_to_the_same_is_the_same) {
    const auto address = [](const char* text) {
        std::string problem;
        return *TargetAddress::parse(text, problem);
    };
    BOOST_TEST(address("http://a:9001").same_as(address("a:9001")));
    BOOST_TEST(address("https://a").same_as(address("https://a:443")));
    BOOST_TEST(!address("https://a").same_as(address("a:443")));
    BOOST_TEST(!address("a:1").same_as(address("a:2")));
}

BOOST_AUTO_TEST_CASE(what_is_more_or_less_than_that_is_refused) {
    for (const char* text : {"", "orders", "https://", "https://:443", "https://a/", "https://a/v1", "https://a?b", "http://a#b",
                             "https://user@a", "ftp://a", "HTTPS//a", "https://a:0", "https://a:70000", "https://unix:/a",
                             "https://[::1", "*:80", "https://*:443"}) {
        std::string problem;
        BOOST_TEST(!TargetAddress::parse(text, problem), text);
        BOOST_TEST(problem.starts_with("expected "), text << ": " << problem);
    }
}

BOOST_AUTO_TEST_SUITE_END()

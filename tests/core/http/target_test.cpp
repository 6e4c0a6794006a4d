// tests/core/http/target_test.cpp - one path for router and upstream.
#include "http/target.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace tollgate::http;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(http_target)

const char* const kept[] = {"/", "/a", "/a/b?c=d", "/a/?x=//..//", "/a%2Fb", "/%25", "/.well-known/x", "/a/...", "/a/..b", "/~u/-_.x",
                            "/?q={a}|b", "/a?b=%zz"};
BOOST_DATA_TEST_CASE(normal_targets_stay_as_they_are, data::make(kept), target) {
    std::string normalised;
    BOOST_TEST(normalise_target(target, normalised) == nullptr);
    BOOST_TEST(normalised == target);
}

const std::pair<const char*, const char*> changed[] = {
    {"//a///b", "/a/b"}, {"/%61dmin", "/admin"}, {"/%7Eu", "/~u"}, {"/a%2fb", "/a%2Fb"}, {"/a/%2e%2E.", "/a/..."}, {"/a//?x", "/a/?x"}};
BOOST_AUTO_TEST_CASE(two_ways_to_write_a_path_become_one) {
    for (const auto& [target, wanted] : changed) {
        std::string normalised;
        BOOST_TEST(normalise_target(target, normalised) == nullptr);
        BOOST_TEST(normalised == wanted);
    }
}

const char* const refused[] = {"",          "a",          "/a#b",       "/a\\b",     "/a/../b",    "/..",       "/.",       "/a/.",
                               "/a/%2e%2e", "/a/%2E/b",   "/a/.%2e/b",  "/a/..;x/b", "/..%2fetc",  "/a/..%5cb", "/a%00",    "/%",
                               "/%4",       "/%zz",       "/a?b#c",     "/\x80",     "/a?\xff",    "/a b",      "/a%2f../b", "/x%2f..%2fb",
                               "/a%5c..",   "/..%3bx"};
BOOST_DATA_TEST_CASE(what_could_be_read_in_two_ways_is_refused, data::make(refused), target) {
    std::string normalised;
    BOOST_TEST(normalise_target(target, normalised) != nullptr);
}

BOOST_AUTO_TEST_CASE(authorities) {
    std::string host;
    BOOST_TEST((parse_authority("Example.COM:80", host) && host == "example.com"));
    BOOST_TEST((parse_authority("[::1]:8080", host) && host == "[::1]"));
    BOOST_TEST((parse_authority("10.0.0.1", host) && host == "10.0.0.1"));
    for (const char* bad : {"", ":80", "a b", "a@b", "a:b", "a:123456", "[::1", "[]", "a/b", "a,b", "a\tb"})
        BOOST_TEST(!parse_authority(bad, host), bad);
}

BOOST_AUTO_TEST_CASE(decoding) {
    BOOST_TEST(decode_path("a%20b+c%zz%4") == "a b+c%zz%4");
    BOOST_TEST(decode_query("a%20b+c") == "a b c");
}

BOOST_AUTO_TEST_SUITE_END()

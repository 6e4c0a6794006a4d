// tests/core/routing/host_test.cpp - which hosts may be written, and which names they take.
#include "routing/host.h"

#include <boost/test/unit_test.hpp>

#include <string>

using tollgate::routing::Host;

namespace {

Host parsed(std::string_view text) {
    std::string problem;
    const auto host = Host::parse(text, problem);
    BOOST_REQUIRE_MESSAGE(host, problem);
    return *host;
}

std::string problem_of(std::string_view text) {
    std::string problem;
    BOOST_TEST(!Host::parse(text, problem), text);
    return problem;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(routing_host)

BOOST_AUTO_TEST_CASE(a_name_takes_itself_whatever_its_case) {
    BOOST_TEST(parsed("API.Example.com").takes("api.example.com"));
    BOOST_TEST(parsed("api.example.com.").takes("api.example.com"));
    BOOST_TEST(parsed("api.example.com").takes("api.example.com."));
    BOOST_TEST(!parsed("example.com").takes("api.example.com"));
    BOOST_TEST(parsed("[2001:DB8::1]").takes("[2001:db8::1]"));
    BOOST_TEST(parsed("192.0.2.7").takes("192.0.2.7"));
}

BOOST_AUTO_TEST_CASE(a_star_takes_every_name_below_and_not_the_name_itself) {
    const auto host = parsed("*.example.com");
    BOOST_TEST(host.takes("a.example.com"));
    BOOST_TEST(host.takes("b.a.example.com"));
    BOOST_TEST(!host.takes("example.com"));
    BOOST_TEST(!host.takes(".example.com"));
    BOOST_TEST(!host.takes("badexample.com"));
    BOOST_TEST(host.text() == "*.example.com");
}

BOOST_AUTO_TEST_CASE(wider_hosts_include_narrower_ones) {
    BOOST_TEST(parsed("*.com").includes(parsed("*.example.com")));
    BOOST_TEST(parsed("*.com").includes(parsed("example.com")));
    BOOST_TEST(parsed("*.com").includes(parsed("*.com")));
    BOOST_TEST(!parsed("*.example.com").includes(parsed("*.com")));
    BOOST_TEST(!parsed("*.com").includes(parsed("com")));
    BOOST_TEST(!parsed("example.com").includes(parsed("*.example.com")));
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused_with_a_hint) {
    BOOST_TEST(problem_of("*") == "expected a host like \"api.example.com\" or \"*.example.com\", got \"*\"; a route "
                                  "without a host takes every one");
    BOOST_TEST(problem_of("a.example.com:8080").ends_with("; the port is never compared"));
    BOOST_TEST(problem_of("http://a.example.com/").ends_with("; a path belongs to the route's name"));
    BOOST_TEST(problem_of("api.*.com").ends_with("; a \"*\" stands for whole labels, in front only"));
    BOOST_TEST(problem_of("m\xc3\xbcnchen.example").ends_with("; names of other letters are written as in DNS "
                                                               "(\"xn--...\")"));
    for (const auto* text : {"", ".", "a..b", "*.", "a b", "[::1", "[]", "[x:y]", "*.[::1]"}) problem_of(text);
    problem_of(std::string(64, 'a') + ".com");
    problem_of("a" + std::string(130, '.') + "b");
}

BOOST_AUTO_TEST_SUITE_END()

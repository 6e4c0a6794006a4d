// tests/core/http/upgrade_test.cpp - what Upgrade lines offer, what of it may be taken, and what was.
#include "http/upgrade.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::http;

BOOST_AUTO_TEST_SUITE(http_upgrade)

BOOST_AUTO_TEST_CASE(a_protocol_is_a_token_and_perhaps_a_version) {
    for (const char* good : {"websocket", "SPDY/3.1", "tcp", "a/b"}) BOOST_TEST(is_protocol(good), good);
    for (const char* bad : {"", "/", "a/", "/1", "a/b/c", "web socket", "a,b", "a;b"}) BOOST_TEST(!is_protocol(bad), bad);
}

BOOST_AUTO_TEST_CASE(what_holds_requests_passes_routes_by) {
    for (const char* name : {"h2c", "H2C", "h2", "h3", "HTTP/2.0", "http", "TLS/1.2", "tls"})
        BOOST_TEST(passes_routes_by(name), name);
    for (const char* name : {"websocket", "tcp", "h2cx", "SPDY/3.1"}) BOOST_TEST(!passes_routes_by(name), name);
}

BOOST_AUTO_TEST_CASE(offers_of_all_lines_are_joined_without_what_is_none) {
    BOOST_TEST(offered_protocols({}) == "");
    BOOST_TEST(offered_protocols({{"Upgrade", "websocket"}}) == "websocket");
    BOOST_TEST(offered_protocols({{"Upgrade", "h2c, a b , x/1,,"}, {"X", "y"}, {"upgrade", "tcp"}}) == "x/1, tcp");
}

BOOST_AUTO_TEST_CASE(a_route_without_a_version_allows_any) {
    const std::vector<std::string> allowed{"websocket", "spdy", "x/2"};
    BOOST_TEST(allowed_protocols("WebSocket", allowed) == "WebSocket");
    BOOST_TEST(allowed_protocols("tcp, SPDY/3.1, x/1, x/2", allowed) == "SPDY/3.1, x/2");
    BOOST_TEST(allowed_protocols("websockets, tcp", allowed) == "");
    BOOST_TEST(allowed_protocols("websocket", {}) == "");
}

BOOST_AUTO_TEST_CASE(one_of_those_offered_is_taken) {
    BOOST_TEST(taken_protocol({{"Upgrade", "WebSocket"}}, "x, websocket") == "websocket");
    BOOST_TEST(taken_protocol({{"Upgrade", "x"}}, "x/1") == "");
    BOOST_TEST(taken_protocol({}, "x") == "");
    BOOST_TEST(taken_protocol({{"Upgrade", "x"}, {"Upgrade", "x"}}, "x") == "");
    BOOST_TEST(taken_protocol({{"Upgrade", "x, y"}}, "x, y") == "");
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/forwarding_headers_test.cpp - what is passed on, what is left out, and what the gateway adds.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

struct Scene {
    ScriptedUpstream upstream;
    GatewayProcess gateway;
    explicit Scene(const std::string& words = "", ScriptedUpstream::Script script = ScriptedUpstream::echo())
        : upstream{std::move(script)},
          gateway{routes_to(upstream.address(), "", "", words + " always { logging { format = \"json\" } }")} {}

    // What the upstream saw of a request with these lines.
    Message seen(const std::string& lines) {
        auto client = gateway.client();
        const Message answer = client.get("/", lines);
        BOOST_REQUIRE(answer.status() == 200);
        return upstream.last();
    }
};

const char* const trusting = "trusted_proxies { \"127.0.0.0/8\" }";

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_forwarding_headers)

BOOST_AUTO_TEST_CASE(ordinary_lines_pass_unchanged_and_in_order) {
    Scene scene;
    const Message seen = scene.seen("X-One: 1\r\nx-two: a  b\r\nX-One: 3\r\nCookie: a=b; c=d\r\nX-Latin: caf\xe9\r\n");
    std::string ones;
    for (const auto& [name, value] : seen.headers)
        if (name == "X-One") ones += value;
    BOOST_TEST(ones == "13");
    BOOST_TEST(seen.header("x-two") == "a  b");
    BOOST_TEST(seen.header("Cookie") == "a=b; c=d");
    BOOST_TEST(seen.header("X-Latin") == "caf\xe9");
    BOOST_TEST(seen.header("Host") == "gate.test");
}

BOOST_AUTO_TEST_CASE(hop_by_hop_lines_of_a_request_end_here) {
    Scene scene;
    const Message seen = scene.seen(
        "Connection: keep-alive, X-Secret, x-other\r\nConnection: X-Third\r\nKeep-Alive: timeout=5\r\nProxy-Connection: "
        "keep-alive\r\nTE: trailers, gzip\r\nX-Secret: 1\r\nX-OTHER: 2\r\nX-Third: 3\r\nX-Kept: 4\r\n");
    for (const char* name : {"Keep-Alive", "Proxy-Connection", "TE", "X-Secret", "X-Other", "X-Third"})
        BOOST_TEST(!seen.has(name), name);
    BOOST_TEST(seen.header("Connection").find("X-Secret") == std::string::npos);
    BOOST_TEST(seen.header("X-Kept") == "4");
}

BOOST_AUTO_TEST_CASE(hop_by_hop_lines_of_an_answer_end_here) {
    Scene scene{"", [](UpstreamConnection& connection) {
        while (connection.read_request())
            connection.answer(200, "body", "Connection: X-Secret, keep-alive\r\nKeep-Alive: timeout=5\r\nX-Secret: 1\r\n"
                                           "Proxy-Connection: keep-alive\r\nX-Kept: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
    }};
    auto client = scene.gateway.client();
    const Message answer = client.get("/");
    for (const char* name : {"Connection", "Keep-Alive", "X-Secret", "Proxy-Connection"}) BOOST_TEST(!answer.has(name), name);
    BOOST_TEST(answer.header("X-Kept") == "2");
    BOOST_TEST(answer.count("Set-Cookie") == 2u);
}

// Naming a line in Connection must not take away what the gateway relies on or adds.
BOOST_AUTO_TEST_CASE(connection_cannot_name_away_what_the_gateway_says) {
    Scene scene;
    const Message seen = scene.seen("Connection: Host, Content-Length, X-Forwarded-For, X-Request-Id, Via\r\n");
    BOOST_TEST(seen.header("Host") == "gate.test");
    BOOST_TEST(seen.header("X-Forwarded-For") == "127.0.0.1");
    BOOST_TEST(seen.has("X-Request-Id"));
    BOOST_TEST(seen.has("Via"));
}

BOOST_AUTO_TEST_CASE(the_upstream_is_told_who_asked_and_how) {
    Scene scene;
    const Message seen = scene.seen("");
    BOOST_TEST(seen.header("X-Forwarded-For") == "127.0.0.1");
    BOOST_TEST(seen.header("X-Forwarded-Proto") == "http");
    BOOST_TEST(seen.header("X-Forwarded-Host") == "gate.test");
}

BOOST_AUTO_TEST_CASE(strangers_cannot_forge_where_they_come_from) {
    Scene scene;
    const Message seen = scene.seen("X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: bank.test\r\n"
                                    "Forwarded: for=10.0.0.1\r\n");
    BOOST_TEST(seen.header("X-Forwarded-For") == "127.0.0.1");
    BOOST_TEST(seen.count("X-Forwarded-For") == 1u);
    BOOST_TEST(seen.header("X-Forwarded-Proto") == "http");
    BOOST_TEST(seen.header("X-Forwarded-Host") == "gate.test");
    BOOST_TEST(!seen.has("Forwarded"));
    BOOST_TEST(scene.gateway.log_lines(1).at(0).find("\"client_ip\":\"127.0.0.1\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(trusted_proxies_are_believed) {
    Scene scene{trusting};
    const Message seen = scene.seen("X-Forwarded-For: 192.0.2.1, 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.test\r\n");
    BOOST_TEST(seen.header("X-Forwarded-For") == "192.0.2.1, 192.0.2.7, 127.0.0.1");
    BOOST_TEST(seen.header("X-Forwarded-Proto") == "https");
    BOOST_TEST(seen.header("X-Forwarded-Host") == "shop.test");
    // The nearest address that no trusted proxy has: what stands left of it, its sender may have made up.
    BOOST_TEST(scene.gateway.log_lines(1).at(0).find("\"client_ip\":\"192.0.2.7\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_chain_of_trusted_proxies_is_followed) {
    Scene scene{"trusted_proxies { \"127.0.0.0/8\", \"192.0.2.0/24\" }"};
    scene.seen("X-Forwarded-For: 198.51.100.9, 203.0.113.5\r\nX-Forwarded-For: 192.0.2.7\r\n");
    BOOST_TEST(scene.gateway.log_lines(1).at(0).find("\"client_ip\":\"203.0.113.5\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(via_is_added_both_ways) {
    Scene scene{"", [](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(200, "body", "Via: 1.1 inner\r\n");
    }};
    auto client = scene.gateway.client();
    const Message answer = client.get("/", "Via: 1.0 outer\r\n");
    BOOST_TEST(answer.header("Via").starts_with("1.1 inner, 1.1 "));
    BOOST_TEST(scene.upstream.last().header("Via").starts_with("1.0 outer, 1.1 "));
}

BOOST_AUTO_TEST_CASE(a_sensible_request_id_is_kept_everywhere) {
    Scene scene;
    auto client = scene.gateway.client();
    const Message answer = client.get("/", "X-Request-Id: order-42.a\r\n");
    BOOST_TEST(answer.header("X-Request-Id") == "order-42.a");
    BOOST_TEST(scene.upstream.last().header("X-Request-Id") == "order-42.a");
    BOOST_TEST(scene.gateway.log_lines(1).at(0).find("\"request_id\":\"order-42.a\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_request_id_is_made_where_none_came_or_none_that_is_sensible) {
    Scene scene;
    auto client = scene.gateway.client();
    std::string previous;
    for (const std::string& lines : {std::string{}, std::string{"X-Request-Id: \r\n"}, std::string{"X-Request-Id: a b\"c\r\n"},
                                     "X-Request-Id: " + std::string(5000, 'a') + "\r\n"}) {
        const Message answer = client.get("/", lines);
        const std::string id = answer.header("X-Request-Id");
        BOOST_TEST(id.size() >= 16u);
        BOOST_TEST(id.size() <= 64u);
        BOOST_TEST(id != previous);
        BOOST_TEST(answer.count("X-Request-Id") == 1u);
        BOOST_TEST(scene.upstream.last().header("X-Request-Id") == id);
        BOOST_TEST(scene.upstream.last().count("X-Request-Id") == 1u);
        previous = id;
    }
    BOOST_TEST(scene.gateway.log_lines(4).at(3).find(previous) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_upstreams_own_request_id_does_not_replace_ours) {
    Scene scene{"", [](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(200, "body", "X-Request-Id: theirs\r\n");
    }};
    auto client = scene.gateway.client();
    const Message answer = client.get("/", "X-Request-Id: ours\r\n");
    BOOST_TEST(answer.header("X-Request-Id") == "ours");
    BOOST_TEST(answer.count("X-Request-Id") == 1u);
}

BOOST_AUTO_TEST_CASE(an_upstream_may_get_its_own_name_as_host) {
    ScriptedUpstream upstream{ScriptedUpstream::echo()};
    GatewayProcess gateway{routes_to(upstream.address(), "preserve_host = false")};
    gateway.client().get("/");
    BOOST_TEST(upstream.last().header("Host") == upstream.address());
    BOOST_TEST(upstream.last().header("X-Forwarded-Host") == "gate.test");
}

BOOST_AUTO_TEST_SUITE_END()

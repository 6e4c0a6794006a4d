// tests/scenarios/retry_not_begun_test.cpp - another attempt was planned and cannot begin: what the last one brought stands.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace tollgate::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

std::string metrics(const GatewayProcess& gateway) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.answer().body;
}

// One failure opens it, for longer than the test takes.
std::string breaker(const std::string& scope) {
    return "breaker = { failures = 1, open = 1 * hour, scope = \"" + scope + "\" }, ";
}
constexpr auto at_once = "retry = { on = { \"reset\", 503 }, backoff = 0 * seconds }";
constexpr auto logged = "always { logging { format = \"json\" } }";

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_retry_not_begun)

BOOST_AUTO_TEST_CASE(where_its_failure_opens_the_breaker_the_answer_goes_on_as_it_is) {
    for (const char* scope : {"upstream", "target"}) {
        ScriptedUpstream upstream{[](UpstreamConnection& connection) {
            while (connection.read_request()) connection.answer(503, "failed", "X-Why: overload\r\n");
        }};
        GatewayProcess gateway{routes_to(upstream.address(), breaker(scope) + at_once, "", logged)};
        auto client = gateway.client();
        const Message answer = client.get("/");
        BOOST_TEST(answer.status() == 503);
        BOOST_TEST(answer.body == "failed");
        BOOST_TEST(answer.header("X-Why") == "overload");
        BOOST_TEST(upstream.requests() == 1);
        const std::string line = gateway.log_lines(1).at(0);
        BOOST_TEST(has(line, "\"attempts\":1"), line);
        const std::string figures = metrics(gateway);
        BOOST_TEST(!has(figures, "\ntollgate_upstream_retries_total{"), figures);  // none has begun
        BOOST_TEST(client.get("/").body != "failed");  // who comes later hears of the breaker
        BOOST_TEST(upstream.requests() == 1);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_streams_is_there_still_and_its_place_is_held_to_the_end) {
    const std::string large(300'000, 'x');
    Gate rest;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            connection.send("HTTP/1.1 503 Failed\r\nContent-Length: 300000\r\n\r\n" + large.substr(0, 100'000));
            rest.wait();
            connection.send(large.substr(100'000));
        }
    }};
    GatewayProcess gateway{routes_to(upstream.address(), breaker("target") + at_once + ", concurrency = 1")};
    auto client = gateway.client();
    client.send(RawClient::head("PUT", "/", "Content-Length: 5\r\n") + "thing");
    const std::string opened = "breaker_opened_total{target=\"" + upstream.address() + "\",upstream=\"u\"} 1\n";
    wait_until("its head is here", [&] { return has(metrics(gateway), opened); });
    const std::string places = "\ntollgate_upstream_requests_in_flight{upstream=\"u\"} ";
    BOOST_TEST(has(metrics(gateway), places + "1\n"));
    rest.open();
    const Message answer = client.answer();
    BOOST_TEST(answer.status() == 503);
    BOOST_TEST((answer.body == large));
    wait_until("its place is free", [&] { return has(metrics(gateway), places + "0\n"); });
    BOOST_TEST(gateway.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

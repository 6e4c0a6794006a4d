// tests/compat/observability_logging_test.cpp - observability.lua: the endpoint, ids that lead through everything, log lines, order.
#include "compat/observability.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <regex>

using namespace tollgate::test;

namespace {

const std::regex uuid4{"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"};

std::string key_of(const GatewayProcess& gateway, const std::string& tier) {
    const Message made = ask_admin(gateway, "POST", "/keys", R"({"owner":"alice","tier":")" + tier + "\"}");
    BOOST_TEST_REQUIRE(made.status() == 201, made.body);
    return "X-API-Key: " + json(made)->getValue<std::string>("secret") + "\r\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_observability_logging)

BOOST_AUTO_TEST_CASE(o1_ping_says_that_it_is_alive) {
    ObservabilityGateway gateway;
    const Message answer = ping(gateway);
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.header("Content-Type") == "application/json");
    BOOST_TEST(answer.body == R"({"status":"alive","service":"api-gateway"})");
}

BOOST_AUTO_TEST_CASE(o2_an_id_is_kept_or_made_and_goes_everywhere) {
    ScriptedUpstream service{ScriptedUpstream::always("service")};
    ObservabilityGateway gateway{{{"SERVICE", service.address()}}};
    const std::string key = key_of(gateway, "free");
    wait_until("the key is known", [&] { return gateway.client().get("/api", key).status() == 200; });
    const Message kept = gateway.client().get("/api/x", key + "X-Request-ID: order-42\r\n");
    BOOST_TEST(kept.header("X-Request-ID") == "order-42");
    BOOST_TEST(service.last().header("X-Request-ID") == "order-42");
    wait_until("the dashboard's log has it",
               [&] { return ask_admin(gateway, "GET", "/logs?request_id=order-42").body.find("\"/api/x\"") != std::string::npos; });

    const Message made = gateway.client().get("/api/y", key);
    const std::string id = made.header("X-Request-ID");
    BOOST_TEST(std::regex_match(id, uuid4), id);
    BOOST_TEST(service.last().header("X-Request-ID") == id);
    // And the trace of which all this is a part.
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    BOOST_TEST(std::regex_match(service.last().header("traceparent"), std::regex{"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]"}));
    gateway.client().get("/api/z", key + "traceparent: 00-" + trace + "-00f067aa0ba902b7-01\r\n");
    BOOST_TEST(service.last().header("traceparent").substr(3, 32) == trace);
    BOOST_TEST(service.last().header("traceparent").find("00f067aa0ba902b7") == std::string::npos);  // a step of its own
}

BOOST_AUTO_TEST_CASE(o3_refusals_and_failures_have_an_id_too) {
    ObservabilityGateway gateway{{{"SERVICE", "127.0.0.1:1"}, {"LIMIT", "1"}, {"WINDOW", "86400"}}};
    const std::string key = key_of(gateway, "free"), id = "X-Request-ID: it-is-me\r\n";
    Message answer;
    wait_until("the key is known", [&] {
        answer = gateway.client().get("/api", key + id);
        return answer.status() == 502;
    });
    BOOST_TEST(answer.header("X-Request-ID") == "it-is-me");
    answer = gateway.client().get("/api", id);
    BOOST_TEST(answer.status() == 401);
    BOOST_TEST(answer.header("X-Request-ID") == "it-is-me");
    BOOST_TEST(ping(gateway).status() == 200);
    answer = ping(gateway, id);
    BOOST_TEST(answer.status() == 429);
    BOOST_TEST(answer.header("X-Request-ID") == "it-is-me");
    BOOST_TEST(std::regex_match(ping(gateway).header("X-Request-ID"), uuid4));
}

BOOST_AUTO_TEST_CASE(o4_a_request_is_logged_as_it_came_and_as_it_was_completed) {
    ObservabilityGateway gateway;
    ping(gateway, "X-Request-ID: first\r\n");
    gateway.client().get("/nowhere", "X-Request-ID: second\r\n");
    std::vector<std::string> lines = gateway.log_lines(4);
    for (const auto& [path, status, id] : {std::tuple{"/ping", "200", "first"}, {"/nowhere", "404", "second"}}) {
        const std::regex came{".* Incoming Request: GET " + std::string{path} + " \\| ID: " + id};
        const std::regex completed{".* Completed: " + std::string{status} + " \\| Duration: [0-9]+\\.[0-9]+s \\| ID: " + id + "( \\|.*)?"};
        const auto is = [](const std::regex& form) { return [&form](const std::string& line) { return std::regex_match(line, form); }; };
        const auto line = std::find_if(lines.begin(), lines.end(), is(came));
        BOOST_TEST_REQUIRE((line != lines.end()), id << " did not come");
        BOOST_TEST((std::find_if(line, lines.end(), is(completed)) != lines.end()), id << " was not completed after it came");
    }
}

BOOST_AUTO_TEST_CASE(o11_first_the_log_then_the_limit_then_the_endpoint) {
    ObservabilityGateway gateway;
    const std::string routes = ask_admin(gateway, "GET", "/routes").body;
    const auto first = Poco::JSON::Parser{}.parse(routes).extract<Poco::JSON::Array::Ptr>()->getObject(0);
    BOOST_TEST(first->getValue<std::string>("route") == "GET /ping");
    BOOST_TEST(first->getArray("plugins")->size() == 2u);
    BOOST_TEST(first->getArray("plugins")->getElement<std::string>(0) == "logging");
    BOOST_TEST(first->getArray("plugins")->getElement<std::string>(1) == "ratelimit");
    BOOST_TEST(first->getValue<int>("answer") == 200);
}

BOOST_AUTO_TEST_SUITE_END()

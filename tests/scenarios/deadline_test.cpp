// tests/scenarios/deadline_test.cpp - requests that may take so long at their upstream, whatever they wait for there.
#include "support/full_queue.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

constexpr auto logged = "always { logging { format = \"json\" } }";

void never_answer(UpstreamConnection& connection) {
    connection.read_request();
    connection.wait_for_end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_deadline)

BOOST_AUTO_TEST_CASE(an_answer_that_does_not_come_is_504_with_a_reason_of_its_own) {
    ScriptedUpstream upstream{never_answer};
    GatewayProcess gateway{routes_to(upstream.address(), "deadline = 200 * milliseconds", "", logged)};
    auto client = gateway.client();
    const auto began = std::chrono::steady_clock::now();
    const Message answer = client.get("/");
    BOOST_TEST((std::chrono::steady_clock::now() - began >= 190ms));
    BOOST_TEST(answer.status() == 504);
    BOOST_TEST(answer.body.starts_with("{\"error\":\"deadline_exceeded\""), answer.body);
    const std::string line = gateway.log_lines(1).at(0);
    BOOST_TEST(has(line, "deadline_exceeded"), line);
    BOOST_TEST(has(line, upstream.address()), line);
}

BOOST_AUTO_TEST_CASE(a_connection_that_does_not_come_about_is_waited_for_no_longer) {
    const FullQueue upstream;
    GatewayProcess gateway{
        routes_to(upstream.address(), "connect_timeout = 1 * hour, deadline = 200 * milliseconds")};
    auto client = gateway.client();
    const Message answer = client.get("/");
    BOOST_TEST(answer.status() == 504);
    BOOST_TEST(has(answer.body, "deadline_exceeded"), answer.body);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_not_whole_by_then_is_cut) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf ");
        connection.wait_for_end();
    }};
    GatewayProcess gateway{routes_to(upstream.address(), "deadline = 2 * seconds", "", logged)};
    auto client = gateway.client();
    const Message answer = client.get("/");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(!answer.complete);
    BOOST_TEST(has(gateway.log_lines(1).at(0), "deadline_exceeded"));
}

BOOST_AUTO_TEST_CASE(attempts_share_it) {
    ScriptedUpstream upstream{never_answer};
    GatewayProcess gateway{routes_to(upstream.address(),
                                     "timeout = 400 * milliseconds, deadline = 1 * second, "
                                     "retry = { attempts = 100, on = \"timeout\", backoff = 0 * seconds, budget_floor = 1000 }",
                                     "", logged)};
    auto client = gateway.client();
    const auto began = std::chrono::steady_clock::now();
    const Message answer = client.get("/");
    BOOST_TEST((std::chrono::steady_clock::now() - began >= 990ms));
    BOOST_TEST(answer.status() == 504);
    BOOST_TEST(upstream.requests() <= 3);
    BOOST_TEST(upstream.requests() >= 1);
}

// Who is inside is of a configuration that has no deadline: only one's own ends the waiting.
BOOST_AUTO_TEST_CASE(waiting_for_a_place_is_part_of_it) {
    ScriptedUpstream upstream{never_answer};
    const std::string narrow = "concurrency = 1, queue = 10, queue_time = 1 * hour, timeout = 1 * hour";
    GatewayProcess gateway{routes_to(upstream.address(), narrow)};
    auto inside = gateway.client(), waiting = gateway.client();
    inside.send(RawClient::head("GET", "/"));
    wait_until("the first is inside", [&] { return upstream.requests() == 1; });
    gateway.write_routes(routes_to(upstream.address(), narrow + ", deadline = 500 * milliseconds"));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    const Message late = waiting.get("/");
    BOOST_TEST(late.status() == 504);
    BOOST_TEST(has(late.body, "deadline_exceeded"), late.body);
    BOOST_TEST(upstream.requests() == 1);
}

BOOST_AUTO_TEST_CASE(those_that_wait_in_vain_are_told_of_in_one_line) {
    ScriptedUpstream upstream{never_answer};
    const std::string narrow = "concurrency = 1, queue = 10, queue_time = 1 * hour, timeout = 1 * hour",
                      hurried = routes_to(upstream.address(), narrow + ", deadline = 300 * milliseconds");
    GatewayProcess gateway{routes_to(upstream.address(), narrow)};
    auto inside = gateway.client();
    inside.send(RawClient::head("GET", "/"));
    wait_until("the first is inside", [&] { return upstream.requests() == 1; });
    gateway.write_routes(hurried);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    const auto began = std::chrono::steady_clock::now();
    std::vector<RawClient> waiting;
    for (int i = 0; i < 8; ++i) {
        waiting.push_back(gateway.client());
        waiting.back().send(RawClient::head("GET", "/"));
    }
    for (auto& client : waiting) BOOST_TEST(client.answer().status() == 504);
    const auto took = std::chrono::steady_clock::now() - began;
    BOOST_TEST(gateway.reload().starts_with("reloaded"));  // whose line stands behind theirs
    const std::string log = gateway.process().stderr_text();
    int lines = 0;
    for (auto at = log.find("before the deadline"); at != log.npos; at = log.find("before the deadline", at + 1)) ++lines;
    BOOST_TEST(lines >= 1);
    BOOST_TEST(lines <= 1 + took / 10s, log);
}

BOOST_AUTO_TEST_CASE(a_pause_that_would_outlast_it_is_not_made) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(503, "not now", "Retry-After: 3600\r\n");
    }};
    GatewayProcess gateway{routes_to(upstream.address(),
                                     "deadline = 1 * hour, retry = { on = 503, longest_backoff = 2 * hours }")};
    auto client = gateway.client();
    const Message answer = client.get("/");
    BOOST_TEST(answer.status() == 503);
    BOOST_TEST(answer.body == "not now");
    BOOST_TEST(upstream.requests() == 1);
}

BOOST_AUTO_TEST_CASE(nothing_is_tried_again_and_who_had_all_of_it_is_to_blame) {
    ScriptedUpstream hanging{never_answer}, other{ScriptedUpstream::always("other")};
    GatewayProcess gateway{routes_to(hanging.address() + "\", \"" + other.address(),
                                     "deadline = 200 * milliseconds, retry = { on = { \"timeout\", \"5xx\" } }", "", logged)};
    auto client = gateway.client();
    BOOST_TEST(client.get("/").status() == 504);
    BOOST_TEST(other.requests() == 0);
    RawClient metrics{gateway.admin()};
    metrics.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string text = metrics.answer().body;
    BOOST_TEST(has(text, "tollgate_upstream_attempts_total{outcome=\"timeout\",target=\"" + hanging.address()), text);
}

BOOST_AUTO_TEST_CASE(a_target_that_hangs_beyond_it_is_found_out_by_its_breaker) {
    ScriptedUpstream hanging{never_answer};
    GatewayProcess gateway{routes_to(hanging.address(), "deadline = 50 * milliseconds, retry = false, "
                                                        "breaker = { failures = 2, open = 1 * hour, on = { \"timeout\" } }", "", logged)};
    auto client = gateway.client();
    for (int i = 0; i < 2; ++i) BOOST_TEST(client.get("/").body.find("deadline_exceeded") != std::string::npos);
    BOOST_TEST(client.get("/").body.find("no_target_available") != std::string::npos);
    wait_until("both were read", [&] { return hanging.requests() == 2; });
}

BOOST_AUTO_TEST_CASE(who_is_in_time_is_not_touched_by_it) {
    ScriptedUpstream upstream{ScriptedUpstream::echo()};
    GatewayProcess gateway{routes_to(upstream.address(), "deadline = 1 * hour")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/").status() == 200);
    BOOST_TEST(client.post("/", "an order").status() == 200);
}

BOOST_AUTO_TEST_SUITE_END()

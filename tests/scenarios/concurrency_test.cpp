// tests/scenarios/concurrency_test.cpp - so many requests at a time at an upstream, so many waiting, and 503 beyond.
#include "support/background.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// Counts those that it serves at a time, and lets nobody go before it is told to.
struct Slow {
    std::atomic<int> inside{0}, highest{0};
    Gate go_on;
    ScriptedUpstream upstream{[this](UpstreamConnection& connection) {
        while (connection.read_request()) {
            const int now = ++inside;
            for (int seen = highest; now > seen && !highest.compare_exchange_weak(seen, now);) {
            }
            go_on.wait();
            --inside;
            connection.answer(200, "done");
        }
    }};
};

// A figure of the upstream, by what the metric's name ends in.
double figure(const GatewayProcess& gateway, const std::string& name) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: " + gateway.admin() + "\r\nConnection: close\r\n\r\n");
    const std::string text = client.answer().body, series = "\ntollgate_upstream_" + name + " ";
    const auto at = text.find(series);
    BOOST_TEST_REQUIRE(at != text.npos, name << " in\n" << text);
    return std::stod(text.substr(at + series.size()));
}

void wait_for(const GatewayProcess& gateway, const std::string& name, double wanted) {
    wait_until(name + " is " + std::to_string(wanted), [&] { return figure(gateway, name) == wanted; });
}

const std::string under_way = "requests_in_flight{upstream=\"u\"}", waiting = "queue{upstream=\"u\"}";

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_concurrency)

BOOST_AUTO_TEST_CASE(never_more_at_a_time_and_the_others_wait_their_turn) {
    Slow slow;
    GatewayProcess gateway{routes_to(slow.upstream.address(), "concurrency = 3, queue = 20, queue_time = 1 * hour"),
                           {"--loops", "4"}};
    std::deque<Background> clients;
    std::atomic<int> served{0};
    for (int i = 0; i < 12; ++i)
        clients.emplace_back([&] {
            auto client = gateway.client();
            for (int k = 0; k < 5; ++k) served += client.get("/").body == "done";
        });
    wait_for(gateway, under_way, 3);
    wait_for(gateway, waiting, 9);
    slow.go_on.open();
    for (auto& client : clients) client.wait();
    BOOST_TEST(served == 60);
    BOOST_TEST(slow.highest <= 3);
    wait_for(gateway, under_way, 0);
    BOOST_TEST(figure(gateway, waiting) == 0);
    BOOST_TEST(figure(gateway, "queued_total{upstream=\"u\"}") >= 9);
}

BOOST_AUTO_TEST_CASE(what_comes_beyond_the_queue_is_503_at_once) {
    Slow slow;
    GatewayProcess gateway{routes_to(slow.upstream.address(), "concurrency = 1, queue = 1, queue_time = 30 * minutes")};
    auto inside = gateway.client(), waits = gateway.client();
    inside.send(RawClient::head("GET", "/inside"));
    wait_for(gateway, under_way, 1);
    waits.send(RawClient::head("GET", "/waits"));
    wait_for(gateway, waiting, 1);
    for (int i = 0; i < 5; ++i) {
        const Message answer = gateway.client().get("/beyond");
        BOOST_TEST(answer.status() == 503);
        BOOST_TEST(answer.body.starts_with("{\"error\":\"upstream_busy\""), answer.body);
        BOOST_TEST(answer.header("Retry-After") == "1800");
    }
    gateway.process().wait_for_line("upstream: u: as many requests as may are under way and waiting");
    slow.go_on.open();
    BOOST_TEST(inside.answer().body == "done");
    BOOST_TEST(waits.answer().body == "done");
    BOOST_TEST(figure(gateway, "busy_total{reason=\"full\",upstream=\"u\"}") == 5);
    BOOST_TEST(slow.upstream.requests() == 2);
}

BOOST_AUTO_TEST_CASE(who_has_waited_for_too_long_is_503) {
    Slow slow;
    GatewayProcess gateway{
        routes_to(slow.upstream.address(), "concurrency = 1, queue = 10, queue_time = 100 * milliseconds")};
    auto inside = gateway.client();
    inside.send(RawClient::head("GET", "/"));
    wait_for(gateway, under_way, 1);
    const auto began = std::chrono::steady_clock::now();
    const Message answer = gateway.client().get("/");
    BOOST_TEST((std::chrono::steady_clock::now() - began >= 99ms));
    BOOST_TEST(answer.status() == 503);
    BOOST_TEST(answer.body.starts_with("{\"error\":\"upstream_busy\""), answer.body);
    BOOST_TEST(answer.header("Retry-After") == "1");
    BOOST_TEST(figure(gateway, "busy_total{reason=\"late\",upstream=\"u\"}") == 1);
    slow.go_on.open();
    BOOST_TEST(inside.answer().body == "done");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_leaves_the_queue_and_its_place) {
    Slow slow;
    GatewayProcess gateway{routes_to(slow.upstream.address(), "concurrency = 1, queue = 10, queue_time = 1 * hour")};
    auto inside = gateway.client(), leaves = gateway.client(), waits = gateway.client();
    inside.send(RawClient::head("GET", "/"));
    wait_for(gateway, under_way, 1);
    leaves.send(RawClient::head("GET", "/"));
    wait_for(gateway, waiting, 1);
    waits.send(RawClient::head("GET", "/"));
    wait_for(gateway, waiting, 2);
    leaves.reset();
    wait_for(gateway, waiting, 1);
    inside.reset();
    wait_for(gateway, waiting, 0);
    slow.go_on.open();
    BOOST_TEST(waits.answer().body == "done");
    wait_for(gateway, under_way, 0);
}

BOOST_AUTO_TEST_CASE(a_place_is_free_however_a_request_ends) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            if (request->target() == "/reset") return connection.reset();
            if (request->target() == "/garbage") return connection.send("no HTTP at all\r\n\r\n");
            if (request->target() == "/cut")
                return connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf ");
            connection.answer(request->target() == "/500" ? 500 : 200, std::string(200'000, 'a'));
        }
    }};
    GatewayProcess gateway{routes_to(upstream.address(), "concurrency = 1")};
    for (int round = 0; round < 3; ++round)
        for (const auto path : {"/", "/reset", "/garbage", "/cut", "/500"}) {
            const Message answer = gateway.client().get(path);
            BOOST_TEST(answer.header("Retry-After") == "", path);
            wait_for(gateway, under_way, 0);
        }
}

BOOST_AUTO_TEST_CASE(an_answer_holds_its_place_to_the_end_of_its_body) {
    Gate enough;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("begins "));
            enough.wait();
            connection.send(chunk("and ends") + "0\r\n\r\n");
        }
    }};
    GatewayProcess gateway{routes_to(upstream.address(), "concurrency = 1")};
    auto inside = gateway.client();
    inside.send(RawClient::head("GET", "/"));
    Message answer = read_head(inside);
    BOOST_TEST(gateway.client().get("/").status() == 503);
    enough.open();
    read_body(inside, answer, false);
    BOOST_TEST(answer.body == "begins and ends");
    wait_for(gateway, under_way, 0);
    BOOST_TEST(gateway.client().get("/").status() == 200);
}

BOOST_AUTO_TEST_CASE(a_websocket_holds_its_place_until_it_closes) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        connection.read_to_end();
    }};
    GatewayProcess gateway{routes_to(upstream.address(), "concurrency = 1")};
    auto open = gateway.client();
    open.send(RawClient::head("GET", "/", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
    BOOST_TEST(read_head(open).status() == 101);
    BOOST_TEST(gateway.client().get("/").status() == 503);
    BOOST_TEST(figure(gateway, under_way) == 1);
    open.close();
    wait_for(gateway, under_way, 0);
}

BOOST_AUTO_TEST_CASE(a_reload_raises_the_limit_for_those_that_wait) {
    Slow slow;
    GatewayProcess gateway{routes_to(slow.upstream.address(), "concurrency = 1, queue = 10, queue_time = 1 * hour")};
    std::deque<RawClient> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(gateway.client());
        clients.back().send(RawClient::head("GET", "/"));
    }
    wait_for(gateway, waiting, 2);
    gateway.write_routes(routes_to(slow.upstream.address(), "concurrency = 4, queue = 10, queue_time = 1 * hour"));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    wait_for(gateway, under_way, 3);
    wait_for(gateway, waiting, 0);
    clients.push_back(gateway.client());
    clients.back().send(RawClient::head("GET", "/"));
    wait_for(gateway, under_way, 4);
    slow.go_on.open();
    for (auto& client : clients) BOOST_TEST(client.answer().body == "done");
}

BOOST_AUTO_TEST_SUITE_END()

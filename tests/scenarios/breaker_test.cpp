// tests/scenarios/breaker_test.cpp - upstreams that fail are left alone for a while, tried by one request, and taken
// back.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <charconv>
#include <string>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view for_good = "breaker = { failures = 3, open = 1 * hour }";

// Answers 503 until it is told that it is well.
struct Patient {
    std::atomic<bool> well{false};
    ScriptedUpstream upstream{[this](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(well ? 200 : 503, well ? "well" : "ill");
    }};
};

std::string member(const Message& answer, const std::string& name) {
    const std::string start = "\"" + name + "\":\"";
    const auto at = answer.body.find(start);
    if (at == answer.body.npos) return "";
    return answer.body.substr(at + start.size(), answer.body.find('"', at + start.size()) - at - start.size());
}

int retry_after(const Message& answer) {
    const auto text = answer.header("Retry-After");
    int seconds = -1;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return seconds;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_breaker)

BOOST_AUTO_TEST_CASE(what_fails_is_left_alone_and_clients_are_told_how_long) {
    Patient patient;
    GatewayProcess gateway{routes_to(patient.upstream.address(), for_good)};
    auto client = gateway.client();
    for (int i = 0; i < 3; ++i) BOOST_TEST(client.get("/").body == "ill");
    for (int i = 0; i < 20; ++i) {
        const Message answer = client.get("/");
        BOOST_TEST(answer.status() == 503);
        BOOST_TEST(member(answer, "error") == "no_target_available");
        BOOST_TEST(retry_after(answer) > 3500);
        BOOST_TEST(retry_after(answer) <= 3600);
    }
    BOOST_TEST(patient.upstream.requests() == 3);
    gateway.process().wait_for_line(
        "breaker opened: 3 attempts failed in a row, the last: status 503; tried again in 1 h");
    gateway.stop();
    // Once, and not for each request that it refuses.
    const std::string log = gateway.process().stderr_text();
    BOOST_TEST(log.find("breaker", log.find("breaker opened") + 1) == log.npos, log);
    BOOST_TEST(log.find("no target is available") == log.npos, log);
}

// What it costs is measured by hand; that it costs the upstream nothing is told by who counts at both ends.
BOOST_AUTO_TEST_CASE(open_it_has_no_target_contacted_by_any_of_many_clients) {
    for (const std::string scope : {"target", "upstream"}) {
        ScriptedUpstream upstream{[](UpstreamConnection& connection) {  // each attempt needs a connection
            connection.read_request();
            connection.answer(503, "ill", "Connection: close\r\n");
        }};
        GatewayProcess gateway{routes_to(upstream.address(), "breaker = { failures = 3, open = 1 * hour, scope = \"" + scope +
                                                                 "\" }, retry = { attempts = 5, on = 503 }"),
                               {"--loops", "2"}};
        auto client = gateway.client();
        wait_until("it is open", [&] { return client.get("/").header("Retry-After") != ""; });
        const int contacts = upstream.connections();
        BOOST_TEST(contacts == 3);
        for (int connection = 0; connection < 20; ++connection) {
            auto other = gateway.client();
            for (int i = 0; i < 20; ++i) BOOST_TEST(other.get("/").status() == 503);
        }
        BOOST_TEST(upstream.connections() == contacts);
        RawClient admin{gateway.admin()};
        admin.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const std::string figures = admin.answer().body;
        const std::string attempts = "tollgate_upstream_attempts_total{outcome=\"answered\",target=\"" + upstream.address() +
                                     "\",upstream=\"u\"} 3\n";
        BOOST_TEST(figures.find(attempts) != figures.npos, figures);
    }
}

BOOST_AUTO_TEST_CASE(a_whole_upstream_s_breaker_says_so) {
    Patient patient;
    GatewayProcess gateway{
        routes_to(patient.upstream.address(), "breaker = { failures = 3, open = 1 * hour, scope = \"upstream\" }")};
    auto client = gateway.client();
    for (int i = 0; i < 3; ++i) BOOST_TEST(client.get("/").body == "ill");
    const Message answer = client.get("/");
    BOOST_TEST(answer.status() == 503);
    BOOST_TEST(member(answer, "error") == "breaker_open");
    BOOST_TEST(retry_after(answer) > 3500);
    BOOST_TEST(patient.upstream.requests() == 3);
    gateway.process().wait_for_line("u: breaker opened: 3 attempts failed in a row");
}

BOOST_AUTO_TEST_CASE(the_target_that_works_serves_alone) {
    Patient patient;
    ScriptedUpstream other{ScriptedUpstream::always("other")};
    GatewayProcess gateway{routes_to(patient.upstream.address() + "\", \"" + other.address(), for_good)};
    auto client = gateway.client();
    for (int i = 0; i < 3; ++i) BOOST_TEST(client.get("/").body == "ill");
    for (int i = 0; i < 20; ++i) BOOST_TEST(client.get("/").body == "other");
    BOOST_TEST(patient.upstream.requests() == 3);
}

BOOST_AUTO_TEST_CASE(it_opens_by_share_too) {
    std::atomic<int> number{0};
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(++number % 2 ? 500 : 200, "");
    }};
    GatewayProcess gateway{routes_to(
        upstream.address(), "breaker = { error_rate = 0.5, minimum = 11, window = 1 * hour, open = 1 * hour }")};
    auto client = gateway.client();
    for (int i = 0; i < 11; ++i) client.get("/");
    BOOST_TEST(member(client.get("/"), "error") == "no_target_available");
    gateway.process().wait_for_line("breaker opened: 6 of 11 attempts failed within 1 h");
}

BOOST_AUTO_TEST_CASE(a_probe_that_fails_opens_it_again) {
    Patient patient;
    GatewayProcess gateway{
        routes_to(patient.upstream.address(), "breaker = { failures = 2, open = 50 * milliseconds }")};
    auto client = gateway.client();
    wait_until("it was tried in vain twice", [&] {
        client.get("/");
        return patient.upstream.requests() >= 4;
    });
    gateway.process().wait_for_line("breaker half-open");
    gateway.process().wait_for_line("breaker opened again: tried in vain, the last: status 503");
    patient.well = true;
    wait_until("it is taken back", [&] { return client.get("/").body == "well"; });
    gateway.process().wait_for_line("breaker closed");
}

BOOST_AUTO_TEST_CASE(a_reload_keeps_what_is_known) {
    Patient patient;
    GatewayProcess gateway{routes_to(patient.upstream.address(), for_good)};
    auto client = gateway.client();
    for (int i = 0; i < 3; ++i) client.get("/");
    BOOST_TEST(client.get("/").header("Retry-After") != "");
    gateway.write_routes(routes_to(patient.upstream.address(), "timeout = 3 * seconds, " + std::string{for_good}));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    for (int i = 0; i < 5; ++i) BOOST_TEST(member(client.get("/"), "error") == "no_target_available");
    BOOST_TEST(patient.upstream.requests() == 3);
    // Without the setting it is asked again.
    gateway.write_routes(routes_to(patient.upstream.address()));
    gateway.reload();
    BOOST_TEST(client.get("/").body == "ill");
}

BOOST_AUTO_TEST_CASE(a_body_that_flows_for_long_keeps_nobody_out) {
    std::atomic<bool> well{false}, probed{false};
    Gate enough;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            if (!well) {
                connection.answer(503, "");
            } else if (probed.exchange(true)) {
                connection.answer(200, "quick");
            } else {
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("endless "));
                enough.wait();
                connection.send("0\r\n\r\n");
            }
        }
    }};
    GatewayProcess gateway{routes_to(upstream.address(), "breaker = { failures = 1, open = 10 * milliseconds }")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/").status() == 503);
    well = true;
    auto streaming = gateway.client();
    Message head;
    wait_until("the probe is let through", [&] {
        streaming.send(RawClient::head("GET", "/"));
        head = read_head(streaming);
        if (head.status() != 200) read_body(streaming, head, false);
        return head.status() == 200;
    });
    for (int i = 0; i < 5; ++i) BOOST_TEST(client.get("/").body == "quick");
    enough.open();
}

BOOST_AUTO_TEST_SUITE_END()

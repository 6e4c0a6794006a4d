// tests/scenarios/mirror_test.cpp - copies for a mirror: what they are, and that nobody waits for them.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace tollgate::test;

namespace {

// A routes.lua whose one route goes to `u` and is mirrored to `shadow`.
std::string mirrored(const std::string& address, const std::string& shadow, const std::string& settings = "",
                     const std::string& of_route = "", const std::string& of_shadow = "") {
    return "local u = upstream \"u\" { targets = { \"" + address + "\" } }\n"
           "local shadow = upstream \"shadow\" { targets = { \"" + shadow + "\" }" + of_shadow + " }\n"
           "route \"* /**\" { upstream = u, mirror = { upstream = shadow" + settings + " }" + of_route + " }\n";
}

std::optional<double> figure(const GatewayProcess& gateway, const std::string& series) {
    RawClient admin{gateway.admin()};
    admin.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string text = '\n' + admin.answer().body;
    const auto at = text.find('\n' + series + ' ');
    if (at == text.npos) return std::nullopt;
    return std::stod(text.substr(at + series.size() + 2));
}

void wait_for_copies(const GatewayProcess& gateway, const std::string& outcome, double count) {
    const std::string series = "tollgate_mirrored_requests_total{outcome=\"" + outcome + "\",upstream=\"shadow\"}";
    wait_until(series + " is " + std::to_string(count), [&] { return figure(gateway, series) == count; });
    wait_until("no copy is under way", [&] { return figure(gateway, "tollgate_mirrored_requests_in_flight") == 0; });
}

// Reads requests and answers none.
ScriptedUpstream::Script hanging() {
    return [](UpstreamConnection& connection) {
        while (connection.read_request()) {
        }
    };
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_mirror)

BOOST_AUTO_TEST_CASE(the_copy_is_what_the_upstream_is_asked_and_says_that_it_is_one) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")}, shadow{ScriptedUpstream::always("copy")};
    const GatewayProcess gateway{
        mirrored(upstream.address(), shadow.address(), "",
                 ", rewrite = { prefix = \"/v2\" }, request_headers = { set = { [\"X-New\"] = \"1\" } }")};
    auto client = gateway.client();
    BOOST_TEST(client.post("/orders?x=1", "a body", "X-Old: 2\r\nX-Request-Id: the-id\r\n").body == "real");
    wait_for_copies(gateway, "answered", 1);
    const auto sent = upstream.last(), copy = shadow.last();
    BOOST_TEST(copy.start_line == "POST /v2/orders?x=1 HTTP/1.1");
    BOOST_TEST(copy.body == "a body");
    BOOST_TEST(copy.header("Tollgate-Mirror") == "1");
    BOOST_TEST(!sent.has("Tollgate-Mirror"));
    for (const auto& [name, value] : sent.headers) BOOST_TEST(copy.header(name) == value, name);
    BOOST_TEST(copy.headers.size() == sent.headers.size() + 1);
    for (const char* name : {"X-New", "X-Old", "X-Request-Id", "X-Forwarded-For", "Host"})
        BOOST_TEST(copy.has(name), name);
}

BOOST_AUTO_TEST_CASE(no_client_can_pass_its_request_off_as_a_copy) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")};
    const GatewayProcess gateway{routes_to(upstream.address())};
    for (const char* line : {"Tollgate-Mirror: 1\r\n", "tollgate_mirror: 1\r\n"}) {
        BOOST_TEST(gateway.client().get("/", line).status() == 200);
        BOOST_TEST(!upstream.last().has("Tollgate-Mirror"));
        BOOST_TEST(!upstream.last().has("tollgate_mirror"));
    }
}

BOOST_AUTO_TEST_CASE(bodies_of_any_framing_are_copied_up_to_the_bound) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")}, shadow{ScriptedUpstream::always("copy")};
    const GatewayProcess gateway{mirrored(upstream.address(), shadow.address(), ", body = 100 * kilobytes")};
    auto client = gateway.client();
    const std::string fits(100 << 10, 'f'), large = fits + '!';
    BOOST_TEST(client.post("/length", fits).status() == 200);
    BOOST_TEST(client.post("/length", large).status() == 200);
    for (const std::string& body : {fits, large}) {
        client.send(RawClient::head("POST", "/chunks", "Transfer-Encoding: chunked\r\n"));
        for (std::size_t at = 0; at < body.size(); at += 30'000) client.send(chunk(body.substr(at, 30'000)));
        client.send("0\r\n\r\n");
        BOOST_TEST(client.answer().status() == 200);
    }
    wait_for_copies(gateway, "too_large", 2);
    wait_for_copies(gateway, "answered", 2);
    BOOST_TEST(upstream.requests() == 4);
    for (const auto& copy : shadow.received()) BOOST_TEST((copy.body == fits));
    BOOST_TEST(shadow.requests() == 2);
}

BOOST_AUTO_TEST_CASE(a_mirror_that_hangs_delays_nobody_and_gets_no_more_than_so_many) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")}, shadow{hanging()};
    const GatewayProcess gateway{mirrored(upstream.address(), shadow.address(), ", most = 3, timeout = 1 * hour")};
    for (int connection = 0; connection < 10; ++connection) {  // over all loops
        auto client = gateway.client();
        for (int i = 0; i < 5; ++i) BOOST_TEST(client.get("/").body == "real");
    }
    wait_until("three wait", [&] { return shadow.requests() == 3; });
    const auto dropped = figure(gateway, "tollgate_mirrored_requests_total{outcome=\"too_many\",upstream=\"shadow\"}");
    BOOST_TEST(dropped.value_or(0) == 47);
    BOOST_TEST(figure(gateway, "tollgate_mirrored_requests_in_flight").value_or(0) == 3);
}

BOOST_AUTO_TEST_CASE(uploads_that_take_their_time_keep_no_place_from_others) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")}, shadow{ScriptedUpstream::always("copy")};
    const GatewayProcess gateway{mirrored(upstream.address(), shadow.address(), ", most = 1")};
    std::vector<RawClient> uploads;
    for (int i = 0; i < 3; ++i) {
        uploads.push_back(gateway.client());
        uploads.back().send(RawClient::head("POST", "/", "Content-Length: 100\r\n") + "ten bytes.");
    }
    wait_until("all are under way", [&] { return figure(gateway, "tollgate_mirrored_requests_in_flight") == 3; });
    BOOST_TEST(gateway.client().get("/").body == "real");
    wait_until("that is copied", [&] { return shadow.requests() == 1; });
    wait_until("its copy has ended", [&] { return figure(gateway, "tollgate_mirrored_requests_in_flight") == 3; });
    for (int left = 3; auto& upload : uploads) {
        upload.send(std::string(90, 'b'));
        BOOST_TEST(upload.answer().body == "real");
        --left;
        wait_until("its copy has ended", [&] { return figure(gateway, "tollgate_mirrored_requests_in_flight") == left; });
    }
    BOOST_TEST(shadow.requests() == 4);
}

BOOST_AUTO_TEST_CASE(bodies_of_copies_have_so_much_memory_together) {
    constexpr std::size_t part = 40'000, whole = part + 4'000;
    Gate arrived;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        std::size_t here = connection.read_request_head().body.size();
        while (here < part) here += connection.read_some().size();
        if (connection.number() == 1) arrived.open();
        while (here < whole) here += connection.read_some().size();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nreal");
    }};
    ScriptedUpstream shadow{ScriptedUpstream::always("copy")};
    const GatewayProcess gateway{
        mirrored(upstream.address(), shadow.address(), ", body = 48 * kilobytes, memory = 64 * kilobytes")};
    auto slow = gateway.client();
    slow.send(RawClient::head("POST", "/slow", "Content-Length: " + std::to_string(whole) + "\r\n") + std::string(part, 's'));
    arrived.wait();
    BOOST_TEST(gateway.client().post("/other", std::string(whole, 'o')).body == "real");
    wait_until("there is no memory for a second",
               [&] { return figure(gateway, "tollgate_mirrored_requests_total{outcome=\"too_many\",upstream=\"shadow\"}") == 1; });
    slow.send(std::string(whole - part, 's'));
    BOOST_TEST(slow.answer().body == "real");
    wait_for_copies(gateway, "answered", 1);
    BOOST_TEST(gateway.client().post("/third", std::string(whole, 't')).body == "real");
    wait_for_copies(gateway, "answered", 2);
    BOOST_TEST(shadow.last().target() == "/third");
}

BOOST_AUTO_TEST_CASE(a_copy_ends_with_its_time) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")}, shadow{hanging()};
    const GatewayProcess gateway{
        mirrored(upstream.address(), shadow.address(), ", most = 1, timeout = 20 * milliseconds")};
    auto client = gateway.client();
    for (int i = 1; i <= 3; ++i) {
        BOOST_TEST(client.get("/").body == "real");
        wait_for_copies(gateway, "timeout", i);
    }
    BOOST_TEST(shadow.connections() <= 3);
}

BOOST_AUTO_TEST_CASE(a_mirror_that_is_not_there_is_only_counted) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")};
    const GatewayProcess gateway{mirrored(upstream.address(), "127.0.0.1:1")};
    auto client = gateway.client();
    for (int i = 0; i < 5; ++i) BOOST_TEST(client.get("/").body == "real");
    BOOST_TEST(client.post("/", "a body").body == "real");
    wait_for_copies(gateway, "not_connected", 6);
}

BOOST_AUTO_TEST_CASE(what_the_mirror_answers_is_thrown_away_whatever_it_is) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")};
    std::atomic<int> cut{0};
    ScriptedUpstream shadow{[&cut](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            if (request->target() == "/garbage") return connection.send("garbage\r\n\r\n");
            if (request->target() == "/cut")
                return connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            if (request->target() == "/error") {
                connection.answer(500, "oh");
                continue;
            }
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            try {
                for (;;) connection.send(chunk(std::string(64 << 10, 'e')));  // without end
            } catch (const std::exception&) {
                ++cut;
                return;
            }
        }
    }};
    const GatewayProcess gateway{mirrored(upstream.address(), shadow.address())};
    auto client = gateway.client();
    for (const char* path : {"/error", "/garbage", "/cut", "/endless"}) BOOST_TEST(client.get(path).body == "real");
    wait_for_copies(gateway, "garbage", 1);
    wait_for_copies(gateway, "cut", 1);
    wait_for_copies(gateway, "answered", 2);
    wait_until("the endless answer is let go of", [&] { return cut == 1; });
}

BOOST_AUTO_TEST_CASE(a_copy_goes_on_when_its_client_has_left) {
    ScriptedUpstream upstream{hanging()};
    Gate gate;
    ScriptedUpstream shadow{[&gate](UpstreamConnection& connection) {
        while (connection.read_request()) {
            gate.wait();
            connection.answer(200, "copy");
        }
    }};
    const GatewayProcess gateway{mirrored(upstream.address(), shadow.address(), ", timeout = 1 * hour")};
    {
        auto client = gateway.client();
        client.send(RawClient::head("GET", "/"));
        wait_until("both are asked", [&] { return upstream.requests() == 1 && shadow.requests() == 1; });
        client.reset();
    }
    wait_until("the client is gone", [&] { return figure(gateway, "tollgate_requests_in_flight") == 0; });
    gate.open();
    wait_for_copies(gateway, "answered", 1);
}

BOOST_AUTO_TEST_CASE(a_body_that_did_not_come_to_its_end_is_not_copied) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) { connection.read_request(); }};
    ScriptedUpstream shadow{ScriptedUpstream::always("copy")};
    const GatewayProcess gateway{mirrored(upstream.address(), shadow.address())};
    {
        auto client = gateway.client();
        client.send(RawClient::head("POST", "/", "Content-Length: 100\r\n") + "ten bytes.");
        wait_until("it is under way", [&] { return upstream.connections() == 1; });
    }
    wait_for_copies(gateway, "incomplete", 1);
    BOOST_TEST(shadow.connections() == 0);
}

BOOST_AUTO_TEST_CASE(a_reload_and_a_stop_do_not_wait_for_copies) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")}, shadow{hanging()};
    const std::string routes = mirrored(upstream.address(), shadow.address(), ", timeout = 1 * hour");
    GatewayProcess gateway{routes};
    BOOST_TEST(gateway.client().get("/").body == "real");
    wait_until("a copy is under way", [&] { return shadow.requests() == 1; });
    gateway.write_routes(routes_to(upstream.address()));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/").body == "real");
    BOOST_TEST(figure(gateway, "tollgate_mirrored_requests_in_flight").value_or(0) == 1);
    gateway.write_routes(routes);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/").body == "real");
    wait_until("another one is under way", [&] { return shadow.requests() == 2; });
    const auto began = std::chrono::steady_clock::now();
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds{25}), "limits.drain is 30 seconds");
}

BOOST_AUTO_TEST_CASE(a_share_of_the_requests_is_copied) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")}, shadow{ScriptedUpstream::always("copy")};
    const GatewayProcess gateway{mirrored(upstream.address(), shadow.address(), ", share = 0.25, most = 1000")};
    auto client = gateway.client();
    for (int i = 0; i < 1000; ++i) BOOST_TEST(client.get("/").status() == 200);
    wait_until("no copy is under way", [&] { return figure(gateway, "tollgate_mirrored_requests_in_flight") == 0; });
    BOOST_TEST(shadow.requests() > 150);  // seven deviations from 250
    BOOST_TEST(shadow.requests() < 350);
}

BOOST_AUTO_TEST_CASE(copies_are_shared_by_weight_among_the_targets_that_are_there) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")};
    ScriptedUpstream one{ScriptedUpstream::always("copy")}, other{ScriptedUpstream::always("copy")};
    const GatewayProcess gateway{
        "local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\n"
        "local shadow = upstream \"shadow\" {\n"
        "    targets = { { \"" + one.address() + "\", weight = 3 }, \"" + other.address() + "\" } }\n"
        "route \"* /**\" { upstream = u, mirror = { upstream = shadow, most = 1000 } }\n"};
    auto client = gateway.client();
    for (int i = 0; i < 400; ++i) BOOST_TEST(client.get("/").status() == 200);
    wait_for_copies(gateway, "answered", 400);
    BOOST_TEST(one.requests() > 240);  // seven deviations from 300
    BOOST_TEST(other.requests() > 40);
}

BOOST_AUTO_TEST_CASE(explain_and_a_trace_tell_of_the_copy) {
    ScriptedUpstream upstream{ScriptedUpstream::always("real")}, shadow{ScriptedUpstream::always("copy")};
    const GatewayProcess gateway{"admin { token = \"a-token-of-this-test-only\" }\n" +
                                 mirrored(upstream.address(), shadow.address())};
    const auto explained = run({tollgate_program(), "explain", "GET", "/", (gateway.folder() / "routes.lua").string()});
    BOOST_TEST(has(explained.out, "shadow: is not asked now; its share is 1\n"), explained.out);
    BOOST_TEST(shadow.connections() == 0);
    const auto answer = gateway.client().get("/", "Tollgate-Trace: a-token-of-this-test-only\r\n");
    std::string told;
    for (const auto& [name, value] : answer.headers)
        if (name == "Tollgate-Trace") told += value + '\n';
    BOOST_TEST(has(told, "mirror (routes.lua:4): shadow: gets a copy\n"), told);
    wait_until("it came", [&] { return shadow.requests() == 1; });
    BOOST_TEST(!shadow.last().has("Tollgate-Trace"));
}

BOOST_AUTO_TEST_SUITE_END()

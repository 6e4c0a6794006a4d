// tests/scenarios/live_test.cpp - watching a running gateway over /ws/live: who may, what is told, and that nobody is hurt.
#include "support/gateway_process.h"
#include "support/web_socket.h"

#include <Poco/Base64Encoder.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <sstream>
#include <string>
#include <thread>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

constexpr auto token = "correct-horse-battery-staple";
const std::string routes = "route \"GET /x/**\" { answer = \"ok\\n\" }\n"
                           "route \"GET /limited\" { plugins = ratelimit { by = client_ip, rate = 1 / hour }, answer = \"ok\\n\" }\n";

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string bearer(const std::string& secret) {
    std::ostringstream out;
    Poco::Base64Encoder encoder{out, Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING};
    encoder << secret;
    encoder.close();
    return "Sec-WebSocket-Protocol: tollgate.live, bearer." + out.str() + "\r\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_live)

BOOST_AUTO_TEST_CASE(requests_appear_as_they_end) {
    GatewayProcess gateway{routes};
    WebSocket live{gateway.admin(), "/ws/live"};
    BOOST_REQUIRE(live.open());
    const std::string hello = live.text();
    BOOST_TEST(has(hello, "\"type\":\"hello\""));
    const auto began = std::chrono::steady_clock::now();
    BOOST_TEST(gateway.client().get("/x/7?token=secret").status() == 200);
    // A second may end, and be told, between the request's end and the word of it.
    std::string request, second;
    while (request.empty() || second.empty()) {
        const std::string text = live.text();
        if (has(text, "\"type\":\"request\"")) {
            request = text;
            BOOST_TEST_MESSAGE("told after " << (std::chrono::steady_clock::now() - began) / 1ms << " ms");
        } else if (has(text, "\"requests\":1,")) {
            second = text;
        }
    }
    BOOST_TEST(has(request, R"("method":"GET","path":"/x/7","route":"GET /x/**","status":200)"));
    BOOST_TEST(!has(request, "secret"));
    BOOST_TEST(has(second, R"("ok":1,"limited":0,"refused":0,"failed":0,"in_flight":)"));
    BOOST_TEST(has(second, "\"sampled_out\":0}"));

    gateway.client().get("/limited");
    gateway.client().get("/limited");
    BOOST_TEST(has(live.text_with("\"status\":429"), "\"reason\":\"rate_limited\""));
}

BOOST_AUTO_TEST_CASE(who_wishes_sees_what_was_before_and_only_that_kind) {
    GatewayProcess gateway{routes};
    gateway.client().get("/x/first");
    gateway.client().get("/nowhere");
    wait_until("both are remembered", [&] {
        WebSocket live{gateway.admin(), "/ws/live?recent=200"};
        return has(live.text(), "\"recent\":2}");
    });
    WebSocket live{gateway.admin(), "/ws/live?only=requests&recent=200&status=4xx"};
    BOOST_TEST(has(live.text(), "\"recent\":1}"));
    BOOST_TEST(has(live.text(), "\"path\":\"/nowhere\""));
    gateway.client().get("/x/other");
    gateway.client().get("/nowhere/else");
    BOOST_TEST(has(live.text(), "\"path\":\"/nowhere/else\""));
}

BOOST_AUTO_TEST_CASE(only_who_shows_the_token_watches) {
    GatewayProcess gateway{std::string{"admin { token = \""} + token + "\" } " + routes};
    BOOST_TEST((WebSocket{gateway.admin(), "/ws/live"}.answer().status() == 401));
    BOOST_TEST((WebSocket{gateway.admin(), "/ws/live", bearer("another-token-of-no-worth")}.answer().status() == 401));
    BOOST_TEST((WebSocket{gateway.admin(), "/ws/live", "Sec-WebSocket-Protocol: bearer.!\r\n"}.answer().status() == 401));
    WebSocket with_line{gateway.admin(), "/ws/live", std::string{"Authorization: Bearer "} + token + "\r\n"};
    BOOST_TEST(with_line.open());
    BOOST_TEST(!with_line.answer().has("Sec-WebSocket-Protocol"));
    WebSocket with_protocol{gateway.admin(), "/ws/live", bearer(token)};
    BOOST_TEST(with_protocol.open());
    BOOST_TEST(with_protocol.answer().header("Sec-WebSocket-Protocol") == "tollgate.live");
    // Nowhere else is a token shown like that.
    RawClient other{gateway.admin()};
    other.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + bearer(token) + "\r\n");
    BOOST_TEST(other.answer().status() == 401);
}

BOOST_AUTO_TEST_CASE(what_is_no_websocket_of_ours_is_refused_in_words) {
    GatewayProcess gateway{routes};
    BOOST_TEST((WebSocket{gateway.admin(), "/ws/live", "Origin: http://evil.example\r\n"}.answer().status() == 403));
    const WebSocket wish{gateway.admin(), "/ws/live?status=teapot"};
    BOOST_TEST(wish.answer().status() == 400);
    BOOST_TEST(has(wish.answer().body, "expected a status (429)"));
    RawClient plain{gateway.admin()};
    plain.send("GET /ws/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const Message answer = plain.answer();
    BOOST_TEST(answer.status() == 426);
    BOOST_TEST(answer.header("Upgrade") == "websocket");
    RawClient old{gateway.admin()};
    old.send("GET /ws/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    const Message refused = old.answer();
    BOOST_TEST(refused.status() == 400);
    BOOST_TEST(refused.header("Sec-WebSocket-Version") == "13");
    WebSocket rude{gateway.admin(), "/ws/live"};
    rude.send_frame(1, "not masked", false);
    for (;;) {
        const auto frame = rude.frame();
        BOOST_REQUIRE(frame);
        if (frame->opcode != 8) continue;
        BOOST_TEST(frame->code() == 1002);
        break;
    }
}

// The handlers' threads are free again: more watch than there are of those.
BOOST_AUTO_TEST_CASE(thirty_two_watch_and_the_listener_still_answers) {
    GatewayProcess gateway{routes};
    std::vector<std::unique_ptr<WebSocket>> watchers;
    for (int i = 0; i < 32; ++i) {
        watchers.push_back(std::make_unique<WebSocket>(gateway.admin(), "/ws/live"));
        BOOST_REQUIRE(watchers.back()->open());
        watchers.back()->text();
    }
    BOOST_TEST((WebSocket{gateway.admin(), "/ws/live"}.answer().status() == 503));
    RawClient metrics{gateway.admin()};
    metrics.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(has(metrics.answer().body, "tollgate_live_watchers 32\n"));
    gateway.client().get("/x/all");
    for (const auto& watcher : watchers) watcher->text_with("/x/all");
    watchers[0]->send_frame(8, "\x03\xe8");
    for (auto frame = watchers[0]->frame(); frame && frame->opcode != 8; frame = watchers[0]->frame()) {}
    wait_until("there is room again", [&] { return WebSocket{gateway.admin(), "/ws/live"}.open(); });
}

BOOST_AUTO_TEST_CASE(who_does_not_read_is_dropped_and_nobody_feels_it) {
    GatewayProcess gateway{routes};
    WebSocket reads{gateway.admin(), "/ws/live?only=seconds"};
    WebSocket sleeps{gateway.admin(), "/ws/live"};
    BOOST_REQUIRE(sleeps.open());
    sleeps.shrink_receive_buffer(2048);
    std::atomic<bool> stop{false};
    std::atomic<int> good{0}, bad{0};
    const std::string path = "/x/" + std::string(600, 'p');
    std::vector<std::thread> load;
    for (int i = 0; i < 4; ++i)
        load.emplace_back([&] {
            try {
                auto client = gateway.client();
                while (!stop) ++(client.get(path, "X-Request-Id: " + std::string(120, 'i') + "\r\n").status() == 200 ? good : bad);
            } catch (const std::exception&) {
                ++bad;
            }
        });
    std::string dropped;
    try {
        dropped = gateway.process().wait_for_line("watched and did not read: dropped");
    } catch (const std::exception& error) {
        dropped = error.what();
    }
    const int before = good;
    wait_until("200 others go on", [&] { return good >= before + 200 || bad > 0; });
    stop = true;
    for (auto& thread : load) thread.join();
    BOOST_TEST(has(dropped, "info admin: 127.0.0.1:"), dropped);
    BOOST_TEST(bad == 0);
    BOOST_TEST(has(reads.text_with("\"type\":\"second\""), "sampled_out"));
    BOOST_CHECK(sleeps.wait_for_end() != End::timed_out);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_gateway_is_said) {
    GatewayProcess gateway{routes};
    WebSocket live{gateway.admin(), "/ws/live"};
    live.text();
    gateway.process().signal(SIGTERM);
    for (;;) {
        const auto frame = live.frame();
        BOOST_REQUIRE(frame);
        if (frame->opcode != 8) continue;
        BOOST_TEST(frame->code() == 1001);
        break;
    }
    live.send_frame(8, "\x03\xe9");
    BOOST_TEST(gateway.process().wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

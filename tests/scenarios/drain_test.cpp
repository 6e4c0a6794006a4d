// tests/scenarios/drain_test.cpp - SIGTERM: nothing new, what is under way ends well, and then exit 0.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// An upstream whose answer waits for the test.
struct Slow {
    Gate asked, answer;
    ScriptedUpstream upstream{[this](UpstreamConnection& connection) {
        connection.read_request();
        asked.open();
        answer.wait();
        connection.answer(200, "late");
    }};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_drain)

BOOST_AUTO_TEST_CASE(requests_under_way_finish_and_idle_connections_close) {
    Slow slow;
    // One loop: it closes the idle connection and marks the busy one in the same turn.
    GatewayProcess gateway{routes_to(slow.upstream.address(), "", "", "route \"GET /ok\" { answer = { status = 200, body = \"ok\" } }"),
                           {"--loops", "1"}};
    auto idle = gateway.client(), busy = gateway.client();
    BOOST_TEST(idle.get("/ok").status() == 200);
    busy.send(RawClient::head("GET", "/slow"));
    slow.asked.wait();
    gateway.process().signal(SIGTERM);
    gateway.process().wait_for_line("stopping");
    BOOST_TEST(idle.read_to_end() == "");
    wait_until("nobody listens any more", [&] {
        try {
            auto late = gateway.client();
            return late.wait_for_end(100ms) == End::reset;
        } catch (const ConnectionError&) {
            return true;
        }
    });
    BOOST_TEST(gateway.process().running());
    slow.answer.open();
    const Message answer = busy.answer();
    BOOST_TEST(answer.body == "late");
    BOOST_TEST(answer.header("Connection") == "close");
    BOOST_TEST(busy.read_to_end() == "");
    BOOST_TEST(gateway.process().wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_long_download_under_way_finishes) {
    Gate stopping;
    constexpr std::size_t size = 8 << 20;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size / 2, 'a'));
        stopping.wait();
        connection.send(std::string(size / 2, 'b'));
    }};
    GatewayProcess gateway{routes_to(upstream.address())};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/"));
    Message message = read_head(client);
    gateway.process().signal(SIGTERM);
    gateway.process().wait_for_line("stopping");
    stopping.open();
    read_body(client, message, false);
    BOOST_TEST(message.complete);
    BOOST_TEST(message.body.size() == size);
    BOOST_TEST(gateway.process().wait() == 0);
}

BOOST_AUTO_TEST_CASE(what_does_not_end_in_time_is_cut) {
    Slow slow;
    GatewayProcess gateway{routes_to(slow.upstream.address(), "", "", "limits { drain = 300 * milliseconds }")};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/slow"));
    slow.asked.wait();
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST((std::chrono::steady_clock::now() - start >= 290ms));
    BOOST_TEST((client.wait_for_end() != End::timed_out));
    slow.answer.open();
}

BOOST_AUTO_TEST_CASE(asked_twice_it_stops_at_once) {
    Slow slow;
    GatewayProcess gateway{routes_to(slow.upstream.address(), "", "", "limits { drain = 1 * hour }")};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/slow"));
    slow.asked.wait();
    gateway.process().signal(SIGTERM);
    gateway.process().wait_for_line("stopping");
    gateway.process().signal(SIGTERM);
    gateway.process().wait();
    slow.answer.open();
}

BOOST_AUTO_TEST_CASE(the_log_is_whole) {
    GatewayProcess gateway{"always { logging { format = \"json\", to = \"access.log\" } }\n"
                           "route \"GET /ok\" { answer = { status = 200, body = \"ok\" } }"};
    auto client = gateway.client();
    for (int i = 0; i < 500; ++i) BOOST_REQUIRE(client.get("/ok").status() == 200);
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(gateway.log_lines(500, "access.log").size() == 500u);
}

BOOST_AUTO_TEST_CASE(its_unix_socket_is_gone_afterwards) {
    const TemporaryFolder folder;
    const auto path = folder / "gate.sock";
    GatewayProcess gateway{"listen \"unix:" + path.string() + "\" route \"GET /ok\" { answer = { status = 200, body = \"ok\" } }"};
    BOOST_TEST(gateway.client().get("/ok").status() == 200);
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/http_limits_test.cpp - each limit has its status, and one client past it costs the others nothing.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

struct Scene {
    ScriptedUpstream upstream;
    GatewayProcess gateway;
    explicit Scene(const std::string& limits, const std::string& of_route = "",
                   ScriptedUpstream::Script script = ScriptedUpstream::echo())
        : upstream{std::move(script)}, gateway{routes_to(upstream.address(), "", of_route,
                            "limits { " + limits + " } always { logging { format = \"json\" } }")} {}
};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_http_limits)

BOOST_AUTO_TEST_CASE(a_long_request_line_is_414) {
    Scene scene{"request_line = 1 * kilobyte"};
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/" + std::string(900, 'a')).status() == 200);
    BOOST_TEST(client.get("/" + std::string(1100, 'a')).status() == 414);
    BOOST_TEST(client.read_to_end() == "");
}

BOOST_AUTO_TEST_CASE(a_request_line_without_an_end_is_414_as_soon_as_it_is_too_long) {
    Scene scene{"request_line = 1 * kilobyte"};
    auto client = scene.gateway.client();
    client.send("GET /" + std::string(3000, 'a'));
    BOOST_TEST(client.answer().status() == 414);
}

BOOST_AUTO_TEST_CASE(a_large_head_is_431) {
    Scene scene{"headers = 4 * kilobytes"};
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/", "X-A: " + std::string(3000, 'a') + "\r\n").status() == 200);
    BOOST_TEST(client.get("/", "X-A: " + std::string(5000, 'a') + "\r\n").status() == 431);
    BOOST_TEST(client.read_to_end() == "");
}

BOOST_AUTO_TEST_CASE(a_head_without_an_end_is_431_as_soon_as_it_is_too_large) {
    Scene scene{"headers = 4 * kilobytes"};
    auto client = scene.gateway.client();
    std::string lines;
    for (int i = 0; i < 200; ++i) lines += "X-" + std::to_string(i) + ": " + std::string(80, 'a') + "\r\n";
    client.send("GET / HTTP/1.1\r\nHost: gate.test\r\n" + lines);
    BOOST_TEST(client.answer().status() == 431);
}

BOOST_AUTO_TEST_CASE(many_header_lines_are_431) {
    Scene scene{"header_count = 20"};
    auto client = scene.gateway.client();
    std::string lines;
    for (int i = 0; i < 19; ++i) lines += "X-" + std::to_string(i) + ": a\r\n";
    BOOST_TEST(client.get("/", lines).status() == 200);
    BOOST_TEST(client.get("/", lines + "X-More: a\r\nX-Most: a\r\n").status() == 431);
    BOOST_TEST(client.read_to_end() == "");
}

BOOST_AUTO_TEST_CASE(heads_of_the_default_size_pass) {
    Scene scene{"header_time = 10 * seconds"};
    auto client = scene.gateway.client();
    const std::string cookie(20 << 10, 'c');
    const Message answer = client.get("/" + std::string(7 << 10, 'a'), "Cookie: " + cookie + "\r\n");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(scene.upstream.last().header("Cookie").size() == std::size_t{20 << 10});
}

BOOST_AUTO_TEST_CASE(a_body_whose_length_is_too_large_is_413_before_it_is_sent) {
    Scene scene{"body = 1 * megabyte"};
    auto client = scene.gateway.client();
    client.send(RawClient::head("POST", "/", "Content-Length: 1048577\r\nExpect: 100-continue\r\n"));
    const Message answer = client.answer();  // and no 100
    BOOST_TEST(answer.status() == 413);
    BOOST_TEST(answer.header("Connection") == "close");
    BOOST_TEST(scene.upstream.connections() == 0);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_413_once_it_is_too_large) {
    Scene scene{"body = 64 * kilobytes"};
    auto client = scene.gateway.client();
    client.send(RawClient::head("POST", "/", "Transfer-Encoding: chunked\r\n"));
    const std::string piece = chunk(std::string(16 << 10, 'a'));
    for (int i = 0; i < 5; ++i) client.send_as_far_as_possible(piece, patience);
    BOOST_TEST(client.answer().status() == 413);
    for (const auto& request : scene.upstream.received()) BOOST_TEST(!request.complete);
}

BOOST_AUTO_TEST_CASE(a_413_reaches_a_client_that_is_still_sending) {
    Scene scene{"body = 64 * kilobytes"};
    auto client = scene.gateway.client();
    client.send(RawClient::head("POST", "/", "Content-Length: 3000000\r\n"));
    client.send_as_far_as_possible(std::string(3'000'000, 'a'), patience);
    BOOST_TEST(client.answer().status() == 413);
}

BOOST_AUTO_TEST_CASE(a_body_of_exactly_the_limit_passes) {
    Scene scene{"body = 64 * kilobytes"};
    auto client = scene.gateway.client();
    BOOST_TEST(client.post("/", std::string(64 << 10, 'a')).status() == 200);
    BOOST_TEST(scene.upstream.last().body.size() == std::size_t{64 << 10});
}

BOOST_AUTO_TEST_CASE(a_route_may_have_its_own_body_limit) {
    Scene scene{"body = 1 * megabyte", "limits = { body = 100 * bytes }"};
    auto client = scene.gateway.client();
    BOOST_TEST(client.post("/", std::string(100, 'a')).status() == 200);
    BOOST_TEST(client.post("/", std::string(101, 'a')).status() == 413);
}

BOOST_AUTO_TEST_CASE(a_head_that_takes_too_long_is_408) {
    // Long enough for this thread to say something first: who says nothing is closed without a word.
    Scene scene{"header_time = 2 * seconds"};
    const auto start = std::chrono::steady_clock::now();
    auto client = scene.gateway.client();
    client.send("GET / HTTP/1.1\r\nHost: gate");
    const Message answer = client.answer();
    BOOST_TEST(answer.status() == 408);
    BOOST_TEST(answer.header("Connection") == "close");
    BOOST_TEST(seconds_since(start) >= 1.99);
    BOOST_TEST(client.read_to_end() == "");
}

BOOST_AUTO_TEST_CASE(a_head_that_trickles_is_408_all_the_same) {
    Scene scene{"header_time = 2 * seconds"};
    auto client = scene.gateway.client();
    client.send("GET / HTTP/1.1\r\n");
    // A line now and then must not buy more time.
    while (client.silent_for(50ms)) client.send_as_far_as_possible("X-Drop: a\r\n", patience);
    BOOST_TEST(client.answer().status() == 408);
}

BOOST_AUTO_TEST_CASE(a_body_that_stops_is_408) {
    Scene scene{"body_time = 300 * milliseconds"};
    auto client = scene.gateway.client();
    client.send(RawClient::head("POST", "/", "Content-Length: 10\r\n") + "hell");
    BOOST_TEST(client.answer().status() == 408);
    BOOST_TEST(client.read_to_end() == "");
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_without_a_word) {
    Scene scene{"idle = 2 * seconds"};
    const auto start = std::chrono::steady_clock::now();  // before the answer, with which it begins to be idle
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/").status() == 200);
    BOOST_TEST(client.read_to_end() == "");
    BOOST_TEST(seconds_since(start) >= 1.99);
}

BOOST_AUTO_TEST_CASE(a_connection_that_never_says_anything_is_closed) {
    Scene scene{"header_time = 300 * milliseconds, idle = 300 * milliseconds"};
    auto client = scene.gateway.client();
    BOOST_TEST((client.wait_for_end() != End::timed_out));
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_nothing_is_cut) {
    Scene scene{"send_time = 400 * milliseconds", "", [](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n");
        connection.send_as_far_as_possible(std::string(200'000'000, 'a'), patience);
    }};
    auto client = scene.gateway.client();
    client.shrink_receive_buffer(4096);
    client.send(RawClient::head("GET", "/"));
    client.read_some(16);
    // The log says so while the client still holds its end: it was the gateway that gave up.
    const std::string line = scene.gateway.log_lines(1).at(0);
    BOOST_TEST(line.find("\"complete\":false") != std::string::npos, line);
    BOOST_TEST((client.wait_for_end() != End::timed_out));
}

BOOST_AUTO_TEST_CASE(connections_beyond_the_limit_are_refused_with_503) {
    Scene scene{"connections = 10"};
    std::vector<RawClient> clients;
    for (int i = 0; i < 10; ++i) {
        clients.emplace_back(scene.gateway.address());
        BOOST_REQUIRE(clients.back().get("/").status() == 200);
    }
    {
        auto late = scene.gateway.client();
        const Message answer = late.answer();  // told at once, whatever it wanted
        BOOST_TEST(answer.status() == 503);
        BOOST_TEST(answer.header("Connection") == "close");
        BOOST_TEST((late.wait_for_end() != End::timed_out));
    }
    BOOST_TEST(clients.front().get("/").status() == 200);  // those inside feel nothing
    clients.pop_back();
    wait_until("there is room again", [&] {
        try {
            return scene.gateway.client().get("/").status() == 200;
        } catch (const ConnectionError&) {
            return false;
        }
    });
}

BOOST_AUTO_TEST_CASE(a_thousand_slow_heads_do_not_hurt_others) {
    Scene scene{"header_time = 1 * hour"};
    std::vector<RawClient> slow;
    for (int i = 0; i < 1000; ++i) {
        slow.emplace_back(scene.gateway.address());
        slow.back().send("GET / HTTP/1.1\r\nX-A: ");
    }
    auto client = scene.gateway.client();
    const Deadline deadline;  // for all of them, and an hour before any slow head is given up
    for (int i = 0; i < 100; ++i) BOOST_REQUIRE(client.get("/").status() == 200);
    BOOST_TEST(!deadline.passed());
    for (auto& one : slow) BOOST_REQUIRE(one.silent_for(0ms));  // they are still being waited for
}

BOOST_AUTO_TEST_SUITE_END()

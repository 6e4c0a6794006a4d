// tests/scenarios/http_basics_test.cpp - HTTP/1.1 as clients use it: connections, requests, their bodies.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

struct Scene {
    ScriptedUpstream upstream;
    GatewayProcess gateway;
    explicit Scene(ScriptedUpstream::Script script = ScriptedUpstream::echo())
        : upstream{std::move(script)}, gateway{routes_to(upstream.address())} {}
    ~Scene() {
        for (const auto& failure : upstream.failures()) BOOST_ERROR("the upstream's script: " << failure);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_http_basics)

BOOST_AUTO_TEST_CASE(one_connection_serves_many_requests) {
    Scene scene;
    auto client = scene.gateway.client();
    for (int i = 0; i < 10; ++i) {
        const Message answer = client.get("/" + std::to_string(i));
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(!answer.has("Connection"));
        BOOST_TEST(answer.body.starts_with("GET /" + std::to_string(i) + " HTTP/1.1\n"));
    }
    BOOST_TEST(scene.upstream.connections() == 1);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
    Scene scene;
    auto client = scene.gateway.client();
    std::string all;
    for (int i = 0; i < 50; ++i)
        all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: gate.test\r\nContent-Length: 4\r\n\r\nbody";
    client.send(all);
    for (int i = 0; i < 50; ++i) {
        const Message answer = client.answer();
        BOOST_REQUIRE(answer.body.starts_with("POST /" + std::to_string(i) + " "));
        BOOST_TEST(answer.body.ends_with("\nbody"));
    }
}

BOOST_AUTO_TEST_CASE(a_request_may_come_byte_by_byte) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send_in_pieces("\r\nPOST /slow HTTP/1.1\r\nHost: gate.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3;x=y\r\nabc\r\n00\r\nX-End: yes\r\n\r\n", 1);
    const Message answer = client.answer();
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.body.ends_with("\nabc"));
    BOOST_TEST(client.get("/next").status() == 200);
}

BOOST_AUTO_TEST_CASE(connection_close_is_honoured) {
    Scene scene;
    auto client = scene.gateway.client();
    const Message answer = client.get("/", "Connection: close\r\n");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.header("Connection") == "close");
    BOOST_TEST(client.read_to_end() == "");
}

BOOST_AUTO_TEST_CASE(http_1_0_closes_after_the_answer) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send("GET / HTTP/1.0\r\n\r\n");
    const Message answer = client.answer();
    BOOST_TEST(answer.start_line == "HTTP/1.1 200 OK");
    BOOST_TEST(client.read_to_end() == "");
    BOOST_TEST(scene.upstream.last().start_line == "GET / HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(http_1_0_keeps_the_connection_where_asked) {
    Scene scene;
    auto client = scene.gateway.client();
    for (int i = 0; i < 3; ++i) {
        client.send("GET / HTTP/1.0\r\nHost: gate.test\r\nConnection: keep-alive\r\n\r\n");
        const Message answer = client.answer();
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(answer.header("Connection") == "keep-alive");
    }
}

BOOST_AUTO_TEST_CASE(a_chunked_upload_arrives_with_its_trailers) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send(RawClient::head("POST", "/up", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\nTE: trailers\r\n") +
                chunk("hello ") + chunk("world") + "0\r\nX-Sum: 42\r\n\r\n");
    BOOST_TEST(client.answer().status() == 200);
    const Message seen = scene.upstream.last();
    BOOST_TEST(seen.chunked);
    BOOST_TEST(seen.body == "hello world");
    BOOST_TEST(seen.trailer("X-Sum") == "42");
}

BOOST_AUTO_TEST_CASE(expect_100_continue_is_answered_before_the_body_comes) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send(RawClient::head("POST", "/up", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
    BOOST_TEST(client.answer().start_line == "HTTP/1.1 100 Continue");
    client.send("hello");
    BOOST_TEST(client.answer().status() == 200);
    const Message seen = scene.upstream.last();
    BOOST_TEST(seen.body == "hello");
    BOOST_TEST(!seen.has("Expect"));
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_wait_for_100_continue_is_served) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send(RawClient::head("POST", "/up", "Content-Length: 5\r\nExpect: 100-continue\r\n") + "hello");
    Message answer = client.answer();
    if (answer.status() == 100) answer = client.answer();
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.body.ends_with("\nhello"));
}

BOOST_AUTO_TEST_CASE(other_expectations_fail) {
    Scene scene;
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/", "Expect: miracles\r\n").status() == 417);
}

// Servers answer 411 to a POST of unknown length (RFC 9110 section 8.6).
BOOST_AUTO_TEST_CASE(an_empty_post_says_that_it_is_empty) {
    Scene scene;
    auto client = scene.gateway.client();
    BOOST_TEST(client.post("/", "").status() == 200);
    BOOST_TEST(scene.upstream.last().header("Content-Length") == "0");
    BOOST_TEST(client.get("/").status() == 200);
    BOOST_TEST(!scene.upstream.last().has("Content-Length"));
}

BOOST_AUTO_TEST_CASE(nothing_behind_a_last_request_is_served) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send(RawClient::head("GET", "/last", "Connection: close\r\n") + RawClient::head("GET", "/more"));
    BOOST_TEST(client.answer().status() == 200);
    BOOST_TEST(client.read_to_end() == "");
    BOOST_TEST(scene.upstream.requests() == 1);
}

BOOST_AUTO_TEST_CASE(connect_is_not_served) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send("CONNECT gate.test:443 HTTP/1.1\r\nHost: gate.test:443\r\n\r\n");
    BOOST_TEST(client.answer().status() == 501);
    BOOST_TEST(scene.upstream.requests() == 0);
}

BOOST_AUTO_TEST_CASE(options_of_everything_goes_on_as_such) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send("OPTIONS * HTTP/1.1\r\nHost: gate.test\r\n\r\n");
    BOOST_TEST(client.answer().status() == 200);
    BOOST_TEST(scene.upstream.last().start_line == "OPTIONS * HTTP/1.1");
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/http_answers_test.cpp - answers in every form an upstream may give them, as the client gets them.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

struct Scene {
    ScriptedUpstream upstream;
    GatewayProcess gateway;
    explicit Scene(ScriptedUpstream::Script script)
        : upstream{std::move(script)}, gateway{routes_to(upstream.address())} {}
    ~Scene() {
        for (const auto& failure : upstream.failures()) BOOST_ERROR("the upstream's script: " << failure);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_http_answers)

BOOST_AUTO_TEST_CASE(the_answer_to_head_has_a_length_and_no_body) {
    Scene scene{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            if (request->method() == "HEAD") connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
            else connection.answer(200, "body");
        }
    }};
    auto client = scene.gateway.client();
    client.send(RawClient::head("HEAD", "/"));
    const Message head = client.answer(true);
    BOOST_TEST(head.header("Content-Length") == "1234");
    BOOST_TEST(client.get("/").body == "body");
    BOOST_TEST(scene.upstream.connections() == 1);
}

BOOST_AUTO_TEST_CASE(the_answer_to_head_may_have_been_chunked) {
    Scene scene{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            if (request->method() != "HEAD") connection.send(chunk("body") + chunk(""));
        }
    }};
    auto client = scene.gateway.client();
    client.send(RawClient::head("HEAD", "/"));
    const Message head = client.answer(true);
    BOOST_TEST(head.status() == 200);
    BOOST_TEST(!head.has("Content-Length"));
    BOOST_TEST(client.get("/").body == "body");
}

BOOST_AUTO_TEST_CASE(a_chunked_answer_arrives_with_its_trailers) {
    Scene scene{[](UpstreamConnection& connection) {
        while (connection.read_request())
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" + chunk("hello ") +
                            chunk("world") + "0\r\nX-Sum: 42\r\n\r\n");
    }};
    auto client = scene.gateway.client();
    for (int i = 0; i < 2; ++i) {
        const Message answer = client.get("/", "TE: trailers\r\n");
        BOOST_TEST(answer.chunked);
        BOOST_TEST(answer.body == "hello world");
        BOOST_TEST(answer.trailer("X-Sum") == "42");
    }
    BOOST_TEST(scene.upstream.connections() == 1);
}

BOOST_AUTO_TEST_CASE(pieces_of_an_answer_are_passed_on_as_they_come) {
    Gate seen;
    Scene scene{[&seen](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("first"));
        seen.wait();  // the client has the first piece before the second exists
        connection.send(chunk("second") + chunk(""));
    }};
    auto client = scene.gateway.client();
    client.send(RawClient::head("GET", "/"));
    client.read_until("first");
    seen.open();
    client.read_until("second");
}

BOOST_AUTO_TEST_CASE(an_answer_that_ends_with_the_connection_is_passed_on_in_chunks) {
    Scene scene{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    }};
    auto client = scene.gateway.client();
    for (int i = 0; i < 2; ++i) {
        const Message answer = client.get("/");
        BOOST_TEST(answer.chunked);
        BOOST_TEST(answer.body == "until the end");
    }
}

BOOST_AUTO_TEST_CASE(early_hints_are_passed_on_before_the_answer) {
    Scene scene{[](UpstreamConnection& connection) {
        while (connection.read_request()) {
            connection.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nConnection: close\r\n\r\n");
            connection.answer(200, "page");
        }
    }};
    auto client = scene.gateway.client();
    const Message hints = client.get("/");
    BOOST_TEST(hints.status() == 103);
    BOOST_TEST(hints.header("Link") == "</style.css>; rel=preload");
    BOOST_TEST(!hints.has("Connection"));
    const Message answer = client.answer();
    BOOST_TEST(answer.body == "page");

    auto old_client = scene.gateway.client();  // HTTP/1.0 knows no interim answers
    old_client.send("GET / HTTP/1.0\r\nHost: gate.test\r\n\r\n");
    BOOST_TEST(old_client.answer().status() == 200);
}

BOOST_AUTO_TEST_CASE(an_upstreams_100_continue_is_not_for_the_client) {
    Scene scene{[](UpstreamConnection& connection) {
        while (connection.read_request()) {
            connection.send("HTTP/1.1 100 Continue\r\n\r\n");
            connection.answer(200, "body");
        }
    }};
    auto client = scene.gateway.client();
    BOOST_TEST(client.post("/", "x").body == "body");
}

BOOST_AUTO_TEST_CASE(answers_that_can_have_no_body_leave_the_connection_in_step) {
    Scene scene{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            if (request->target() == "/204") connection.send("HTTP/1.1 204 No Content\r\n\r\n");
            else if (request->target() == "/304") connection.send("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 99\r\n\r\n");
            else connection.answer(200, "body");
        }
    }};
    auto client = scene.gateway.client();
    const Message none = client.get("/204");
    BOOST_TEST(none.status() == 204);
    BOOST_TEST(!none.has("Content-Length"));
    BOOST_TEST(!none.has("Transfer-Encoding"));
    const Message same = client.get("/304");
    BOOST_TEST(same.status() == 304);
    BOOST_TEST(same.header("ETag") == "\"a\"");
    BOOST_TEST(!same.has("Transfer-Encoding"));
    BOOST_TEST(client.get("/").body == "body");
    BOOST_TEST(scene.upstream.connections() == 1);
}

BOOST_AUTO_TEST_CASE(http_1_0_gets_no_chunks) {
    Scene scene{[](UpstreamConnection& connection) {
        while (connection.read_request())
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("one ") + chunk("two") + chunk(""));
    }};
    auto client = scene.gateway.client();
    client.send("GET / HTTP/1.0\r\nHost: gate.test\r\nConnection: keep-alive\r\n\r\n");
    const Message answer = client.answer();
    BOOST_TEST(!answer.has("Transfer-Encoding"));
    BOOST_TEST(answer.body == "one two");  // read to the end of the connection
}

BOOST_AUTO_TEST_CASE(an_upstream_that_closes_is_not_asked_on_that_connection_again) {
    Scene scene{[](UpstreamConnection& connection) {
        connection.read_request();
        if (connection.number() % 2) connection.answer(200, "body", "Connection: close\r\n");
        else connection.send("HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody");
        connection.wait_for_end();  // it does not close by itself: whoever was told must
    }};
    auto client = scene.gateway.client();
    for (int i = 0; i < 4; ++i) BOOST_TEST(client.post("/", "x").body == "body");
    BOOST_TEST(scene.upstream.connections() == 4);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/upstream_failures_test.cpp - what can go wrong behind the gateway, and what the client is told of it.
#include "support/full_queue.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>
#include <semaphore>

using namespace tollgate::test;
using namespace std::string_literals;
using namespace std::chrono_literals;

namespace {

std::string error_of(const Message& answer) {
    const std::string start = "{\"error\":\"";
    BOOST_REQUIRE_MESSAGE(answer.body.starts_with(start), answer.body);
    return answer.body.substr(start.size(), answer.body.find('"', start.size()) - start.size());
}

struct Scene {
    ScriptedUpstream upstream;
    GatewayProcess gateway;
    explicit Scene(ScriptedUpstream::Script script, const std::string& of_upstream = "")
        : upstream{std::move(script)}, gateway{routes_to(upstream.address(), of_upstream, "", "always { logging { format = \"json\" } }")} {}
};

ScriptedUpstream::Script answering(const std::string& bytes) {
    return [bytes](UpstreamConnection& connection) {
        connection.read_request();
        connection.send(bytes);
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_upstream_failures)

BOOST_AUTO_TEST_CASE(a_refused_connection_is_502_and_the_client_may_go_on) {
    const Connection deaf{bind_deaf()};
    GatewayProcess gateway{routes_to(deaf.local_address())};
    auto client = gateway.client();
    for (int i = 0; i < 2; ++i) {
        const Message answer = client.get("/");
        BOOST_TEST(answer.status() == 502);
        BOOST_TEST(error_of(answer) == "upstream_unreachable");
        BOOST_TEST(answer.body.find("127.0.0.1") == std::string::npos);  // addresses are for the log
    }
}

BOOST_AUTO_TEST_CASE(a_unix_socket_that_is_not_there_is_502) {
    GatewayProcess gateway{routes_to("unix:/nonexistent/app.sock")};
    BOOST_TEST(gateway.client().get("/").status() == 502);
}

BOOST_AUTO_TEST_CASE(a_connection_that_takes_too_long_is_504) {
    const FullQueue upstream;
    GatewayProcess gateway{routes_to(upstream.address(), "connect_timeout = 300 * milliseconds")};
    const auto start = std::chrono::steady_clock::now();
    auto client = gateway.client();
    const Message answer = client.get("/");
    BOOST_TEST(answer.status() == 504);
    BOOST_TEST(error_of(answer) == "upstream_timeout");
    BOOST_TEST((std::chrono::steady_clock::now() - start >= 290ms));
}

BOOST_AUTO_TEST_CASE(an_answer_that_takes_too_long_is_504) {
    Scene scene{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.wait_for_end();
    }, "timeout = 300 * milliseconds"};
    auto client = scene.gateway.client();
    const Message answer = client.get("/");
    BOOST_TEST(answer.status() == 504);
    BOOST_TEST(error_of(answer) == "upstream_timeout");
    BOOST_TEST(scene.gateway.log_lines(1).at(0).find(scene.upstream.address()) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(half_a_head_that_stops_is_504) {
    Scene scene{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Le");
        connection.wait_for_end();
    }, "timeout = 300 * milliseconds"};
    BOOST_TEST(scene.gateway.client().get("/").status() == 504);
}

BOOST_AUTO_TEST_CASE(a_body_that_stops_cuts_the_client_off) {
    Scene scene{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf ");
        connection.wait_for_end();
    }, "idle_timeout = 300 * milliseconds"};
    auto client = scene.gateway.client();
    const Message answer = client.get("/");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(!answer.complete);
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_502_and_never_passed_on) {
    const std::string framing_both = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    const std::vector<std::string> answers{
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\x15\x03\x01\x02\x02\n\0\0\0\0"s,
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 20x OK\r\n\r\n",
        "HTTP/1.1 099 Low\r\n\r\n",
        "HTTP/1.1 700 High\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nNonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-A: one\r\n two\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nhello",
        framing_both,
    };
    for (const auto& bytes : answers) {
        Scene scene{answering(bytes)};
        auto client = scene.gateway.client();
        const Message answer = client.get("/");
        BOOST_TEST(answer.status() == 502, bytes);
        BOOST_TEST(error_of(answer) == "upstream_garbage", bytes);
    }
}

BOOST_AUTO_TEST_CASE(a_head_that_never_ends_is_502) {
    Scene scene{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 2000; ++i)
            if (connection.send_as_far_as_possible("X-A: " + std::string(1000, 'a') + "\r\n", patience) == 0) return;
    }};
    BOOST_TEST(scene.gateway.client().get("/").status() == 502);
}

BOOST_AUTO_TEST_CASE(an_answer_cut_short_of_its_length_cuts_the_client_off) {
    Scene scene{answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf ")};
    auto client = scene.gateway.client();
    const Message answer = client.get("/");
    BOOST_TEST((answer.status() == 502 || !answer.complete));
    const std::string line = scene.gateway.log_lines(1).at(0);
    BOOST_TEST((answer.status() == 502 || line.find("\"complete\":false") != std::string::npos), line);
}

BOOST_AUTO_TEST_CASE(an_answer_cut_short_within_its_chunks_cuts_the_client_off) {
    for (const std::string& rest : {chunk("half "), "8\r\nhalf"s, chunk("half ") + "0\r\n", chunk("half ") + "zz\r\n"}) {
        Scene scene{answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + rest)};
        auto client = scene.gateway.client();
        client.keep_record();
        const Message answer = client.get("/");
        BOOST_TEST((answer.status() == 502 || !answer.complete), rest);
        BOOST_TEST(client.record().find("\r\n0\r\n") == std::string::npos, rest);
    }
}

BOOST_AUTO_TEST_CASE(a_long_answer_reset_midway_cuts_the_client_off) {
    Scene scene{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + std::string(500'000, 'a'));
        connection.reset();
    }};
    auto client = scene.gateway.client();
    const Message answer = client.get("/");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(!answer.complete);
}

BOOST_AUTO_TEST_CASE(a_fresh_connection_that_dies_before_it_answers_is_502_without_another_try) {
    for (const bool by_reset : {false, true}) {
        Scene scene{[by_reset](UpstreamConnection& connection) {
            connection.read_request();
            if (by_reset) connection.reset();
        }};
        auto client = scene.gateway.client();
        const Message answer = client.get("/");
        BOOST_TEST(answer.status() == 502);
        BOOST_TEST(error_of(answer) == "upstream_reset");
        BOOST_TEST(scene.upstream.requests() == 1);
    }
}

// The first connection serves one request, is kept by the gateway, and dies under the next one.
namespace {
ScriptedUpstream::Script dying_kept_alive(Gate& asked_again) {
    return [&asked_again](UpstreamConnection& connection) {
        connection.read_request();
        connection.answer(200, "first on " + std::to_string(connection.number()));
        if (connection.number() > 1) {
            while (connection.read_request()) connection.answer(200, "more");
            return;
        }
        connection.read_request();
        asked_again.open();  // and it closes
    };
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_kept_alive_connection_that_died_is_replaced_without_the_client_knowing) {
    Gate asked_again;
    Scene scene{dying_kept_alive(asked_again)};
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/1").body == "first on 1");
    BOOST_TEST(client.get("/2").body == "first on 2");
    asked_again.wait();
    BOOST_TEST(scene.upstream.connections() == 2);
    BOOST_TEST(scene.upstream.requests() == 3);
}

BOOST_AUTO_TEST_CASE(a_request_that_may_not_be_repeated_is_not) {
    Gate asked_again;
    Scene scene{dying_kept_alive(asked_again)};
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/1").body == "first on 1");
    const Message answer = client.post("/2", "an order");
    asked_again.wait();
    BOOST_TEST(answer.status() == 502);
    BOOST_TEST(scene.upstream.requests() == 2);
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_closed_while_idle_costs_no_request) {
    std::counting_semaphore<> closed{0};
    Scene scene{[&](UpstreamConnection& connection) {
        connection.read_request();
        connection.answer(200, "number " + std::to_string(connection.number()));
        connection.close();
        closed.release();
    }};
    auto client = scene.gateway.client();
    for (int i = 1; i <= 20; ++i) {
        BOOST_TEST(client.post("/", "x").status() == 200);
        BOOST_REQUIRE(closed.try_acquire_for(patience));
    }
}

BOOST_AUTO_TEST_CASE(bytes_behind_an_answer_never_become_the_next_one) {
    Scene scene{[](UpstreamConnection& connection) {
        while (connection.read_request())
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
                            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    }};
    auto client = scene.gateway.client();
    for (int i = 0; i < 5; ++i) BOOST_TEST(client.get("/").body == "good");
}

BOOST_AUTO_TEST_CASE(a_flood_of_interim_answers_ends_in_502) {
    Scene scene{[](UpstreamConnection& connection) {
        connection.read_request();
        std::string flood;
        for (int i = 0; i < 1000; ++i) flood += "HTTP/1.1 103 Early Hints\r\nX-N: " + std::to_string(i) + "\r\n\r\n";
        connection.send_as_far_as_possible(flood, patience);
        connection.wait_for_end();
    }};
    auto client = scene.gateway.client();
    client.send(RawClient::head("GET", "/"));
    Message answer = client.answer();
    int interim = 0;
    for (; answer.status() == 103; ++interim) answer = client.answer();
    BOOST_TEST(answer.status() == 502);
    BOOST_TEST(interim < 100);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/compat/rexus_proxy_test.cpp - rows R1 to R8: what a user of Rexus sends to the APIs behind it.
#include "compat/rexus.h"
#include "support/certificates.h"
#include "support/scripted_upstream.h"
#include "support/tls_server.h"
#include "support/upstream_process.h"

using namespace tollgate::test;

BOOST_AUTO_TEST_SUITE(compat_rexus_proxy)

BOOST_AUTO_TEST_CASE(r1_names_lead_to_their_apis_by_every_method) {
    const UpstreamProcess mock{{"--mock"}};
    const Rexus rexus{mock.address()};
    const auto key = rexus.key_of("alice");
    const Message user = rexus.get(key, "/users/google");
    BOOST_TEST(user.status() == 200);
    BOOST_TEST(json(user)->getValue<std::string>("login") == "google");
    BOOST_TEST(json(user)->getValue<bool>("mock"));

    ScriptedUpstream any{ScriptedUpstream::echo()};
    const Rexus other{any.address()};
    const auto its = other.key_of("alice");
    for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"}) {
        const Message answer =
            ask(other.gateway.address(), std::string{method} + " /proxy/mock_github/a/b", Rexus::bearer(its));
        BOOST_TEST(answer.status() == 200, method);
        BOOST_TEST(any.last().start_line == std::string{method} + " /a/b HTTP/1.1");
    }
}

BOOST_AUTO_TEST_CASE(r2_an_api_may_be_https) {
    const Certificate certificate{{.names = "IP:127.0.0.1"}};
    TlsServer github{certificate, [](TlsEnd& client) {
                         client.shake_hands();
                         for (std::string head; head.find("\r\n\r\n") == head.npos;) head += client.read_some();
                         client.write("HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{\"login\":\"octocat\"}");
                     }};
    const Rexus rexus{"127.0.0.1:1",
                      {{"GITHUB", "https://" + github.address().toString()}, {"CA_FILE", certificate.file().string()}}};
    const Message answer =
        ask(rexus.gateway.address(), "GET /proxy/github/users/octocat", Rexus::bearer(rexus.key_of("alice")));
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.body == R"({"login":"octocat"})");
}

BOOST_AUTO_TEST_CASE(r3_all_of_a_request_goes_on_but_its_host_and_its_key) {
    ScriptedUpstream mock{ScriptedUpstream::echo()};
    const Rexus rexus{mock.address()};
    ask(rexus.gateway.address(), "PATCH /proxy/mock_github/a%20b/c?x=1&y=%C3%A9&x=2",
        Rexus::bearer(rexus.key_of("alice")) + "X-Own: mine\r\nContent-Type: text/weird\r\nCookie: a=b\r\n",
        "a body\n");
    const Message got = mock.last();
    BOOST_TEST(got.method() == "PATCH");
    BOOST_TEST(got.target() == "/a%20b/c?x=1&y=%C3%A9&x=2");
    BOOST_TEST(got.body == "a body\n");
    BOOST_TEST(got.header("X-Own") == "mine");
    BOOST_TEST(got.header("Content-Type") == "text/weird");
    BOOST_TEST(got.header("Cookie") == "a=b");
    BOOST_TEST(got.header("Host") == mock.address());
    BOOST_TEST(!got.has("Authorization"));  // the gateway's own: no API behind it has business with it
}

BOOST_AUTO_TEST_CASE(r4_an_unknown_name_is_400) {
    const Rexus rexus{"127.0.0.1:1"};
    const Message answer =
        ask(rexus.gateway.address(), "GET /proxy/nobody/users", Rexus::bearer(rexus.key_of("alice")));
    BOOST_TEST(answer.status() == 400);
    BOOST_TEST(answer.body == R"({"detail":"Invalid API name provided."})");
    BOOST_TEST(answer.header("Content-Type") == "application/json");
    BOOST_TEST(ask(rexus.gateway.address(), "GET /elsewhere").status() == 404);
}

BOOST_AUTO_TEST_CASE(r5_an_api_that_does_not_answer_is_502) {
    std::string nobody = free_address();
    const Rexus rexus{nobody};
    const auto key = rexus.key_of("alice");
    const Message away = rexus.get(key, "/users/google");
    BOOST_TEST(away.status() == 502);
    BOOST_TEST(away.body == R"({"detail":"The upstream API is unavailable."})");

    Gate over;
    ScriptedUpstream silent{[&](UpstreamConnection& connection) {
        connection.read_request();
        over.wait();
    }};
    const Rexus waiting{silent.address(), {{"UPSTREAM_TIMEOUT", "0.2"}}};
    const Message late = waiting.get(waiting.key_of("alice"), "/users/google");
    BOOST_TEST(late.status() == 502);
    BOOST_TEST(detail_of(late) == "The upstream API is unavailable.");
    over.open();
}

BOOST_AUTO_TEST_CASE(r6_a_large_body_is_413_before_it_is_sent) {
    ScriptedUpstream mock{ScriptedUpstream::echo()};
    const Rexus rexus{mock.address()};
    const auto key = rexus.key_of("alice");
    auto client = rexus.gateway.client();
    client.send(RawClient::head("POST", "/proxy/mock_github/x",
                                Rexus::bearer(key) + "Content-Length: 10485761\r\nExpect: 100-continue\r\n"));
    const Message refused = client.answer();  // and no 100 before it
    BOOST_TEST(refused.status() == 413);
    BOOST_TEST(refused.body == R"({"detail":"Payload Too Large"})");
    BOOST_TEST(mock.requests() == 0);
    BOOST_TEST(ask(rexus.gateway.address(), "POST /proxy/mock_github/x", Rexus::bearer(key), std::string(1 << 20, 'x'))
                   .status() == 200);

    const Rexus small{mock.address(), {{"MAX_REQUEST_SIZE", "10"}}};
    const auto its = small.key_of("alice");
    BOOST_TEST(ask(small.gateway.address(), "POST /proxy/mock_github/x", Rexus::bearer(its), "0123456789").status() ==
               200);
    BOOST_TEST(ask(small.gateway.address(), "POST /proxy/mock_github/x", Rexus::bearer(its), "0123456789x").status() ==
               413);
}

BOOST_AUTO_TEST_CASE(r7_framing_and_limits_of_an_answer_are_the_gateways) {
    ScriptedUpstream mock{[](UpstreamConnection& connection) {
        while (connection.read_request())
            connection.send(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive, X-Hop\r\nX-Hop: "
                "1\r\nKeep-Alive: timeout=5\r\n"
                "X-RateLimit-Limit: 1\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1\r\nX-Own: kept\r\n\r\n" +
                chunk("hello") + chunk(""));
    }};
    const Rexus rexus{mock.address()};
    const Message answer = rexus.get(rexus.key_of("alice"), "/x");
    BOOST_TEST(answer.body == "hello");
    BOOST_TEST(answer.header("X-Own") == "kept");
    BOOST_TEST(answer.count("X-RateLimit-Limit") == 1u);
    BOOST_TEST(answer.header("X-RateLimit-Limit") == "100");
    BOOST_TEST(answer.header("X-RateLimit-Remaining") == "99");
    BOOST_TEST(std::stoll(answer.header("X-RateLimit-Reset")) > 1'700'000'000);
    BOOST_TEST(!answer.has("X-Hop"));
    BOOST_TEST(!answer.has("Keep-Alive"));
}

BOOST_AUTO_TEST_CASE(r8_the_page_at_5173_may_ask_and_others_may_not) {
    ScriptedUpstream mock{ScriptedUpstream::echo()};
    const Rexus rexus{mock.address()};
    const std::string origin = "Origin: http://localhost:5173\r\n";
    const Message announced =
        ask(rexus.gateway.address(), "OPTIONS /proxy/mock_github/x",
            origin + "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: authorization, x-own\r\n");
    BOOST_TEST(announced.status() == 204);
    BOOST_TEST(announced.header("Access-Control-Allow-Origin") == "http://localhost:5173");
    BOOST_TEST(announced.header("Access-Control-Allow-Credentials") == "true");
    BOOST_TEST(announced.header("Access-Control-Allow-Methods").find("PUT") != std::string::npos);
    BOOST_TEST(announced.header("Access-Control-Allow-Headers").find("x-own") != std::string::npos);
    const Message answer = rexus.get(rexus.key_of("alice"), "/x", origin);
    BOOST_TEST(answer.header("Access-Control-Allow-Origin") == "http://localhost:5173");
    BOOST_TEST(answer.header("Access-Control-Allow-Credentials") == "true");
    const Message other = ask(rexus.gateway.address(), "OPTIONS /proxy/mock_github/x",
                              "Origin: http://evil.example\r\nAccess-Control-Request-Method: PUT\r\n");
    BOOST_TEST(other.status() == 403);
    BOOST_TEST(!other.has("Access-Control-Allow-Origin"));
}

BOOST_AUTO_TEST_SUITE_END()

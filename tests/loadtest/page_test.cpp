// tests/loadtest/page_test.cpp - pages of a server that behaves, and of those that do not.
#include "loadtest/page.h"

#include "support/certificates.h"
#include "support/scripted_upstream.h"
#include "support/tls_server.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <thread>

using namespace tollgate;
using namespace tollgate::loadtest;
using test::ScriptedUpstream;
using test::UpstreamConnection;

BOOST_AUTO_TEST_SUITE(loadtest_page)

namespace {

Page get(const ScriptedUpstream& server, const std::string& token = "", const std::string& scheme = "http://") {
    return fetch(parse_url(scheme + server.address() + "/page?x=1"), {.token = token});
}

std::string problem_of(const ScriptedUpstream& server, const std::string& scheme = "http://") {
    try {
        get(server, "", scheme);
    } catch (const NoPage& problem) {
        return problem.what();
    }
    return "(a page)";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_page_is_read_whole) {
    ScriptedUpstream server{ScriptedUpstream::always(std::string(100'000, 'x'), "Content-Type: text/plain\r\n")};
    const Page page = get(server, "secret");
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.content_type == "text/plain");
    BOOST_TEST(page.body.size() == 100'000u);
    BOOST_TEST(server.last().start_line == "GET /page?x=1 HTTP/1.1");
    BOOST_TEST(server.last().header("Authorization") == "Bearer secret");
    BOOST_TEST(server.last().header("Host") == server.address());
}

BOOST_AUTO_TEST_CASE(without_a_token_none_is_shown) {
    ScriptedUpstream server{ScriptedUpstream::always("ok")};
    get(server);
    BOOST_TEST(!server.last().has("Authorization"));
}

BOOST_AUTO_TEST_CASE(any_status_is_a_page_and_redirects_are_not_followed) {
    ScriptedUpstream server{[](UpstreamConnection& connection) {
        if (connection.read_request()) connection.answer(302, "elsewhere", "Location: http://127.0.0.1:1/\r\n");
    }};
    BOOST_TEST(get(server).status == 302);
    BOOST_TEST(get(server).body == "elsewhere");
}

BOOST_AUTO_TEST_CASE(who_does_not_listen_is_told) {
    ScriptedUpstream server{ScriptedUpstream::always("ok")};
    server.stop_listening();
    BOOST_TEST(problem_of(server) == "no answer: Connection refused");
}

BOOST_AUTO_TEST_CASE(connections_that_end_early_are_told) {
    ScriptedUpstream silent{[](UpstreamConnection& connection) { connection.read_request(); }};
    BOOST_TEST(problem_of(silent) == "no answer: the connection was closed");
    ScriptedUpstream cut{[](UpstreamConnection& connection) {
        if (connection.read_request()) connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    }};
    BOOST_TEST(problem_of(cut) == "the page is cut off after 9 bytes");
}

// Each is alive, says something now and then, and would go on for ever.
BOOST_AUTO_TEST_CASE(a_page_that_takes_too_long_as_a_whole_is_given_up) {
    const auto trickle = [](UpstreamConnection& connection, std::string_view text) {
        for (;;) {
            connection.send(text);
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    };
    const auto problem = [](const ScriptedUpstream::Script& script) {
        ScriptedUpstream server{script};
        try {
            return fetch(parse_url("http://" + server.address()), {.longest = std::chrono::milliseconds{200}}).body;
        } catch (const NoPage& told) {
            return std::string{told.what()};
        }
    };
    const std::string too_long = "the page takes longer than 200 ms";
    BOOST_TEST(problem([](UpstreamConnection& connection) {
                   for (;;) connection.send("HTTP/1.1 100 Continue\r\n\r\n");
               }) == too_long);
    BOOST_TEST(problem([&](UpstreamConnection& connection) {
                   connection.send("HTTP/1.1 200 OK\r\nX-Slow: ");
                   trickle(connection, "x");
               }) == too_long);
    BOOST_TEST(problem([&](UpstreamConnection& connection) {
                   connection.send("HTTP/1.1 200 OK\r\n\r\n");
                   trickle(connection, "up 1\n");
               }) == too_long);
    BOOST_TEST(problem([](UpstreamConnection& connection) {
                   while (connection.read_request()) {}
               }) == too_long);
}

BOOST_AUTO_TEST_CASE(a_handshake_that_takes_too_long_is_given_up) {
    ScriptedUpstream server{[](UpstreamConnection& connection) {
        while (!connection.read_some().empty()) {}
    }};
    BOOST_CHECK_EXCEPTION(
        fetch(parse_url("https://" + server.address()), {.longest = std::chrono::milliseconds{200}}), NoPage,
        [](const NoPage& problem) { return problem.what() == std::string{"the page takes longer than 200 ms"}; });
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_told) {
    ScriptedUpstream server{[](UpstreamConnection& connection) {
        if (connection.read_request()) connection.send("220 mail.example.com ESMTP\r\n\r\n");
    }};
    BOOST_TEST(problem_of(server).starts_with("no HTTP answer: "));
}

BOOST_AUTO_TEST_CASE(a_server_without_tls_is_told) {
    ScriptedUpstream server{[](UpstreamConnection& connection) { connection.read_some(); }};
    BOOST_TEST(problem_of(server, "https://").starts_with("TLS: "));
}

BOOST_AUTO_TEST_CASE(certificates_are_verified_unless_told_otherwise) {
    const test::Certificate certificate{{.names = "IP:127.0.0.1", .authority = true}};
    // What a page over TLS is, or why there is none.
    const auto get_by_tls = [&](const Access& access) -> std::string {
        test::TlsServer server{certificate, [](test::TlsEnd& end) {
                                   if (!end.shake_hands()) return;
                                   end.read_some();
                                   end.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhidden");
                                   end.close_notify();
                               }};
        std::string got;
        try {
            got = fetch(parse_url("https://" + server.address().toString() + "/"), access).body;
        } catch (const NoPage& problem) {
            got = problem.what();
        }
        server.wait();
        return got;
    };
    BOOST_TEST(get_by_tls({}).starts_with("TLS: "));
    BOOST_TEST(get_by_tls({.insecure = true}) == "hidden");
    BOOST_TEST(get_by_tls({.authorities = certificate.file().string()}) == "hidden");
}

BOOST_AUTO_TEST_SUITE_END()

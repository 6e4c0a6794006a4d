// tests/scenarios/http_framing_test.cpp - whatever two programs could read in two ways is refused, and never passed on.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace tollgate::test;
using namespace std::string_literals;

namespace {

struct Case {
    const char* name;
    std::string bytes;
};

// A request whose head goes on with `lines`, each ending in CRLF by itself.
std::string with(const std::string& lines, const std::string& body = "") {
    return "POST /x HTTP/1.1\r\nHost: gate.test\r\n" + lines + "\r\n" + body;
}

std::string target(const std::string& text) { return "GET " + text + " HTTP/1.1\r\nHost: gate.test\r\n\r\n"; }

const std::string chunks = "5\r\nhello\r\n0\r\n\r\n";

struct Scene {
    ScriptedUpstream upstream{ScriptedUpstream::always("reached\n")};
    GatewayProcess gateway{routes_to(upstream.address())};

    // 400, said once, and the connection is over: what stands behind (another request, perhaps) is not served.
    void refuses(const Case& c) {
        BOOST_TEST_CONTEXT(c.name) {
            auto client = gateway.client();
            client.send(c.bytes + "GET /hidden HTTP/1.1\r\nHost: gate.test\r\n\r\n");
            const Message answer = client.answer();
            BOOST_TEST(answer.status() == 400);
            BOOST_TEST(answer.header("Connection") == "close");
            BOOST_TEST(answer.header("Content-Type") == "application/json");
            BOOST_TEST(answer.body.find("\"request_id\"") != std::string::npos);
            BOOST_TEST(client.read_to_end() == "");
        }
    }

    // The rows prove nothing unless an ordinary request gets through.
    void serves_others() {
        auto client = gateway.client();
        BOOST_TEST(client.get("/ordinary").body == "reached\n");
    }

    void nothing_reached_the_upstream_but(int requests) {
        for (const auto& request : upstream.received())
            BOOST_TEST((!request.complete || request.target() == "/ordinary"), request.start_line);
        BOOST_TEST(upstream.requests() == requests);
    }
};

const std::vector<Case> ambiguous_lengths{
    {"both framing headers", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunks)},
    {"both, the other way round", with("Transfer-Encoding: chunked\r\nContent-Length: 15\r\n", chunks)},
    {"two equal lengths", with("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
    {"two different lengths", with("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")},
    {"a list of lengths", with("Content-Length: 5, 5\r\n", "hello")},
    {"a signed length", with("Content-Length: +5\r\n", "hello")},
    {"a negative length", with("Content-Length: -5\r\n", "hello")},
    {"a hexadecimal length", with("Content-Length: 0x5\r\n", "hello")},
    {"a length with a blank in it", with("Content-Length: 5 5\r\n", "hello")},
    {"an empty length", with("Content-Length: \r\n")},
    {"a length beyond 64 bits", with("Content-Length: 18446744073709551621\r\n", "hello")},
    {"an unknown coding", with("Transfer-Encoding: xchunked\r\n", chunks)},
    {"chunked twice", with("Transfer-Encoding: chunked, chunked\r\n", chunks)},
    {"chunked in two lines", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunks)},
    {"chunked, then another", with("Transfer-Encoding: chunked, gzip\r\n", chunks)},
    {"gzip, then chunked", with("Transfer-Encoding: gzip, chunked\r\n", chunks)},
    {"identity", with("Transfer-Encoding: identity\r\n")},
    {"an empty coding", with("Transfer-Encoding: \r\n", chunks)},
    {"a quoted coding", with("Transfer-Encoding: \"chunked\"\r\n", chunks)},
    {"chunked in HTTP/1.0", "POST /x HTTP/1.0\r\nHost: gate.test\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks},
};

const std::vector<Case> broken_heads{
    {"a folded line", with("X-A: one\r\n two\r\n")},
    {"a folded line by tab", with("X-A: one\r\n\ttwo\r\n")},
    {"a folded coding", with("Transfer-Encoding:\r\n chunked\r\n", chunks)},
    {"a space before the colon", with("Content-Length : 5\r\n", "hello")},
    {"a tab before the colon", with("Transfer-Encoding\t: chunked\r\n", chunks)},
    {"a first line that begins with a space", "GET / HTTP/1.1\r\n Host: gate.test\r\n\r\n"},
    {"bare LF after a line", with("X-A: one\nX-B: two\r\n")},
    {"bare LF after the request line", "GET /x HTTP/1.1\nHost: gate.test\r\n\r\n"},
    {"bare LF at the end of the head", "GET /x HTTP/1.1\r\nHost: gate.test\r\n\n"},
    {"bare CR in a value", with("X-A: one\rX-B: two\r\n")},
    {"NUL in a value", with("X-A: o\0ne\r\n"s)},
    {"NUL in a name", with("X\0A: one\r\n"s)},
    {"a control byte in a value", with("X-A: o\x01ne\r\n")},
    {"a line without a colon", with("Nonsense\r\n")},
    {"a line without a name", with(": value\r\n")},
    {"a name with a bracket", with("X(A): one\r\n")},
    {"no Host", "GET /x HTTP/1.1\r\n\r\n"},
    {"two Hosts", "GET /x HTTP/1.1\r\nHost: gate.test\r\nHost: gate.test\r\n\r\n"},
    {"two different Hosts", "GET /x HTTP/1.1\r\nHost: gate.test\r\nHost: other.test\r\n\r\n"},
    {"two Hosts in HTTP/1.0", "GET /x HTTP/1.0\r\nHost: gate.test\r\nHost: other.test\r\n\r\n"},
    {"an empty Host", "GET /x HTTP/1.1\r\nHost: \r\n\r\n"},
    {"a Host with a path", "GET /x HTTP/1.1\r\nHost: gate.test/admin\r\n\r\n"},
    {"a Host with a user", "GET /x HTTP/1.1\r\nHost: user@gate.test\r\n\r\n"},
    {"a Host that is a list", "GET /x HTTP/1.1\r\nHost: gate.test, other.test\r\n\r\n"},
    {"a Host with a port that is none", "GET /x HTTP/1.1\r\nHost: gate.test:http\r\n\r\n"},
    {"a method with a bracket", "GE(T /x HTTP/1.1\r\nHost: gate.test\r\n\r\n"},
    {"two blanks in the request line", "GET  /x HTTP/1.1\r\nHost: gate.test\r\n\r\n"},
    {"a tab in the request line", "GET\t/x HTTP/1.1\r\nHost: gate.test\r\n\r\n"},
    {"a blank behind the version", "GET /x HTTP/1.1 \r\nHost: gate.test\r\n\r\n"},
    {"no version", "GET /x\r\nHost: gate.test\r\n\r\n"},
};

const std::vector<Case> ambiguous_targets{
    {"another host than Host", target("http://other.test/x")},
    {"another port than Host", target("http://gate.test:81/x")},
    {"another scheme", target("ftp://gate.test/x")},
    {"a user in the target", target("http://user@gate.test/x")},
    {"no host in the target", target("http:///x")},
    {"no slash first", target("x")},
    {"a fragment", target("/x#top")},
    {"a byte beyond ASCII", target("/caf\xc3\xa9")},
    {"a byte beyond ASCII in the query", target("/x?q=\xe9")},
    {"a backslash", target("/a\\b")},
    {"a control byte", target("/a\x01" "b")},
    {"DEL", target("/a\x7f" "b")},
    {"NUL, encoded", target("/a%00b")},
    {"half an escape", target("/a%2")},
    {"a lone percent", target("/a%")},
    {"an escape of no digits", target("/a%zzb")},
    {"two dots", target("/a/../b")},
    {"two dots last", target("/a/..")},
    {"two dots first", target("/../b")},
    {"one dot", target("/a/./b")},
    {"two dots, encoded", target("/a/%2e%2E/b")},
    {"two dots, half encoded", target("/a/.%2e/b")},
    {"two dots and an encoded slash", target("/a/..%2fb")},
    {"two dots and an encoded backslash", target("/a/..%5cb")},
    {"two dots with a parameter", target("/a/..;x/b")},
    {"a star that is no OPTIONS", target("*")},
};

// The head is fine and may have gone on by then: what must not reach the upstream is a request that looks complete.
const std::vector<Case> broken_chunks{
    {"a size that is no number", with("Transfer-Encoding: chunked\r\n", "zz\r\nhello\r\n0\r\n\r\n")},
    {"a negative size", with("Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n")},
    {"a size with 0x", with("Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n")},
    {"a blank before the size", with("Transfer-Encoding: chunked\r\n", " 5\r\nhello\r\n0\r\n\r\n")},
    {"no size", with("Transfer-Encoding: chunked\r\n", "\r\nhello\r\n0\r\n\r\n")},
    {"a size beyond 64 bits", with("Transfer-Encoding: chunked\r\n", "10000000000000005\r\nhello\r\n0\r\n\r\n")},
    {"bare LF behind the size", with("Transfer-Encoding: chunked\r\n", "5\nhello\r\n0\r\n\r\n")},
    {"bare LF behind the bytes", with("Transfer-Encoding: chunked\r\n", "5\r\nhello\n0\r\n\r\n")},
    {"more bytes than the size said", with("Transfer-Encoding: chunked\r\n", "5\r\nhello!\r\n0\r\n\r\n")},
    {"bare LF in an extension", with("Transfer-Encoding: chunked\r\n", "5;a=\nb\r\nhello\r\n0\r\n\r\n")},
    {"bare CR in an extension", with("Transfer-Encoding: chunked\r\n", "5;a=\rb\r\nhello\r\n0\r\n\r\n")},
    {"a huge extension", with("Transfer-Encoding: chunked\r\n", "5;a=" + std::string(20'000, 'b') + "\r\nhello\r\n0\r\n\r\n")},
    {"bare LF at the end", with("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\n")},
    {"a trailer without a colon", with("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nNonsense\r\n\r\n")},
    {"a length in the trailers", with("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n")},
    {"a folded trailer", with("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nX-A: one\r\n two\r\n\r\n")},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_http_framing)

BOOST_AUTO_TEST_CASE(ambiguous_lengths_are_refused_and_end_the_connection) {
    Scene scene;
    for (const auto& c : ambiguous_lengths) scene.refuses(c);
    scene.serves_others();
    scene.nothing_reached_the_upstream_but(1);
}

BOOST_AUTO_TEST_CASE(broken_heads_are_refused_and_end_the_connection) {
    Scene scene;
    for (const auto& c : broken_heads) scene.refuses(c);
    scene.serves_others();
    scene.nothing_reached_the_upstream_but(1);
}

BOOST_AUTO_TEST_CASE(ambiguous_targets_are_refused_and_end_the_connection) {
    Scene scene;
    for (const auto& c : ambiguous_targets) scene.refuses(c);
    scene.serves_others();
    scene.nothing_reached_the_upstream_but(1);
}

BOOST_AUTO_TEST_CASE(broken_chunks_are_refused_and_never_complete_upstream) {
    Scene scene;
    for (const auto& c : broken_chunks) scene.refuses(c);
    scene.serves_others();
    std::size_t whole = 0;  // the broken ones are written down when their connections end, in whatever order
    for (const auto& request : scene.upstream.received()) {
        BOOST_TEST((!request.complete || request.target() == "/ordinary"), request.start_line << ' ' << request.body);
        whole += request.complete;
    }
    BOOST_TEST(whole == 1u);
}

BOOST_AUTO_TEST_CASE(a_refusal_does_not_depend_on_how_the_bytes_arrive) {
    Scene scene;
    auto client = scene.gateway.client();
    const std::string bytes = with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
    client.send_in_pieces(bytes, 1);
    BOOST_TEST(client.answer().status() == 400);
    BOOST_TEST(client.read_to_end() == "");
}

BOOST_AUTO_TEST_CASE(other_versions_are_told_so) {
    Scene scene;
    for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"}) {
        auto client = scene.gateway.client();
        client.send("GET /x " + std::string{version} + "\r\nHost: gate.test\r\n\r\n");
        BOOST_TEST(client.answer().status() == 505, version);
        BOOST_TEST(client.read_to_end() == "");
    }
}

BOOST_AUTO_TEST_CASE(garbage_is_refused) {
    Scene scene;
    const std::string tls_hello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s + std::string(100, '\x7a') + "\r\n\r\n";
    for (const std::string& bytes : {tls_hello, "SSH-2.0-OpenSSH_9.2\r\n\r\n"s, "\0\0\0\0\r\n\r\n"s, "{}\r\n\r\n"s}) {
        auto client = scene.gateway.client();
        client.send(bytes);
        BOOST_TEST(client.answer().status() == 400);
        BOOST_TEST(client.read_to_end() == "");
    }
    BOOST_TEST(scene.upstream.requests() == 0);
}

BOOST_AUTO_TEST_CASE(an_absolute_target_that_agrees_with_host_is_served) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send(target("http://GATE.test/x?y=1"));
    BOOST_TEST(client.answer().status() == 200);
    BOOST_TEST(scene.upstream.last().target() == "/x?y=1");
}

BOOST_AUTO_TEST_CASE(harmless_escapes_reach_the_upstream_in_one_form) {
    Scene scene;
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/a%2fb/%7euser/%41?q=%41%20+").status() == 200);
    // Unreserved bytes decoded, digits in upper case (RFC 3986 section 6.2.2); a slash stays what it is; queries stay.
    BOOST_TEST(scene.upstream.last().target() == "/a%2Fb/~user/A?q=%41%20+");
}

BOOST_AUTO_TEST_SUITE_END()

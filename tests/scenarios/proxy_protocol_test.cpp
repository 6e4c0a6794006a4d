// tests/scenarios/proxy_protocol_test.cpp - behind a proxy that says whose connections its own are.
#include "support/certificates.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

const std::string header = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n";

bool has(const std::string& text, std::string_view what) { return text.find(what) != text.npos; }

std::string routes(const std::string& trusted = "\"127.0.0.1\"", const std::string& more = "") {
    return "listen { \"127.0.0.1:0\", proxy_protocol = true" + more + " } trusted_proxies { " + trusted + " } " +
           "limits { header_time = 2 * seconds } " +
           "route \"GET /who\" { answer = \"\", response = function(response, request) "
           "response.body = request.client_ip .. ' ' .. request.scheme end }";
}

double figure(const GatewayProcess& gateway, const std::string& outcome) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: " + gateway.admin() + "\r\nConnection: close\r\n\r\n");
    const std::string page = client.answer().body, name = "\ntollgate_proxied_connections_total{outcome=\"" + outcome + "\"} ";
    const auto at = page.find(name);
    return at == page.npos ? -1 : std::stod(page.substr(at + name.size()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_proxy_protocol)

BOOST_AUTO_TEST_CASE(the_client_is_who_the_proxy_says_for_all_requests_of_a_connection) {
    GatewayProcess gateway{routes()};
    auto client = gateway.client();
    client.send(header + RawClient::head("GET", "/who") + RawClient::head("GET", "/who"));  // in one packet
    BOOST_TEST(client.answer().body == "192.0.2.7 http");
    BOOST_TEST(client.answer().body == "192.0.2.7 http");
    BOOST_TEST(client.get("/who").body == "192.0.2.7 http");
    auto slow = gateway.client();
    slow.send_in_pieces(header + RawClient::head("GET", "/who"), 1);
    BOOST_TEST(slow.answer().body == "192.0.2.7 http");
    auto second = gateway.client();
    const std::string v2{"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\x08\xc6\x33\x64\1\xdc\4\1\xbb", 28};
    second.send(v2 + RawClient::head("GET", "/who"));
    BOOST_TEST(second.answer().body == "192.0.2.8 http");
    auto own = gateway.client();  // a health check
    own.send("PROXY UNKNOWN\r\n" + RawClient::head("GET", "/who"));
    BOOST_TEST(own.answer().body == "127.0.0.1 http");
    BOOST_TEST(figure(gateway, "taken") == 4);
}

BOOST_AUTO_TEST_CASE(x_forwarded_for_goes_on_from_that_address_and_is_not_believed_of_it) {
    ScriptedUpstream upstream{ScriptedUpstream::always("ok")};
    GatewayProcess gateway{"listen { \"127.0.0.1:0\", proxy_protocol = true } trusted_proxies { \"127.0.0.1\" } "
                           "route \"* /**\" { upstream = upstream \"u\" { targets = \"" + upstream.address() + "\" } }"};
    auto client = gateway.client();
    client.send(header + RawClient::head("GET", "/", "X-Forwarded-For: 203.0.113.9\r\n"));
    BOOST_TEST(client.answer().body == "ok");
    BOOST_TEST(upstream.last().header("X-Forwarded-For") == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(nobody_is_believed_on_a_connection_of_which_the_proxy_does_not_say_whose_it_is) {
    ScriptedUpstream upstream{ScriptedUpstream::always("ok")};
    GatewayProcess gateway{"listen { \"127.0.0.1:0\", proxy_protocol = true } trusted_proxies { \"127.0.0.1\" } "
                           "route \"* /**\" { upstream = upstream \"u\" { targets = \"" + upstream.address() + "\" } }"};
    const std::string local{"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16}, unspecified{"\r\n\r\n\0\r\nQUIT\n\x21\0\0\0", 16};
    for (const std::string& unnamed : {std::string{"PROXY UNKNOWN\r\n"}, local, unspecified}) {
        auto client = gateway.client();
        client.send(unnamed + RawClient::head("GET", "/", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"));
        BOOST_TEST(client.answer().body == "ok");
        BOOST_TEST(upstream.last().header("X-Forwarded-For") == "127.0.0.1");
        BOOST_TEST(upstream.last().header("X-Forwarded-Proto") == "http");
    }
}

BOOST_AUTO_TEST_CASE(tls_begins_behind_the_header) {
    const Certificate certificate{{.names = "DNS:site.test"}};
    GatewayProcess gateway{routes("\"127.0.0.1\"", ", tls = { certificate = \"" + certificate.file().string() + "\", key = \"" +
                                                       certificate.key_file().string() + "\" }")};
    const std::string port = gateway.address().substr(gateway.address().rfind(':') + 1);
    const Finished curl = run({"curl", "--silent", "--show-error", "--max-time", "60", "--noproxy", "*", "--insecure",
                               "--haproxy-protocol", "https://127.0.0.1:" + port + "/who"});
    BOOST_TEST(curl.code == 0, curl.err);
    BOOST_TEST(curl.out == "127.0.0.1 https");
}

BOOST_AUTO_TEST_CASE(whoever_is_not_trusted_is_closed_and_told_of_in_the_log) {
    GatewayProcess gateway{routes("\"192.0.2.0/24\"")};
    auto client = gateway.client();
    BOOST_TEST((client.wait_for_end() != End::timed_out));
    BOOST_TEST(has(gateway.process().wait_for_line("trusted_proxies"), "127.0.0.1"));
    BOOST_TEST(figure(gateway, "untrusted") == 1);
}

BOOST_AUTO_TEST_CASE(a_proxy_that_says_nothing_or_something_else_is_closed) {
    GatewayProcess gateway{routes()};
    auto other = gateway.client();
    other.send(RawClient::head("GET", "/who"));
    BOOST_TEST((other.wait_for_end() != End::timed_out));
    BOOST_TEST(has(gateway.process().wait_for_line("PROXY protocol"), "expected a header"));
    BOOST_TEST(figure(gateway, "malformed") == 1);
    auto half = gateway.client();
    half.send("PROXY TCP4 192.0.2.7");
    BOOST_TEST((half.wait_for_end() != End::timed_out));
    BOOST_TEST(figure(gateway, "timed_out") == 1);
    auto gone = gateway.client();
    gone.send("PROXY TCP4 192.0.2.7");
    gone.end_sending();
    BOOST_TEST((gone.wait_for_end() != End::timed_out));
    BOOST_TEST(figure(gateway, "timed_out") == 1);
    auto good = gateway.client();
    good.send(header + RawClient::head("GET", "/who"));
    BOOST_TEST(good.answer().body == "192.0.2.7 http");
}

BOOST_AUTO_TEST_CASE(a_reload_begins_and_ends_it) {
    GatewayProcess gateway{routes()};
    auto before = gateway.client();
    before.send(header + RawClient::head("GET", "/who"));
    BOOST_TEST(before.answer().body == "192.0.2.7 http");
    std::string plain = routes();
    plain.replace(plain.find(", proxy_protocol = true"), 23, "");
    gateway.write_routes(plain);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/who").body == "127.0.0.1 http");
    BOOST_TEST(before.get("/who").body == "192.0.2.7 http");
}

BOOST_AUTO_TEST_SUITE_END()

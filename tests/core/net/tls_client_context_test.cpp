// tests/core/net/tls_client_context_test.cpp - whom a client trusts, how it speaks, and in which words it refuses.
#include "core/net/tls_client.h"
#include "support/tls_server.h"

#include <openssl/tls1.h>

using namespace tollgate;
using namespace tollgate::net;
using namespace std::chrono_literals;
using test::local_certificate;

namespace {

// What a client that trusts `trusted` makes of `certificate`: "" or the problem.
std::string verdict(const test::Certificate& certificate, const test::Certificate& trusted, const std::string& host) {
    test::TlsServer server{certificate, [](test::TlsEnd& end) {
                               if (end.shake_hands()) end.read_some();
                           }};
    const TlsClientContext context{trusted.file().string()};
    EventLoop loop{0};
    std::string problem;
    const auto client = [&]() -> Task<void> {
        const test::Attempt made = co_await test::attempt(loop, server.address(), context, host);
        BOOST_TEST(made.result.error == (made.stream ? 0 : EPROTO));
        problem = made.problem;
    };
    test::run_on(loop, client());
    return problem;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_tls_client_context)

BOOST_AUTO_TEST_CASE(who_is_not_trusted_is_refused_in_words) {
    const test::Certificate authority{{.common_name = "authority", .authority = true}};
    const test::Certificate good{{.names = "DNS:*.api.example,IP:::1", .signed_by = &authority}};
    BOOST_TEST(verdict(good, authority, "a.api.example") == "");
    BOOST_TEST(verdict(good, authority, "::1") == "");
    BOOST_TEST(verdict(good, authority, "api.example") == "certificate verify failed: hostname mismatch");
    BOOST_TEST(verdict(good, authority, "a.b.api.example") == "certificate verify failed: hostname mismatch");
    BOOST_TEST(verdict(good, authority, "127.0.0.1") == "certificate verify failed: IP address mismatch");
    BOOST_TEST(verdict(good, local_certificate(), "a.api.example") ==
               "certificate verify failed: unable to get local issuer certificate");
    BOOST_TEST(verdict(local_certificate(), authority, "127.0.0.1") ==
               "certificate verify failed: self-signed certificate");
    BOOST_TEST(verdict(local_certificate(), local_certificate(), "127.0.0.1") == "");
}

BOOST_AUTO_TEST_CASE(certificates_have_their_time_and_their_names) {
    const test::Certificate authority{{.common_name = "authority", .authority = true}};
    const test::Certificate expired{{.names = "IP:127.0.0.1", .ends = -60s, .signed_by = &authority}};
    BOOST_TEST(verdict(expired, authority, "127.0.0.1") == "certificate verify failed: certificate has expired");
    const test::Certificate early{{.names = "IP:127.0.0.1", .begins = 600s, .signed_by = &authority}};
    BOOST_TEST(verdict(early, authority, "127.0.0.1") == "certificate verify failed: certificate is not yet valid");
    const test::Certificate nameless{{.common_name = "api.example", .signed_by = &authority}};
    BOOST_TEST(verdict(nameless, authority, "api.example") == "certificate verify failed: hostname mismatch");
}

BOOST_AUTO_TEST_CASE(an_insecure_client_takes_any_certificate) {
    const test::Certificate bad{{.names = "DNS:other.example", .ends = -60s}};
    test::TlsServer server{bad, [](test::TlsEnd& end) {
                               end.shake_hands();
                               end.write(end.server_name());
                           }};
    const TlsClientContext context{"", true};
    EventLoop loop{0};
    const auto client = [&]() -> Task<void> {
        const test::Attempt made = co_await test::attempt(loop, server.address(), context, "api.example");
        BOOST_TEST_REQUIRE(bool(made.stream), made.problem);
        BOOST_TEST((co_await test::read(*made.stream, 11)).text == "api.example");
    };
    test::run_on(loop, client());
}

BOOST_AUTO_TEST_CASE(the_systems_authorities_do_not_trust_a_test) {
    test::TlsServer server{local_certificate(), [](test::TlsEnd& end) { end.shake_hands(); }};
    const TlsClientContext context;
    EventLoop loop{0};
    const auto client = [&]() -> Task<void> {
        BOOST_TEST((co_await test::attempt(loop, server.address(), context)).problem ==
                   "certificate verify failed: self-signed certificate");
    };
    test::run_on(loop, client());
}

BOOST_AUTO_TEST_CASE(authorities_that_cannot_be_read_are_refused) {
    BOOST_CHECK_EXCEPTION(TlsClientContext{"/nowhere"}, std::runtime_error, [](const std::runtime_error& error) {
        return std::string{error.what()}.starts_with("cannot read certificates of \"/nowhere\": ");
    });
    BOOST_CHECK_THROW(TlsClientContext{"/dev/null"}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(hosts_that_no_certificate_can_name_are_refused) {
    const TlsClientContext context;
    BOOST_CHECK_THROW(context.session(std::string(300, 'a')), std::runtime_error);
    BOOST_CHECK_THROW(context.session(""), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_server_is_told_the_name_and_http11_but_no_address) {
    const std::pair<const char*, const char*> rows[] = {
        {"api.example", "api.example"}, {"api.example.", "api.example"}, {"127.0.0.1", ""}};
    for (const auto& [host, expected] : rows) {
        std::string name, protocol;
        test::TlsServer server{local_certificate(), [&](test::TlsEnd& end) {
                                   end.shake_hands();
                                   name = end.server_name();
                                   protocol = end.protocol();
                               }};
        const TlsClientContext context{local_certificate().file().string()};
        EventLoop loop{0};
        const auto client = [&, to = host]() -> Task<void> {
            BOOST_TEST((co_await test::attempt(loop, server.address(), context, to)).problem == "");
        };
        test::run_on(loop, client());
        server.wait();
        BOOST_TEST(name == expected);
        BOOST_TEST(protocol == "http/1.1");
    }
}

BOOST_AUTO_TEST_CASE(versions_before_12_are_refused) {
    for (const auto& [highest, version] : {std::pair{0, "TLSv1.3"}, std::pair{TLS1_2_VERSION, "TLSv1.2"},
                                           std::pair{TLS1_1_VERSION, ""}}) {
        bool agreed = false;
        test::TlsServer server{local_certificate(), [&](test::TlsEnd& end) { agreed = end.shake_hands(); }, highest};
        const TlsClientContext context{local_certificate().file().string()};
        EventLoop loop{0};
        std::string spoken;
        const auto client = [&]() -> Task<void> {
            const test::Attempt made = co_await test::attempt(loop, server.address(), context);
            if (made.stream) spoken = made.stream->version();
        };
        test::run_on(loop, client());
        server.wait();
        BOOST_TEST(spoken == version);
        BOOST_TEST(agreed == !spoken.empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()

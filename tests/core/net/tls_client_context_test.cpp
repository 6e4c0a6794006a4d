// tests/core/net/tls_client_context_test.cpp - whom a client trusts, how it speaks, and in which words it refuses.
#include "core/net/tls_client.h"
#include "support/tls_server.h"

#include <openssl/tls1.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

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
    const TlsClientContext context{{.authorities = trusted.file().string()}};
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
    const TlsClientContext context{{.insecure = true}};
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
    const TlsClientContext context{{}};
    EventLoop loop{0};
    const auto client = [&]() -> Task<void> {
        BOOST_TEST((co_await test::attempt(loop, server.address(), context)).problem ==
                   "certificate verify failed: self-signed certificate");
    };
    test::run_on(loop, client());
}

BOOST_AUTO_TEST_CASE(authorities_that_cannot_be_read_are_refused) {
    BOOST_CHECK_EXCEPTION((TlsClientContext{{.authorities = "/nowhere"}}), std::runtime_error, [](const std::runtime_error& error) {
        return std::string{error.what()} == "cannot be read: No such file or directory";
    });
    const auto refused = [](const std::filesystem::path& file, const char* why) {
        BOOST_CHECK_EXCEPTION((TlsClientContext{{.authorities = file.string()}}), std::runtime_error,
                              [&](const std::runtime_error& error) { return std::string{error.what()} == why; });
    };
    refused("/dev/null", "is empty");
    refused(local_certificate().key_file(), "holds no certificate in PEM");
    const test::TemporaryFolder folder;
    std::ofstream{folder / "ca.pem"} << std::ifstream{local_certificate().file()}.rdbuf()
                                     << "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    refused(folder / "ca.pem", "holds a broken certificate");
}

BOOST_AUTO_TEST_CASE(hosts_that_no_certificate_can_name_are_refused) {
    const TlsClientContext context{{}};
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
        const TlsClientContext context{{.authorities = local_certificate().file().string()}};
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
        test::TlsServer server{local_certificate(), [&](test::TlsEnd& end) { agreed = end.shake_hands(); }, {.highest_version = highest}};
        const TlsClientContext context{{.authorities = local_certificate().file().string()}};
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

BOOST_AUTO_TEST_CASE(a_client_that_wants_13_speaks_nothing_older) {
    test::TlsServer server{local_certificate(), [](test::TlsEnd& end) { BOOST_TEST(!end.shake_hands()); },
                           {.highest_version = TLS1_2_VERSION}};
    const TlsClientContext context{{.authorities = local_certificate().file().string(), .only_tls13 = true}};
    EventLoop loop{0};
    const auto client = [&]() -> Task<void> {
        BOOST_TEST(!(co_await test::attempt(loop, server.address(), context)).stream);
    };
    test::run_on(loop, client());
    server.wait();
}

BOOST_AUTO_TEST_CASE(a_name_takes_the_place_of_the_host) {
    for (const auto& [name, problem] : {std::pair{"api.example", ""},
                                        std::pair{"other.example", "certificate verify failed: hostname mismatch"}}) {
        std::string asked;
        test::TlsServer server{local_certificate(), [&](test::TlsEnd& end) {
                                   end.shake_hands();
                                   asked = end.server_name();
                               }};
        const TlsClientContext context{{.authorities = local_certificate().file().string(), .name = name}};
        EventLoop loop{0};
        const auto client = [&, expected = problem]() -> Task<void> {
            BOOST_TEST((co_await test::attempt(loop, server.address(), context, "127.0.0.1")).problem == expected);
        };
        test::run_on(loop, client());
        server.wait();
        BOOST_TEST(asked == name);
    }
}

BOOST_AUTO_TEST_CASE(who_asks_for_a_certificate_is_shown_it_or_says_what_is_amiss) {
    const test::Certificate authority{{.common_name = "authority", .authority = true}};
    const test::Certificate mine{{.common_name = "gateway", .signed_by = &authority}};
    const test::Certificate stranger{{.common_name = "stranger"}};
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
        for (const test::Certificate* shown : {&mine, &stranger, static_cast<const test::Certificate*>(nullptr)}) {
            std::string met;
            test::TlsServer server{local_certificate(),
                                   [&](test::TlsEnd& end) {
                                       if (!end.shake_hands()) return;
                                       met = end.client();
                                       end.write("ok");
                                   },
                                   {.highest_version = version, .clients = &authority}};
            TlsClientContext::Options options{.authorities = local_certificate().file().string()};
            std::vector<TlsCertificate::Problem> problems;
            if (shown) options.certificate.emplace(shown->file().string(), shown->key_file().string(), problems);
            const TlsClientContext context{std::move(options)};
            EventLoop loop{0};
            const auto client = [&]() -> Task<void> {
                // With TLS 1.3 the handshake is over for the client when the server has yet to look at its certificate.
                test::Attempt made = co_await test::attempt(loop, server.address(), context);
                test::Said said;
                if (made.stream) said = co_await test::read(*made.stream, 2);
                const IoResult& result = made.stream ? said.result : made.result;
                BOOST_TEST(said.text == (shown == &mine ? "ok" : ""));
                // TLS 1.2 has no words for a certificate that is missing.
                const int expected = shown == &mine ? 0 : !shown && version == TLS1_2_VERSION ? EPROTO : EKEYREJECTED;
                BOOST_TEST(result.error == expected, made.problem);
                if (made.stream && shown != &mine)
                    BOOST_TEST(made.stream->describe(result) == (shown ? "TLS: tlsv1 alert unknown ca" :
                                                                         "TLS: tlsv13 alert certificate required"));
            };
            test::run_on(loop, client());
            server.wait();
            BOOST_TEST(met == (shown == &mine ? "gateway" : ""));
        }
}

BOOST_AUTO_TEST_CASE(sessions_are_resumed_where_that_is_wanted) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION})
        for (const bool resumes : {true, false}) {
            std::vector<bool> resumed;
            test::TlsServer server{local_certificate(),
                                   [&](test::TlsEnd& end) {
                                       BOOST_TEST(end.shake_hands());
                                       resumed.push_back(end.resumed());
                                       end.write("ok");
                                       end.read_some();  // to its end: who is cut off resumes nothing of TLS 1.2
                                   },
                                   {.highest_version = version, .connections = 4}};
            const TlsClientContext context{{.authorities = local_certificate().file().string(), .resumes = resumes}};
            const auto client = [&](EventLoop& on, std::string host) -> Task<void> {
                test::Attempt made = co_await test::attempt(on, server.address(), context, std::move(host));
                BOOST_TEST_REQUIRE(bool(made.stream), made.problem);
                BOOST_TEST((co_await test::read(*made.stream, 2)).text == "ok");  // tickets of TLS 1.3 come with it
            };
            const auto connect = [&](std::size_t number, const char* host) {
                EventLoop loop{number};
                test::run_on(loop, client(loop, host));
            };
            connect(0, "127.0.0.1");
            connect(0, "127.0.0.1");
            connect(0, "api.example");  // which nobody was checked for yet
            connect(1, "127.0.0.1");    // sessions are a loop's own
            server.wait();
            const std::vector<bool> expected{false, resumes, false, false};
            BOOST_TEST(resumed == expected, boost::test_tools::per_element());
        }
}

BOOST_AUTO_TEST_CASE(a_context_is_kept_as_long_as_nothing_of_it_changes) {
    const test::Certificate authority{{.common_name = "authority", .authority = true}}, other{{.common_name = "other"}};
    const test::TemporaryFolder folder;
    const auto file = folder.path() / "ca.pem";
    constexpr auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(authority.file(), file, over);
    TlsClientContexts contexts;
    const auto certificate = [&](const test::Certificate& of) {
        std::vector<TlsCertificate::Problem> problems;
        return TlsCertificate{of.file().string(), of.key_file().string(), problems};
    };
    const auto made = contexts.with({.authorities = file.string(), .certificate = certificate(other)});
    BOOST_TEST(contexts.with({.authorities = file.string(), .certificate = certificate(other)}) == made);
    BOOST_TEST(contexts.with({.authorities = file.string(), .certificate = certificate(authority)}) != made);
    BOOST_TEST(contexts.with({.authorities = file.string()}) != made);
    BOOST_TEST(contexts.with({.authorities = file.string(), .name = "a.example", .certificate = certificate(other)}) != made);
    BOOST_TEST(contexts.with({.insecure = true, .certificate = certificate(other)}) != made);
    std::filesystem::copy_file(other.file(), file, over);
    BOOST_TEST(contexts.with({.authorities = file.string(), .certificate = certificate(other)}) != made);
    // The system's likewise: one that it trusts no more is not trusted because it was met before.
    setenv("SSL_CERT_DIR", folder.path().c_str(), 1);
    const auto by_system = contexts.with({});
    BOOST_TEST(contexts.with({}) == by_system);
    std::filesystem::remove(file);
    BOOST_TEST(contexts.with({}) != by_system);
    unsetenv("SSL_CERT_DIR");
    BOOST_CHECK_EXCEPTION(contexts.with({.authorities = "/nowhere"}), std::runtime_error, [](const std::runtime_error& error) {
        return std::string{error.what()} == "cannot be read: No such file or directory";
    });
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/tls_test.cpp - HTTPS: who is met, who may come, what is resumed, and what clients do wrong.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"
#include "support/tls_connection.h"

#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

using namespace tollgate::test;

namespace {

const Certificate& authority() {
    static const Certificate certificate{{.common_name = "clients", .authority = true}};
    return certificate;
}

void copy_certificate(const Certificate& from, const std::filesystem::path& folder, const std::string& name) {
    constexpr auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(from.file(), folder / (name + ".pem"), over);
    std::filesystem::copy_file(from.key_file(), folder / (name + ".key"), over);
}

// A gateway whose folder has certificates: site.pem and others.pem, with their keys, and clients.pem.
struct Site {
    explicit Site(const std::string& tls = "certificate = \"site.pem\", key = \"site.key\"",
                  const std::string& more = "route \"GET /ok\" { answer = \"ok\\n\" }") {
        copy_certificate(Certificate{{.names = "DNS:site.test", .common_name = "site"}}, certificates.path(), "site");
        copy_certificate(Certificate{{.names = "DNS:*.others.test", .common_name = "others"}}, certificates.path(), "others");
        copy_certificate(authority(), certificates.path(), "clients");
        gateway.emplace(routes(tls, more), std::vector<std::string>{});
    }
    std::string routes(std::string tls, const std::string& more) const {
        for (const char* name : {"site.", "others.", "clients."})
            for (auto at = tls.find('"' + std::string{name}); at != tls.npos; at = tls.find('"' + std::string{name}, at + 2))
                tls.insert(at + 1, certificates.path().string() + '/');
        return "listen { \"127.0.0.1:0\", tls = { " + tls + " } } " + more;
    }
    const std::string& address() const { return gateway->address(); }
    double figure(const std::string& name) const {
        RawClient client{gateway->admin()};
        client.send("GET /metrics HTTP/1.1\r\nHost: " + gateway->admin() + "\r\nConnection: close\r\n\r\n");
        const std::string page = client.answer().body;
        const auto at = page.find('\n' + name + ' ');
        return at == page.npos ? -1 : std::stod(page.substr(at + name.size() + 2));
    }

    TemporaryFolder certificates;
    std::optional<GatewayProcess> gateway;
};

bool has(const std::string& text, std::string_view what) { return text.find(what) != text.npos; }

const std::string who_route =
    "route \"GET /who\" { answer = \"ok\\n\", response = function(response, request) "
    "response.headers[\"X-Who\"] = request.client_certificate end }";
const std::string two_sites = "certificate = \"site.pem\", key = \"site.key\", { certificate = \"others.pem\", key = \"others.key\" }";
const std::string with_clients = "certificate = \"site.pem\", key = \"site.key\", client_authorities = \"clients.pem\"";

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_tls)

BOOST_AUTO_TEST_CASE(a_connection_serves_request_after_request_in_both_versions) {
    const Site site;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsConnection client{site.address(), {.lowest_version = version, .highest_version = version}};
        BOOST_TEST_REQUIRE(client.established(), client.problem());
        for (int i = 0; i < 3; ++i) BOOST_TEST(client.get("/ok").ends_with("\r\n\r\nok\n"));
    }
}

BOOST_AUTO_TEST_CASE(older_versions_are_not_spoken) {
    const Site site{"certificate = \"site.pem\", key = \"site.key\", minimum_version = \"1.3\""};
    BOOST_TEST((TlsConnection{site.address(), {.highest_version = TLS1_2_VERSION}}.problem() == "tlsv1 alert protocol version"));
    BOOST_TEST((TlsConnection{site.address()}.version()) == "TLSv1.3");
}

BOOST_AUTO_TEST_CASE(curl_takes_it_for_a_proper_site) {
    const Site site;
    const std::string port = site.address().substr(site.address().rfind(':') + 1);
    const Finished curl = run({"curl", "--silent", "--show-error", "--max-time", "60", "--noproxy", "*", "--cacert",
                               (site.certificates / "site.pem").string(), "--resolve", "site.test:" + port + ":127.0.0.1",
                               "https://site.test:" + port + "/ok"});
    BOOST_TEST(curl.code == 0, curl.err);
    BOOST_TEST(curl.out == "ok\n");
}

BOOST_AUTO_TEST_CASE(the_upstream_learns_that_it_was_https) {
    ScriptedUpstream upstream{ScriptedUpstream::always("hello")};
    const Site site{"certificate = \"site.pem\", key = \"site.key\"",
                    "local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } } route \"* /**\" { upstream = u }"};
    TlsConnection client{site.address()};
    BOOST_TEST(client.get("/x", "X-Forwarded-Proto: http\r\n").ends_with("hello"));
    BOOST_TEST(upstream.last().header("X-Forwarded-Proto") == "https");
    BOOST_TEST(upstream.last().header("X-Forwarded-For") == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(the_name_asked_for_chooses_the_certificate) {
    const Site site{two_sites};
    const auto met = [&](const std::string& name) { return TlsConnection{site.address(), {.name = name}}.common_name(); };
    BOOST_TEST(met("site.test") == "site");
    BOOST_TEST(met("a.others.test") == "others");
    BOOST_TEST(met("A.Others.TEST") == "others");
    BOOST_TEST(met("b.a.others.test") == "site");  // the asterisk is one label
    BOOST_TEST(met("others.test") == "site");
    BOOST_TEST(met("unknown.test") == "site");
    BOOST_TEST(met("") == "site");
}

BOOST_AUTO_TEST_CASE(http11_is_agreed_upon_and_nothing_else) {
    const Site site;
    using namespace std::string_literals;
    BOOST_TEST((TlsConnection{site.address(), {.protocols = "\x02h2\x08http/1.1"s}}.protocol() == "http/1.1"));
    BOOST_TEST((TlsConnection{site.address(), {.protocols = "\x02h2"s}}.problem() == "tlsv1 alert no application protocol"));
    BOOST_TEST((TlsConnection{site.address()}.protocol()) == "");
}

BOOST_AUTO_TEST_CASE(sessions_are_resumed_by_ticket_and_by_cache_also_after_a_reload) {
    Site site;
    const auto session_of = [&](const TlsConnection::Wanted& wanted) {
        TlsConnection first{site.address(), wanted};
        BOOST_TEST_REQUIRE(first.established(), first.problem());
        BOOST_TEST(!first.resumed());
        BOOST_TEST(first.get("/ok").ends_with("ok\n"));  // tickets of TLS 1.3 come with it
        return first.session();
    };
    const TlsConnection::Wanted newest{}, tickets{.highest_version = TLS1_2_VERSION},
        cache{.highest_version = TLS1_2_VERSION, .tickets = false};
    for (const TlsConnection::Wanted& kind : {newest, tickets, cache}) {
        TlsConnection::Wanted again = kind;
        again.session = session_of(kind);
        TlsConnection second{site.address(), again};
        BOOST_TEST(second.resumed());
        BOOST_TEST(second.get("/ok").ends_with("ok\n"));
    }
    BOOST_TEST(site.figure("tollgate_tls_handshakes_total{outcome=\"resumed\"}") == 3);
    BOOST_TEST(site.figure("tollgate_tls_handshakes_total{outcome=\"full\"}") == 3);
    TlsConnection::Wanted after{.session = session_of(newest)};
    BOOST_TEST(site.gateway->reload().starts_with("reloaded"));
    BOOST_TEST((TlsConnection{site.address(), after}.resumed()));
}

BOOST_AUTO_TEST_CASE(a_reload_takes_up_changed_files_and_drops_nobody) {
    Site site;
    TlsConnection old{site.address()};
    BOOST_TEST(old.common_name() == "site");
    BOOST_TEST(old.get("/ok").ends_with("ok\n"));
    copy_certificate(Certificate{{.names = "DNS:site.test", .common_name = "renewed"}}, site.certificates.path(), "site");
    BOOST_TEST((TlsConnection{site.address()}.common_name()) == "site");  // not before it is told
    const Finished reloaded = site.gateway->reload_by_command();
    BOOST_TEST(reloaded.code == 0);
    BOOST_TEST(has(reloaded.out, "certificates"), reloaded.out);
    BOOST_TEST(has(reloaded.out, "site.test until "), reloaded.out);
    BOOST_TEST((TlsConnection{site.address()}.common_name()) == "renewed");
    BOOST_TEST(old.get("/ok").ends_with("ok\n"));
}

BOOST_AUTO_TEST_CASE(a_bad_file_refuses_the_reload_and_the_old_certificate_stays) {
    Site site;
    std::filesystem::copy_file(site.certificates / "others.key", site.certificates / "site.key",
                               std::filesystem::copy_options::overwrite_existing);
    const Finished refused = site.gateway->reload_by_command();
    BOOST_TEST(refused.code == 1);
    BOOST_TEST(has(refused.err, "is not the certificate's"), refused.err);
    TlsConnection client{site.address()};
    BOOST_TEST(client.common_name() == "site");
    BOOST_TEST(client.get("/ok").ends_with("ok\n"));
}

BOOST_AUTO_TEST_CASE(a_listener_may_become_https_and_plain_again) {
    Site site;
    const std::string address = site.address(), route = "route \"GET /ok\" { answer = \"ok\\n\" }";
    TlsConnection before{address};
    site.gateway->write_routes("listen \"127.0.0.1:0\" " + route);
    BOOST_TEST(site.gateway->reload().starts_with("reloaded"));
    BOOST_TEST(RawClient{address}.get("/ok").body == "ok\n");
    BOOST_TEST(before.get("/ok").ends_with("ok\n"));
}

BOOST_AUTO_TEST_CASE(clients_prove_who_they_are) {
    const Site site{with_clients, who_route};
    const Certificate alice{{.common_name = "alice", .signed_by = &authority()}};
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsConnection client{site.address(), {.certificate = &alice, .highest_version = version}};
        BOOST_TEST_REQUIRE(client.established(), client.problem());
        BOOST_TEST(has(client.get("/who"), "X-Who: CN=alice\r\n"));
        // Whoever resumes is still known.
        TlsConnection again{site.address(), {.highest_version = version, .session = client.session()}};
        BOOST_TEST(again.resumed());
        BOOST_TEST(has(again.get("/who"), "X-Who: CN=alice\r\n"));
    }
}

BOOST_AUTO_TEST_CASE(clients_who_cannot_are_turned_away_and_told_why) {
    const Site site{with_clients, who_route};
    const Certificate stranger{{.common_name = "stranger"}};
    const Certificate late{{.common_name = "late", .begins = std::chrono::seconds{-7200}, .ends = std::chrono::seconds{-3600},
                            .signed_by = &authority()}};
    const auto problem = [&](const Certificate* certificate) {
        TlsConnection client{site.address(), {.certificate = certificate}};
        if (client.established()) client.write("GET /who HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(client.read_some() == "");
        return client.problem();
    };
    BOOST_TEST(problem(nullptr) == "tlsv13 alert certificate required");
    BOOST_TEST(problem(&stranger) == "tlsv1 alert unknown ca");
    BOOST_TEST(problem(&late) == "sslv3 alert certificate expired");
    BOOST_TEST(site.figure("tollgate_tls_handshakes_total{outcome=\"failed\"}") == 3);
}

BOOST_AUTO_TEST_CASE(who_must_not_prove_anything_may_but_not_wrongly) {
    const Site site{with_clients + ", client_certificate = \"optional\"", who_route};
    const Certificate alice{{.common_name = "alice", .signed_by = &authority()}}, stranger{{.common_name = "stranger"}};
    TlsConnection nobody{site.address()}, known{site.address(), {.certificate = &alice}};
    const std::string answer = nobody.get("/who");
    BOOST_TEST(answer.starts_with("HTTP/1.1 200 "));
    BOOST_TEST(!has(answer, "CN="), answer);
    BOOST_TEST(has(known.get("/who"), "X-Who: CN=alice\r\n"));
    TlsConnection liar{site.address(), {.certificate = &stranger}};
    BOOST_TEST(liar.read_some() == "");
    BOOST_TEST(liar.problem() == "tlsv1 alert unknown ca");
}

BOOST_AUTO_TEST_CASE(plain_http_is_told_to_come_by_https) {
    const Site site;
    RawClient client{site.address()};
    const Message answer = client.get("/ok");
    BOOST_TEST(answer.status() == 400);
    BOOST_TEST(has(answer.body, "\"https_expected\""), answer.body);
    BOOST_TEST(client.read_to_end() == "");
    RawClient noise{site.address()};
    noise.send("\x05\x01\x02 what is this?\r\n\r\n");
    BOOST_TEST(!has(noise.read_to_end(), "HTTP"));
    BOOST_TEST(TlsConnection{site.address()}.get("/ok").ends_with("ok\n"));
}

BOOST_AUTO_TEST_CASE(slow_handshakes_are_ended_and_counted) {
    const Site site{"certificate = \"site.pem\", key = \"site.key\"",
                    "limits { handshake_time = 300 * milliseconds } route \"GET /ok\" { answer = \"ok\\n\" }"};
    RawClient silent{site.address()}, drip{site.address()};
    drip.send(std::string_view{"\x16\x03\x01\x02\x00\x01", 6});  // a ClientHello's beginning
    BOOST_TEST(silent.read_to_end() == "");
    BOOST_TEST(drip.read_to_end() == "");
    BOOST_TEST(site.figure("tollgate_tls_handshakes_total{outcome=\"timed_out\"}") == 2);
}

BOOST_AUTO_TEST_CASE(too_many_handshakes_at_a_time_are_refused_and_the_others_go_on) {
    const Site site{"certificate = \"site.pem\", key = \"site.key\"",
                    "limits { handshakes = 2 } route \"GET /ok\" { answer = \"ok\\n\" }"};
    TlsConnection established{site.address()};
    BOOST_TEST(established.get("/ok").ends_with("ok\n"));
    std::optional<RawClient> first{site.address()};
    const RawClient second{site.address()};
    RawClient third{site.address()};
    BOOST_TEST(third.read_to_end() == "");
    BOOST_TEST(site.figure("tollgate_tls_handshakes_total{outcome=\"refused\"}") == 1);
    BOOST_TEST(site.figure("tollgate_tls_handshakes_in_progress") == 2);
    BOOST_TEST(established.get("/ok").ends_with("ok\n"));
    first.reset();
    const Deadline deadline;
    while (site.figure("tollgate_tls_handshakes_in_progress") != 1) BOOST_TEST_REQUIRE(!deadline.passed());
    BOOST_TEST(TlsConnection{site.address()}.get("/ok").ends_with("ok\n"));
}

BOOST_AUTO_TEST_CASE(a_gigabyte_arrives_as_it_was_sent) {
    constexpr std::size_t size = 1 << 30, block_size = (1 << 20) - 17;
    std::string block(block_size, '\0');
    std::uint32_t state = 1;
    for (char& letter : block) letter = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
        for (std::size_t sent = 0; sent < size; sent += block_size)
            connection.send(std::string_view{block}.substr(0, std::min(block_size, size - sent)));
    }};
    Site site{"certificate = \"site.pem\", key = \"site.key\"",
                    "local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } } route \"GET /\" { upstream = u }"};
    TlsConnection client{site.address()};
    client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    std::size_t received = 0;
    bool intact = true;
    while (received < size) {
        const std::string piece = client.read_some();
        BOOST_TEST_REQUIRE(!piece.empty(), client.problem() << " after " << received << " bytes");
        for (std::size_t done = 0; done < piece.size();) {
            const std::size_t at = (received + done) % block_size, part = std::min(piece.size() - done, block_size - at);
            intact = intact && block.compare(at, part, piece, done, part) == 0;
            done += part;
        }
        received += piece.size();
    }
    BOOST_TEST(received == size);
    BOOST_TEST(intact);
    BOOST_TEST(site.gateway->process().peak_resident_bytes() < 512u << 20);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_connections_with_a_close_notify) {
    Site site;
    TlsConnection client{site.address()};
    BOOST_TEST(client.get("/ok").ends_with("ok\n"));
    site.gateway->process().signal(SIGTERM);
    BOOST_TEST(client.read_some() == "");
    BOOST_TEST(client.problem() == "");
    BOOST_TEST(site.gateway->process().wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

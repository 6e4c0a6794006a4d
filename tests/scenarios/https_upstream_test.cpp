// tests/scenarios/https_upstream_test.cpp - upstreams behind https://: who is believed, what is shown, what is kept.
#include "support/gateway_process.h"
#include "support/nginx.h"
#include "support/scripted_upstream.h"
#include "support/tls_server.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

using namespace tollgate::test;

namespace {

const Certificate& authority() {
    static const Certificate certificate{{.common_name = "authority", .authority = true}};
    return certificate;
}

const Certificate& site() {
    static const Certificate certificate{{.names = "DNS:orders.test,IP:127.0.0.1", .signed_by = &authority()}};
    return certificate;
}

// An nginx that speaks TLS, and says whom it was asked for, whether a session was resumed, and who asked.
struct TlsNginx : Nginx {
    explicit TlsNginx(const std::string& more = {}, const Certificate& certificate = site())
        : Nginx{"ssl_certificate " + certificate.file().string() + "; ssl_certificate_key " + certificate.key_file().string() +
                    "; ssl_session_cache builtin; keepalive_timeout 600; " + more +
                    " location /tls { return 200 \"$ssl_server_name,$ssl_session_reused,$ssl_client_s_dn,$http_host\"; }",
                "ssl"} {}
    std::string url() const { return "https://" + address(); }
};

std::string path_of(const std::filesystem::path& file) { return '"' + file.string() + '"'; }
std::string trusting(const std::filesystem::path& file, const std::string& more = {}) {
    return "tls = { authorities = " + path_of(file) + (more.empty() ? "" : ", " + more) + " }";
}

bool has(const std::string& text, std::string_view what) { return text.find(what) != text.npos; }

std::string metrics(const GatewayProcess& gateway) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: " + gateway.admin() + "\r\nConnection: close\r\n\r\n");
    return client.answer().body;
}

// One request to where no TLS comes about: 502, the log says `why`, a figure counts it.
void refused(const std::string& url, const std::string& of_upstream, const std::string& why) {
    GatewayProcess gateway{routes_to(url, of_upstream)};
    const Message answer = gateway.client().get("/tls");
    BOOST_TEST(answer.status() == 502);
    BOOST_TEST(has(answer.body, "\"upstream_unreachable\""), answer.body);
    BOOST_TEST(!has(answer.body, "127.0.0.1"));  // addresses are for the log
    BOOST_TEST(has(gateway.process().wait_for_line(url), why), gateway.process().stderr_text());
    BOOST_TEST(has(metrics(gateway), "{outcome=\"tls_failed\",target=\"" + url + "\",upstream=\"u\"} 1\n"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_https_upstream)

BOOST_AUTO_TEST_CASE(an_authority_of_our_own_is_believed_and_connections_are_kept) {
    const TlsNginx nginx;
    GatewayProcess gateway{routes_to(nginx.url(), trusting(authority().file(), "name = \"orders.test\"") + ", preserve_host = false"),
                           {"--loops", "1"}};
    for (int i = 0; i < 20; ++i) BOOST_TEST(gateway.client().get("/tls").body == "orders.test,.,," + nginx.address());
    std::set<std::string> connections;
    for (const auto& line : nginx.access_log(20)) connections.insert(line.substr(0, line.find(' ')));
    BOOST_TEST(connections.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_host_of_the_target_is_who_it_has_to_be_and_an_address_is_no_name_to_ask_for) {
    const TlsNginx nginx;
    GatewayProcess gateway{routes_to(nginx.url(), trusting(authority().file()))};
    const Message answer = gateway.client().get("/tls");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.body.starts_with(",.,,"));
}

BOOST_AUTO_TEST_CASE(who_cannot_be_believed_is_502_with_the_reason_in_the_log) {
    const TlsNginx nginx;
    refused(nginx.url(), "", "certificate verify failed: unable to get local issuer certificate");
    refused(nginx.url(), trusting(authority().file(), "name = \"other.test\""), "certificate verify failed: hostname mismatch");
    const Certificate expired{{.names = "IP:127.0.0.1", .ends = std::chrono::seconds{-60}, .signed_by = &authority()}};
    const TlsNginx late{{}, expired};
    refused(late.url(), trusting(authority().file()), "certificate verify failed: certificate has expired");
    ScriptedUpstream plain{[](UpstreamConnection& connection) {
        connection.read_some();
        connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }};
    refused("https://" + plain.address(), "", "the other side does not speak TLS");
    const TlsNginx old{"ssl_protocols TLSv1.2;"};
    refused(old.url(), trusting(authority().file(), "minimum_version = \"1.3\""), "protocol version");
}

BOOST_AUTO_TEST_CASE(without_verifying_whoever_answers_is_believed) {
    const Certificate self{{.names = "DNS:somebody.else"}};
    const TlsNginx nginx{{}, self};
    GatewayProcess gateway{routes_to(nginx.url(), "tls = { verify = false }")};
    BOOST_TEST(gateway.client().get("/tls").status() == 200);
}

BOOST_AUTO_TEST_CASE(a_certificate_of_ours_is_shown_to_who_asks) {
    const Certificate mine{{.common_name = "gateway", .signed_by = &authority()}};
    const TlsNginx nginx{"ssl_verify_client on; ssl_client_certificate " + authority().file().string() + ";"};
    const std::string shown = "certificate = " + path_of(mine.file()) + ", key = " + path_of(mine.key_file());
    GatewayProcess gateway{routes_to(nginx.url(), trusting(authority().file(), shown))};
    BOOST_TEST(has(gateway.client().get("/tls").body, ",CN=gateway,"));
}

BOOST_AUTO_TEST_CASE(who_asks_for_a_certificate_and_gets_none_is_502) {
    TlsServer server{site(), [](TlsEnd& end) { end.shake_hands(); }, {.connections = 2, .clients = &authority()}};
    refused("https://" + server.address().toString(), trusting(authority().file()), "alert certificate required");
}

BOOST_AUTO_TEST_CASE(sessions_are_resumed_also_after_a_reload) {
    for (const std::string version : {"TLSv1.2", "TLSv1.3"}) {
        const TlsNginx nginx{"ssl_protocols " + version + ";"};
        GatewayProcess gateway{routes_to(nginx.url(), trusting(authority().file()) + ", keep_alive = 0"), {"--loops", "1"}};
        const auto resumed = [&] { return has(gateway.client().get("/tls").body, ",r,"); };
        BOOST_TEST(!resumed());
        BOOST_TEST(resumed());
        BOOST_TEST(resumed());
        BOOST_TEST(gateway.reload().starts_with("reloaded"));
        BOOST_TEST(resumed());
    }
}

BOOST_AUTO_TEST_CASE(a_reload_keeps_connections_where_nothing_changed_and_none_that_others_were_believed_for) {
    const TlsNginx nginx;
    const TemporaryFolder folder;
    const auto file = folder.path() / "ca.pem";
    constexpr auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(authority().file(), file, over);
    GatewayProcess gateway{routes_to(nginx.url(), trusting(file)), {"--loops", "1"}};
    BOOST_TEST(gateway.client().get("/tls").status() == 200);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/tls").status() == 200);
    const auto lines = nginx.access_log(2);
    BOOST_TEST(lines[0].substr(0, lines[0].find(' ')) == lines[1].substr(0, lines[1].find(' ')));

    const Certificate other{{.common_name = "another authority", .authority = true}};
    std::filesystem::copy_file(other.file(), file, over);
    BOOST_TEST(gateway.client().get("/tls").status() == 200);  // not before it is told
    const Finished reloaded = gateway.reload_by_command();
    BOOST_TEST(has(reloaded.out, "certificates"), reloaded.out);
    BOOST_TEST(gateway.client().get("/tls").status() == 502);  // nor by a connection or a session from before

    std::filesystem::copy_file(authority().key_file(), file, over);
    const Finished bad = gateway.reload_by_command();
    BOOST_TEST(bad.code == 1);
    BOOST_TEST(has(bad.err, "holds no certificate in PEM"), bad.err);
}

BOOST_AUTO_TEST_CASE(large_bodies_pass_whole_both_ways) {
    const TlsNginx nginx{"location /store/ { dav_methods PUT; create_full_put_path on; }"};
    GatewayProcess gateway{routes_to(nginx.url(), trusting(authority().file()))};
    std::string content;
    for (int i = 0; content.size() < (20u << 20); ++i) content += std::to_string(i) + '\n';
    auto client = gateway.client();
    client.send("PUT /store/large HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n");
    client.send(content);
    BOOST_TEST(client.answer().status() == 201);
    BOOST_TEST((client.get("/store/large").body == content));
}

BOOST_AUTO_TEST_CASE(other_protocols_go_through_tls_as_well) {
    TlsServer server{site(), [](TlsEnd& end) {
                         if (!end.shake_hands()) return;
                         for (std::string head; !head.ends_with("\r\n\r\n");) head += end.read_some();
                         end.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                         for (std::string piece = end.read_some(); !piece.empty(); piece = end.read_some()) end.write(piece);
                     }};
    GatewayProcess gateway{routes_to("https://" + server.address().toString(), trusting(authority().file()))};
    auto client = gateway.client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    BOOST_TEST(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    for (int i = 0; i < 100; ++i) {
        const std::string said = std::string(1000, 'a') + std::to_string(i);
        client.send(said);
        BOOST_TEST(client.read_exactly(said.size()) == said);
    }
    client.end_sending();
    BOOST_TEST((client.wait_for_end() == End::closed));
    server.wait();
}

BOOST_AUTO_TEST_CASE(checks_speak_tls_as_requests_do) {
    const Certificate stranger{{.names = "IP:127.0.0.1"}};
    const TlsNginx nginx, impostor{{}, stranger};
    GatewayProcess gateway{routes_to(impostor.url() + "\", \"" + nginx.url(),
                                     trusting(authority().file()) + ", health = { path = \"/tls\", every = 1 * hour }")};
    wait_until("the one is out, and the other was checked", [&] {
        const std::string text = metrics(gateway), labels = "target=\"" + nginx.url() + "\",upstream=\"u\"} ";
        return has(text, "_target_available{target=\"" + impostor.url() + "\",upstream=\"u\"} 0\n") &&
               has(text, "_checks_total{result=\"passed\"," + labels + "1\n");
    });
    wait_until("the log says why", [&] {
        return has(gateway.process().stderr_text(),
                   "u: " + impostor.url() + " is out: the first check failed: no connection: certificate verify failed");
    });
    BOOST_TEST(gateway.client().get("/tls").status() == 200);
}

BOOST_AUTO_TEST_SUITE_END()

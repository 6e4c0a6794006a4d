// tests/scenarios/auth_methods_test.cpp - ways in other than keys and tokens, and what is done with a caller once known.
#include "support/certificates.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"
#include "support/tls_connection.h"
#include "support/tokens.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace tollgate::test;

namespace {

const std::string tiers = "tier \"gold\" { rate = 1000000 / second }\ntier \"guest\" { rate = 1 / hour, burst = 1 }\n";
const std::string gold_key = "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice gold\n";

std::string bearer_of(const std::string& name) { return "Authorization: Bearer " + Tokens::all()[name] + "\r\n"; }
std::string jwt_use(const std::string& more) {
    return "auth { method = \"jwt\", keys = \"" + Tokens::all().path("jwks.json") + "\", owner_claim = \"org\", tier_claim = \"plan\"" +
           more + " }";
}

// An upstream behind these uses.
struct Scene {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    GatewayProcess gateway;
    explicit Scene(const std::string& uses)
        : gateway{routes_to(upstream.address(), "", "plugins = { " + uses + " }", tiers),
                  {},
                  {{"keys", gold_key}, {"users", "alice:$6$saltstring$" + std::string(86, 'x') + "\n"}}} {}

    int status(const std::string& lines = {}) { return gateway.client().get("/", lines).status(); }
    bool refused_as(const std::string& reason, const std::string& lines = {}) {
        return gateway.client().get("/", lines).body.find("\"error\":\"" + reason + '"') != std::string::npos;
    }
};

void copy_certificate(const Certificate& from, const std::filesystem::path& folder, const std::string& name) {
    std::filesystem::copy_file(from.file(), folder / (name + ".pem"));
    std::filesystem::copy_file(from.key_file(), folder / (name + ".key"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_auth_methods)

BOOST_AUTO_TEST_CASE(the_upstream_is_told_of_the_caller_in_headers_that_no_client_can_forge) {
    Scene scene{jwt_use(", pass_on = { \"X-Caller-Id: id\", \"X-Caller-Owner: owner\", \"X-Caller-Tier: tier\", \"X-Scopes: scopes\", "
                        "\"X-Level: claim level\", \"X-Roles: claim realm.roles\", \"X-Note: claim note\" }")};
    const std::string forged = "X-Caller-Id: root\r\nx-caller-id: root\r\nX_Caller_Id: root\r\nX-Caller_Tier: root\r\nX-Note: root\r\n";
    BOOST_TEST(scene.status(bearer_of("RS256") + forged) == 200);
    const Message seen = scene.upstream.last();
    for (const auto& [name, value] : {std::pair{"X-Caller-Id", "alice"}, {"X-Caller-Owner", "acme"}, {"X-Caller-Tier", "gold"},
                                      {"X-Scopes", "orders:read orders:write"}, {"X-Level", "7"}, {"X-Roles", "reader writer"}})
        BOOST_TEST(seen.header(name) == value, name);
    for (const auto& [name, value] : seen.headers) BOOST_TEST(value != "root", name);
    BOOST_TEST(!seen.has("X-Note"));
    // What Connection names is taken out before, not after.
    BOOST_TEST(scene.status(bearer_of("RS256") + "Connection: keep-alive, X-Caller-Id\r\n") == 200);
    BOOST_TEST(scene.upstream.last().header("X-Caller-Id") == "alice");
    // A claim that would end the line is not passed on, not even in part.
    BOOST_TEST(scene.status(bearer_of("line_in_claim")) == 200);
    BOOST_TEST(!scene.upstream.last().has("X-Note"));
    BOOST_TEST(!scene.upstream.last().has("X-Admin"));
}

BOOST_AUTO_TEST_CASE(forged_headers_are_removed_whichever_use_names_them_and_whoever_asks) {
    Scene scene{jwt_use(", optional = true") + ", auth { file = \"keys\", optional = true, pass_on = \"X-Caller-Id: id\" }"};
    const std::string forged = "X-Caller-Id: root\r\n";
    BOOST_TEST(scene.status(forged) == 200);
    BOOST_TEST(!scene.upstream.last().has("X-Caller-Id"));
    BOOST_TEST(scene.status(forged + "X-API-Key: gold-key\r\n") == 200);
    BOOST_TEST(scene.upstream.last().header("X-Caller-Id") == "key-6163937e6547");
    BOOST_TEST(scene.status(forged + bearer_of("bob")) == 200);
    BOOST_TEST(scene.upstream.last().header("X-Caller-Id") == "bob");
    // A key that nobody looked at is a key all the same.
    BOOST_TEST(scene.status(bearer_of("bob") + "X-API-Key: gold-key\r\n") == 200);
    BOOST_TEST(!scene.upstream.last().has("X-API-Key"));
}

BOOST_AUTO_TEST_CASE(no_client_forges_them_on_other_routes_or_behind_its_body) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    GatewayProcess gateway{
        tiers + "local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\nroute \"* /known\" { upstream = u, plugins = { " +
            jwt_use(", pass_on = { \"X-Caller-Id: id\", \"Authorization: claim org\" }") + " } }\n"
            "route \"* /other\" { upstream = u, plugins = { auth { file = \"keys\" } } }\nroute \"* /open\" { upstream = u }\n",
        {}, {{"keys", gold_key}}};
    const std::string forged = "X-Caller-Id: root\r\nx_caller_id: root\r\n";
    const std::string chunked = "Transfer-Encoding: chunked\r\nTrailer: X-Caller-Id\r\nTE: trailers\r\n";
    const auto seen = [&](const std::string& path, const std::string& lines) {
        RawClient client = gateway.client();
        client.send(RawClient::head("POST", path, forged + chunked + lines) + chunk("hello") +
                    "0\r\nX-Caller-Id: root\r\nX_Caller_Id: root\r\nX-Sum: 42\r\n\r\n");
        BOOST_TEST(client.answer().status() == 200, path);
        const Message request = upstream.last();
        BOOST_TEST(request.body == "hello", path);
        BOOST_TEST(request.trailer("X-Sum") == "42", path);
        for (const auto& [name, value] : request.headers) BOOST_TEST(value != "root", path << ' ' << name);
        for (const auto& [name, value] : request.trailers) BOOST_TEST(value != "root", path << ' ' << name);
        return request;
    };
    const Message known = seen("/known", bearer_of("RS256"));
    BOOST_TEST(known.header("X-Caller-Id") == "alice");
    BOOST_TEST(known.header("Authorization") == "acme");
    BOOST_TEST(!seen("/other", "X-API-Key: gold-key\r\n").has("X-Caller-Id"));
    BOOST_TEST(!seen("/open", "").has("X-Caller-Id"));
    // What may hold a credential is read, and not taken out before.
    BOOST_TEST(seen("/open", "Authorization: Basic x\r\n").header("Authorization") == "Basic x");
    gateway.write_routes("local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\nroute \"* /open\" { upstream = u }\n");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/open", "X-Caller-Id: anybody\r\n").status() == 200);
    BOOST_TEST(upstream.last().header("X-Caller-Id") == "anybody");  // nobody speaks of it any more
}

BOOST_AUTO_TEST_CASE(a_header_is_no_clients_to_send_where_a_key_of_that_name_stands_elsewhere) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    for (const char* place : {"query", "cookie", "header"}) {
        GatewayProcess gateway{
            tiers + "local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\nroute \"* /known\" { upstream = u, "
                "plugins = { auth { key = " + place + " \"user\", file = \"keys\", pass_on = \"User: id\" } } }\n"
                "route \"* /open\" { upstream = u }\n",
            {}, {{"keys", gold_key}}};
        BOOST_TEST(gateway.client().get("/open", "User: root\r\n").status() == 200, place);
        BOOST_TEST(upstream.last().header("User") == (place == std::string{"header"} ? "root" : ""), place);
        const bool by_query = place == std::string{"query"}, by_cookie = place == std::string{"cookie"};
        BOOST_TEST(gateway.client().get(by_query ? "/known?user=gold-key" : "/known",
                                        by_query ? "" : by_cookie ? "Cookie: user=gold-key\r\n" : "User: gold-key\r\n").status() == 200, place);
        BOOST_TEST(upstream.last().header("User") == "key-6163937e6547", place);
    }
}

BOOST_AUTO_TEST_CASE(a_client_is_told_of_every_way_in) {
    Scene scene{jwt_use(", optional = true") + ", auth { method = \"basic\", file = \"users\", optional = true }, auth { file = \"keys\" }"};
    const auto challenges = [](const Message& answer) {
        std::vector<std::string> all;
        for (const auto& [name, value] : answer.headers)
            if (name == "WWW-Authenticate") all.push_back(value);
        std::sort(all.begin(), all.end());
        return all;
    };
    const std::vector<std::string> three{"ApiKey realm=\"tollgate\"", "Basic realm=\"tollgate\", charset=\"UTF-8\"",
                                         "Bearer realm=\"tollgate\""};
    const Message missing = scene.gateway.client().get("/");
    BOOST_TEST(missing.status() == 401);
    BOOST_TEST(challenges(missing) == three, boost::test_tools::per_element());
    BOOST_TEST(challenges(scene.gateway.client().get("/", "X-API-Key: wrong\r\n")) == three, boost::test_tools::per_element());
    const Message good = scene.gateway.client().get("/", "X-API-Key: gold-key\r\n");
    BOOST_TEST(good.status() == 200);
    BOOST_TEST(!good.has("WWW-Authenticate"));
}

BOOST_AUTO_TEST_CASE(ids_of_several_methods_are_kept_apart) {
    Scene scene{jwt_use(", optional = true, pass_on = \"X-Id: id\"")};
    BOOST_TEST(scene.status(bearer_of("key_id_in_sub")) == 200);
    BOOST_TEST(scene.upstream.last().header("X-Id") == "jwt-key-6163937e6547");
    Scene prefixed{jwt_use(", id_prefix = \"token:\", pass_on = \"X-Id: id\"")};
    BOOST_TEST(prefixed.status(bearer_of("RS256")) == 200);
    BOOST_TEST(prefixed.upstream.last().header("X-Id") == "token:alice");
}

BOOST_AUTO_TEST_CASE(a_function_has_the_last_word) {
    Scene scene{jwt_use(", allow = function(request) return request.claims.org == \"acme\" and request.claims.admin == \"true\" "
                        "and request.caller ~= \"mallory\" and request.tier == \"gold\" end")};
    BOOST_TEST(scene.status(bearer_of("RS256")) == 200);
    BOOST_TEST(scene.status(bearer_of("bob")) == 403);
    BOOST_TEST(scene.refused_as("forbidden", bearer_of("bob")));
    BOOST_TEST(scene.refused_as("token_missing"));
    Scene nothing{"auth { file = \"keys\", allow = function() end }"};
    BOOST_TEST(nothing.refused_as("forbidden", "X-API-Key: gold-key\r\n"));
    Scene text{"auth { file = \"keys\", allow = function() return \"no\" end }"};
    BOOST_TEST(text.status("X-API-Key: gold-key\r\n") == 500);
    Scene failing{"auth { file = \"keys\", allow = function() error \"x\" end }"};
    BOOST_TEST(failing.status("X-API-Key: gold-key\r\n") == 500);
}

BOOST_AUTO_TEST_CASE(who_is_anonymous_may_have_a_tier_and_a_later_use_may_still_find_out) {
    Scene scene{"auth { method = \"jwt\", keys = \"" + Tokens::all().path("jwks.json") +
                "\", optional = true, anonymous_tier = \"guest\" }, auth { file = \"keys\", optional = true, pass_on = { "
                "\"X-Tier: tier\", \"X-Id: id\" } }, ratelimit { by = header \"X-By\" }"};
    BOOST_TEST(scene.status("X-By: a\r\n") == 200);
    BOOST_TEST(scene.upstream.last().header("X-Tier") == "guest");
    BOOST_TEST(!scene.upstream.last().has("X-Id"));
    BOOST_TEST(scene.status("X-By: a\r\n") == 429);
    BOOST_TEST(scene.status("X-By: b\r\nX-API-Key: gold-key\r\n") == 200);
    BOOST_TEST(scene.upstream.last().header("X-Tier") == "gold");
}

BOOST_AUTO_TEST_CASE(addresses_are_a_bar_on_all_ways_in) {
    const std::string by_key = "auth { file = \"keys\" }, ", good = "X-API-Key: gold-key\r\n";
    Scene allowed{by_key + "auth { method = \"ip\", allow_from = { \"127.0.0.0/8\", \"::1\" } }"};
    BOOST_TEST(allowed.status(good) == 200);
    BOOST_TEST(allowed.refused_as("key_missing"));
    Scene elsewhere{by_key + "auth { method = \"ip\", allow_from = \"10.0.0.0/8\" }"};
    BOOST_TEST(elsewhere.status(good) == 403);
    BOOST_TEST(elsewhere.refused_as("ip_denied", good));
    Scene denied{by_key + "auth { method = \"ip\", deny_from = { \"127.0.0.0/8\" } }"};
    BOOST_TEST(denied.refused_as("ip_denied", good));
    Scene narrow{"auth { method = \"ip\", allow_from = \"127.0.0.0/8\", deny_from = \"127.0.0.1\" }"};
    BOOST_TEST(narrow.refused_as("ip_denied"));
    Scene others{"auth { method = \"ip\", deny_from = \"10.0.0.0/8\", allow = function(request) return request.path == \"/\" end }"};
    BOOST_TEST(others.status() == 200);
    BOOST_TEST(others.gateway.client().get("/other").status() == 403);
}

BOOST_AUTO_TEST_CASE(addresses_with_a_tier_are_a_way_in) {
    Scene scene{"auth { method = \"ip\", allow_from = \"127.0.0.0/8\", tier = \"gold\", optional = true, pass_on = \"X-Id: id\" }, "
                "auth { file = \"keys\" }"};
    BOOST_TEST(scene.status("X-API-Key: wrong\r\n") == 200);
    BOOST_TEST(scene.upstream.last().header("X-Id") == "ip-127.0.0.1");
    Scene elsewhere{"auth { method = \"ip\", allow_from = \"10.0.0.0/8\", tier = \"gold\", optional = true }, auth { file = \"keys\" }"};
    BOOST_TEST(elsewhere.refused_as("key_missing"));
    BOOST_TEST(elsewhere.status("X-API-Key: gold-key\r\n") == 200);
    // Who is denied by name is denied whatever else there is, before and after.
    const std::string ip = "auth { method = \"ip\", deny_from = \"127.0.0.1\", tier = \"gold\", optional = true }";
    Scene before{ip + ", auth { file = \"keys\" }"}, after{"auth { file = \"keys\" }, " + ip};
    for (Scene* denied : {&before, &after}) {
        BOOST_TEST(denied->status("X-API-Key: gold-key\r\n") == 403);
        BOOST_TEST(denied->refused_as("ip_denied", "X-API-Key: gold-key\r\n"));
    }
    // All of IPv6 says nothing of IPv4.
    Scene six{"auth { method = \"ip\", allow_from = \"::/0\" }"};
    BOOST_TEST(six.refused_as("ip_denied"));
}

BOOST_AUTO_TEST_CASE(a_name_and_a_password_say_who_asks) {
    const auto hash_of = [](const std::string& password) {
        Finished made = run({"openssl", "passwd", "-6", password});
        return made.out.substr(0, made.out.find('\n'));
    };
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    GatewayProcess gateway{
        routes_to(upstream.address(), "",
                  "plugins = { auth { method = \"basic\", file = \"users\", pass_on = { \"X-Id: id\", \"X-Tier: tier\" } } }", tiers),
        {}, {{"users", "alice:" + hash_of("open sesame") + " acme gold\nbob:" + hash_of("hush") + "\n"}}};
    const std::string alice = "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n", bob = "Authorization: Basic Ym9iOmh1c2g=\r\n";
    const std::string wrong = "Authorization: Basic YWxpY2U6aHVzaA==\r\n";     // alice:hush
    const std::string stranger = "Authorization: Basic Y2Fyb2w6aHVzaA==\r\n";  // carol:hush
    const auto get = [&](const std::string& lines) { return gateway.client().get("/", lines); };
    for (int i = 0; i < 6; ++i) BOOST_TEST(get(alice).status() == 200);
    BOOST_TEST(upstream.last().header("X-Id") == "alice");
    BOOST_TEST(upstream.last().header("X-Tier") == "gold");
    BOOST_TEST(!upstream.last().has("Authorization"));
    BOOST_TEST(get(bob).status() == 200);
    BOOST_TEST(!upstream.last().has("X-Tier"));
    const Message missing = get("");
    BOOST_TEST(missing.status() == 401);
    BOOST_TEST(missing.header("WWW-Authenticate") == "Basic realm=\"tollgate\", charset=\"UTF-8\"");
    const auto refused_as = [&](const std::string& reason, const std::string& lines) {
        return get(lines).body.find("\"error\":\"" + reason + '"') != std::string::npos;
    };
    BOOST_TEST(refused_as("password_wrong", wrong));
    BOOST_TEST(refused_as("password_wrong", stranger));
    BOOST_TEST(refused_as("password_malformed", "Authorization: Basic YWxpY2U\r\n"));
    BOOST_TEST(refused_as("password_malformed", alice + bob));
    BOOST_TEST(get(alice).status() == 200);
}

BOOST_AUTO_TEST_CASE(equal_passwords_are_checked_once_and_outlive_a_reload) {
    // 100,000 rounds: a tenth of a second and more, so that all are under way at a time.
    const Finished made = run({"openssl", "passwd", "-6", "-salt", "rounds=100000$saltstring", "open sesame"});
    const Finished plain = run({"openssl", "passwd", "-6", "open sesame"});
    BOOST_REQUIRE(plain.code == 0);
    const std::string hash = (made.code == 0 && made.out.starts_with("$6$rounds=") ? made.out : plain.out);
    const std::string users = "alice:" + hash.substr(0, hash.find('\n')) + "\n";
    GatewayProcess gateway{"route \"GET /\" { answer = \"hello\", plugins = { auth { method = \"basic\", file = \"users\" } } }\n",
                           {"--loops", "2"}, {{"users", users}}};
    const std::string alice = "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n", wrong = "Authorization: Basic YWxpY2U6aHVzaA==\r\n";
    // All are sent before any is read: far more than may be checked at a time.
    const auto statuses = [&](const std::string& lines) {
        std::vector<RawClient> clients;
        for (int i = 0; i < 40; ++i) clients.push_back(gateway.client());
        for (RawClient& client : clients) client.send(RawClient::head("GET", "/", lines));
        std::map<int, int> counts;
        for (RawClient& client : clients) ++counts[client.answer().status()];
        return counts;
    };
    BOOST_TEST(statuses(wrong)[401] == 40);
    BOOST_TEST(statuses(alice)[200] == 40);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/", alice).status() == 200);
    // Another content of the file, and what was right is to be found out anew.
    gateway.write_file("users", "alice:$6$saltstring$" + std::string(86, 'x') + "\n");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(gateway.client().get("/", alice).status() == 401);
}

BOOST_AUTO_TEST_CASE(clients_that_leave_take_nobodys_check_with_them) {
    const Finished made = run({"openssl", "passwd", "-6", "open sesame"});
    GatewayProcess gateway{"route \"GET /\" { answer = \"hello\", plugins = { auth { method = \"basic\", file = \"users\" } } }\n",
                           {}, {{"users", "alice:" + made.out.substr(0, made.out.find('\n')) + "\n"}}};
    const std::string alice = "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n";
    for (int round = 0; round < 20; ++round) {
        RawClient leaving = gateway.client(), staying = gateway.client();
        leaving.send(RawClient::head("GET", "/", "Authorization: Basic YWxpY2U6aHVzaA==\r\n"));
        staying.send(RawClient::head("GET", "/", "Authorization: Basic YWxpY2U6aHVzaA==\r\n"));
        leaving.reset();
        BOOST_TEST(staying.answer().status() == 401);
    }
    BOOST_TEST(gateway.client().get("/", alice).status() == 200);
}

BOOST_AUTO_TEST_CASE(a_client_certificate_says_who_asks) {
    const Certificate authority{{.common_name = "clients", .authority = true}};
    const TemporaryFolder folder;
    copy_certificate(Certificate{{.names = "DNS:site.test"}}, folder.path(), "site");
    copy_certificate(authority, folder.path(), "clients");
    const std::string base = folder.path().string() + '/';
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    const std::string plugins = ", pass_on = { \"X-Id: id\", \"X-Owner: owner\", \"X-Tier: tier\" } } }";
    GatewayProcess gateway{
        "listen { \"127.0.0.1:0\", tls = { certificate = \"" + base + "site.pem\", key = \"" + base + "site.key\", client_authorities = \"" +
            base + "clients.pem\", client_certificate = \"optional\" } }\n" + tiers + "local u = upstream \"u\" { targets = { \"" +
            upstream.address() + "\" } }\nroute \"GET /any\" { upstream = u, plugins = { auth { method = \"certificate\", tier = \"guest\"" +
            plugins + " }\nroute \"GET /listed\" { upstream = u, plugins = { auth { method = \"certificate\", file = \"certificates\"" + plugins +
            " }\n",
        {}, {{"certificates", "DNS:alice.example acme gold\nCN=bob - -\nIP:2001:DB8::7 six -\n"}}};
    const auto status = [&](const Certificate* shown, const std::string& path) {
        TlsConnection client{gateway.address(), {.certificate = shown}};
        BOOST_TEST_REQUIRE(client.established(), client.problem());
        return client.get(path).substr(9, 3);
    };
    const Certificate alice{{.names = "DNS:alice.example", .common_name = "alice", .signed_by = &authority}};
    const Certificate bob{{.common_name = "bob", .signed_by = &authority}}, carol{{.common_name = "carol", .signed_by = &authority}};
    BOOST_TEST(status(nullptr, "/any") == "401");
    BOOST_TEST(status(nullptr, "/listed") == "401");
    BOOST_TEST(status(&carol, "/any") == "200");
    BOOST_TEST(upstream.last().header("X-Owner") == "carol");
    BOOST_TEST(upstream.last().header("X-Tier") == "guest");
    BOOST_TEST(upstream.last().header("X-Id").starts_with("cert-"));
    BOOST_TEST(status(&carol, "/listed") == "403");
    BOOST_TEST(status(&alice, "/listed") == "200");
    BOOST_TEST(upstream.last().header("X-Owner") == "acme");
    BOOST_TEST(upstream.last().header("X-Tier") == "gold");
    const Certificate six{{.names = "IP:2001:db8::7", .common_name = "six", .signed_by = &authority}};
    BOOST_TEST(status(&six, "/listed") == "200");
    BOOST_TEST(upstream.last().header("X-Owner") == "six");
    BOOST_TEST(status(&bob, "/listed") == "200");
    BOOST_TEST(upstream.last().header("X-Owner") == "bob");
    BOOST_TEST(!upstream.last().has("X-Tier"));
}

BOOST_AUTO_TEST_SUITE_END()

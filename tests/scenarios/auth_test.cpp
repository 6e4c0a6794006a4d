// tests/scenarios/auth_test.cpp - where a key may stand, that it is hidden there, and what a key file may not say.
#include "support/gateway_process.h"
#include "support/places.h"
#include "support/scripted_upstream.h"
#include "support/signatures.h"
#include "support/tokens.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace tollgate::test;

namespace {

const std::string hash = "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb";  // SHA-256 of "gold-key"
const std::string other_hash = "0c7e232ca6aa55ab05a0287b1c4198c7b4275500bce25c40b5a6aa7d564d3c45";

// One route to an upstream, behind a key at that place; the log has the query.
struct Scene {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    GatewayProcess gateway;
    explicit Scene(const std::string& place)
        : gateway{routes_to(upstream.address(), "", "plugins = { auth { key = " + place + ", file = \"keys\" } }",
                            "always { logging { query = true } }"),
                  {},
                  {{"keys", hash + " alice -\n"}}} {}
};

struct Refused {
    ExitCode code;
    std::vector<std::string> lines;  // of stdout
};
// What `tollgate check` says; "FOLDER/" stands for the folder of routes.lua.
Refused check_of(const std::string& routes, const std::string& keys) {
    const TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << routes;
    std::ofstream{folder / "keys"} << keys;
    Finished finished = run({tollgate_program(), "check", (folder / "routes.lua").string()});
    Refused refused{finished.code, {}};
    const std::string place = folder.path().string();
    for (auto at = finished.out.find(place); at != std::string::npos; at = finished.out.find(place))
        finished.out.replace(at, place.size(), "FOLDER");
    for (std::size_t end; (end = finished.out.find('\n')) != std::string::npos; finished.out.erase(0, end + 1))
        refused.lines.push_back(finished.out.substr(0, end));
    return refused;
}

std::vector<std::string> cookies(const Message& message) {
    std::vector<std::string> values;
    for (const auto& [name, value] : message.headers)
        if (name == "Cookie") values.push_back(value);
    return values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_auth)

BOOST_AUTO_TEST_CASE(what_a_route_asks_of_callers_holds_for_one_that_is_known_already) {
    const GatewayProcess gateway{R"(
always { auth { key = header "X-API-Key", file = "keys" } }
route "GET /scoped" { answer = "in", plugins = { auth { key = header "X-API-Key", file = "keys", scopes = { "admin" } } } }
route "GET /allowed" { answer = "in", plugins = { auth { key = header "X-API-Key", file = "keys",
                                                         allow = function(request) return request.caller == "nobody" end } } }
route "GET /open" { answer = "in" }
)",
                                 {},
                                 {{"keys", hash + " alice -\n"}}};
    const auto status = [&](const char* path) { return gateway.client().get(path, "X-API-Key: gold-key\r\n").status(); };
    BOOST_TEST(status("/open") == 200);
    BOOST_TEST(status("/scoped") == 403);
    BOOST_TEST(status("/allowed") == 403);
    BOOST_TEST(gateway.client().get("/scoped").status() == 401);
}

BOOST_AUTO_TEST_CASE(a_key_in_a_parameter_with_a_long_name_is_hidden_from_log_and_upstream) {
    const std::string name(90, 'q');
    Scene scene{"query \"" + name + '"'};
    BOOST_TEST(scene.gateway.client().get("/a?" + name + "=gold-key&b=1").status() == 200);
    BOOST_TEST(scene.upstream.last().start_line == "GET /a?b=1 HTTP/1.1");
    const std::string line = scene.gateway.log_lines(1).at(0);
    BOOST_TEST(line.find("gold-key") == std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(a_key_in_a_header_with_a_long_name_is_found_and_hidden) {
    const std::string name = "X-" + std::string(90, 'h');
    Scene scene{"header \"" + name + '"'};
    BOOST_TEST(scene.gateway.client().get("/", name + ": gold-key\r\n").status() == 200);
    BOOST_TEST(!scene.upstream.last().has(name));
    const Message refused = scene.gateway.client().get("/");
    BOOST_TEST(refused.status() == 401);
    BOOST_TEST(refused.body.find(name) != std::string::npos, refused.body);
}

BOOST_AUTO_TEST_CASE(a_key_is_the_password_of_basic_or_the_name_of_who_has_none) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    const GatewayProcess gateway{routes_to(upstream.address(), "", R"(plugins = { auth { scheme = "basic", file = "keys" } })"),
                                 {},
                                 {{"keys", hash + " alice -\n"}}};
    const auto status = [&](const std::string& word) {
        return gateway.client().get("/", "Authorization: " + word + "\r\n").status();
    };
    BOOST_TEST(status("Basic Z29sZC1rZXk6") == 200);       // gold-key:
    BOOST_TEST(status("basic YW55Ym9keTpnb2xkLWtleQ==") == 200);  // anybody:gold-key
    BOOST_TEST(status("Basic Z29sZC1rZXk6d3Jvbmc=") == 401);  // gold-key:wrong
    BOOST_TEST(status("Basic Z29sZC1rZXk=") == 401);       // gold-key, without a colon
    BOOST_TEST(status("Bearer gold-key") == 401);
    const Message refused = gateway.client().get("/");
    BOOST_TEST(refused.status() == 401);
    BOOST_TEST(refused.header("WWW-Authenticate") == "Basic realm=\"tollgate\"");
    BOOST_TEST(refused.body.find("key_missing") != std::string::npos);
    const auto received = upstream.received();
    BOOST_TEST(received.size() == 2);
    for (const Message& seen : received) BOOST_TEST(!seen.has("Authorization"));
}

BOOST_AUTO_TEST_CASE(hiding_a_cookie_keeps_the_others_of_all_lines) {
    Scene scene{"cookie \"k\""};
    auto client = scene.gateway.client();
    BOOST_TEST(client.get("/", "Cookie: a=1\r\nCookie: k=gold-key; b=2\r\n").status() == 200);
    BOOST_TEST(cookies(scene.upstream.last()) == (std::vector<std::string>{"a=1", "b=2"}),
               boost::test_tools::per_element());
    BOOST_TEST(client.get("/", "Cookie: k=gold-key\r\ncookie: c=3; k=again\r\n").status() == 200);
    BOOST_TEST(cookies(scene.upstream.last()) == (std::vector<std::string>{"c=3"}), boost::test_tools::per_element());
    BOOST_TEST(client.get("/", "Cookie: k=gold-key\r\n").status() == 200);
    BOOST_TEST(!scene.upstream.last().has("Cookie"));
}

BOOST_AUTO_TEST_CASE(keys_of_a_tier_that_is_not_declared_are_refused_at_load_all_at_once) {
    const auto refused = check_of("always { auth { file = \"keys\" } }\ntier \"free\" { rate = 1 / second }\n"
                               "route \"GET /\" { answer = \"ok\" }\n",
                               hash + " alice gold\n" + other_hash + " bob free\n" + std::string(64, '2') +
                                   " carol silver\nwrong\n");
    BOOST_TEST(refused.code == 2);
    const std::vector<std::string> wanted{
        "routes.lua:2: auth: file: FOLDER/keys:4: expected 64 hex digits (the SHA-256 of the key), got 5 characters",
        "routes.lua:2: auth: file: FOLDER/keys:1: expected a tier of routes.lua, got \"gold\"",
        "routes.lua:2: auth: file: FOLDER/keys:3: expected a tier of routes.lua, got \"silver\"",
        "routes.lua: 3 problems"};
    BOOST_TEST(refused.lines == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_broken_key_file_is_told_once_however_many_uses_read_it) {
    std::string routes;
    for (const char* path : {"/a", "/b", "/c", "/d"})
        routes += "route \"GET " + std::string{path} +
                  "\" { answer = \"ok\", plugins = { auth { file = \"keys\" } } }\n";
    const auto refused = check_of(routes, "wrong\n");
    BOOST_TEST(refused.code == 2);
    const std::vector<std::string> wanted{
        "routes.lua:2: auth: file: FOLDER/keys:1: expected 64 hex digits (the SHA-256 of the key), got 5 characters; "
        "the same in lines 3, 4, 5",
        "routes.lua: 1 problem"};
    BOOST_TEST(refused.lines == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reload_that_takes_away_a_tier_of_a_key_is_refused) {
    const std::string rest = "always { auth { file = \"keys\" } }\nroute \"GET /\" { answer = \"ok\" }\n";
    GatewayProcess gateway{"tier \"gold\" { rate = 1000 / second }\n" + rest, {}, {{"keys", hash + " alice gold\n"}}};
    BOOST_TEST(gateway.client().get("/", "X-API-Key: gold-key\r\n").status() == 200);
    gateway.write_routes(rest);
    BOOST_TEST(gateway.reload().starts_with("reload refused: "));
    BOOST_TEST(gateway.process().stderr_text().find("keys:1: expected a tier of routes.lua, got \"gold\"") !=
               std::string::npos);
    BOOST_TEST(gateway.client().get("/", "X-API-Key: gold-key\r\n").status() == 200);
}

BOOST_AUTO_TEST_CASE(examples_of_the_readme_are_right) {
    std::ifstream in{source_folder() + "/plugins/auth/README.md"};
    const std::string readme{std::istreambuf_iterator<char>{in}, {}}, fence = "```lua\n";
    std::size_t examples = 0;
    for (auto at = readme.find(fence); at != std::string::npos; at = readme.find(fence, at), ++examples) {
        at += fence.size();
        const std::string example = readme.substr(at, readme.find("```", at) - at);
        const TemporaryFolder folder;
        std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << example;
        std::ofstream{folder / "keys"} << hash << " alice -\n";
        std::ofstream{folder / "signers"} << Signatures::all()["signers"];
        std::ofstream{folder / "issuer.pem"} << Tokens::all().file("rsa.pem");
        const Finished checked = run({tollgate_program(), "check", (folder / "routes.lua").string()});
        BOOST_TEST(checked.code == 0, example << checked.out << checked.err);
    }
    BOOST_TEST(examples >= 2u);
}

BOOST_AUTO_TEST_SUITE_END()

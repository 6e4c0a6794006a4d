// tests/scenarios/admin_test.cpp - the admin listener of a running gateway: who is let in, and what is shown.
#include "support/gateway_process.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

using namespace tollgate;

namespace {

constexpr auto token = "correct-horse-battery-staple";

std::string with_token(const std::string& more = {}) {
    return std::string{"admin { token = \""} + token + "\" } route \"GET /\" { answer = \"ok\\n\" } " + more;
}

test::Message ask(const test::GatewayProcess& gateway, const std::string& head, const std::string& lines = {}) {
    test::RawClient client{gateway.admin()};
    client.send(head + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n" + lines + "\r\n");
    return client.answer();
}

const std::string shown = std::string{"Authorization: Bearer "} + token + "\r\n";

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

test::Finished reload_with(const test::GatewayProcess& gateway, std::vector<std::string> options,
                           const std::vector<std::string>& environment = {}) {
    options.insert(options.begin(), {test::tollgate_program(), "reload", "--admin", gateway.admin()});
    return test::run(options, environment);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_admin)

BOOST_AUTO_TEST_CASE(a_declared_token_is_asked_for) {
    test::GatewayProcess gateway{with_token()};
    const auto refused = ask(gateway, "GET /metrics");
    BOOST_TEST(refused.status() == 401);
    BOOST_TEST(refused.header("WWW-Authenticate") == "Bearer realm=\"tollgate\"");
    BOOST_TEST(ask(gateway, "GET /metrics", shown).status() == 200);
    BOOST_TEST(ask(gateway, "GET /ready").status() == 200);
    BOOST_TEST(ask(gateway, "GET /health").status() == 200);
}

BOOST_AUTO_TEST_CASE(commands_show_it) {
    test::GatewayProcess gateway{with_token()};
    BOOST_TEST(reload_with(gateway, {"--token", token}).code == 0);
    BOOST_TEST(reload_with(gateway, {}, {std::string{"TOLLGATE_ADMIN_TOKEN="} + token}).code == 0);
    const auto without = reload_with(gateway, {});
    BOOST_TEST(without.code == 1);
    BOOST_TEST(contains(without.err, "wants its token; give it by the environment variable TOLLGATE_ADMIN_TOKEN"));
    const auto wrong = reload_with(gateway, {"--token", "another-token-of-no-worth"});
    BOOST_TEST(wrong.code == 1);
    BOOST_TEST(contains(wrong.err, "wants another token"));
}

BOOST_AUTO_TEST_CASE(a_new_token_is_in_force_after_a_reload) {
    test::GatewayProcess gateway{with_token()};
    gateway.write_routes("admin { token = \"tomorrows-token-0123\" } route \"GET /\" { answer = \"ok\\n\" }");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(ask(gateway, "GET /metrics", shown).status() == 401);
    BOOST_TEST(ask(gateway, "GET /metrics", "Authorization: Bearer tomorrows-token-0123\r\n").status() == 200);
}

BOOST_AUTO_TEST_CASE(a_token_may_be_the_first_line_of_a_file) {
    test::GatewayProcess gateway{"admin { token_file = \"token\" } route \"GET /\" { answer = \"ok\\n\" }",
                                 {},
                                 {{"token", std::string{token} + "\n"}}};
    BOOST_TEST(ask(gateway, "GET /metrics").status() == 401);
    BOOST_TEST(ask(gateway, "GET /metrics", shown).status() == 200);
}

BOOST_AUTO_TEST_CASE(beyond_loopback_it_starts_only_with_a_token) {
    const test::TemporaryFolder folder;
    const auto serve = [&](const std::string& routes) {
        std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\" " << routes;
        return std::vector<std::string>{test::tollgate_program(), "serve", (folder / "routes.lua").string(), "--admin",
                                        "0.0.0.0:0"};
    };
    const auto refused = test::run(serve("route \"GET /\" { answer = \"ok\\n\" }"));
    BOOST_TEST(refused.code == 2);
    BOOST_TEST(contains(refused.err, "admin: \"0.0.0.0:0\": refused beyond loopback without a token"));
    test::ChildProcess gateway{serve(with_token())};
    (void)gateway.wait_for_line("admin: listening on 0.0.0.0:");
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\" route \"GET /\" { answer = \"no token\\n\" }";
    gateway.signal(SIGHUP);
    BOOST_TEST(contains(gateway.wait_for_line("config: admin: "), "expected a token, since the admin listener is"));
    (void)gateway.wait_for_line("config: reload refused");
    gateway.signal(SIGTERM);
    BOOST_TEST(gateway.wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_routes_in_force_are_shown) {
    test::GatewayProcess gateway{"route \"GET /before\" { answer = \"ok\\n\" }"};
    BOOST_TEST(contains(ask(gateway, "GET /routes").body, "\"GET /before\""));
    gateway.write_routes("always { logging { to = \"log\" } } route \"GET /after\" { answer = \"ok\\n\" }");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    const auto routes = ask(gateway, "GET /routes");
    BOOST_TEST(routes.header("Content-Type") == "application/json");
    BOOST_TEST(contains(routes.body, "\"GET /after\""));
    BOOST_TEST(contains(routes.body, "\"logging\""));
    BOOST_TEST(!contains(routes.body, "\"GET /before\""));
}

BOOST_AUTO_TEST_SUITE_END()

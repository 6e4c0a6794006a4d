// tests/scenarios/commands_test.cpp - the program's command line: what it prints where, exit codes, signals.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

using namespace tollgate;

namespace {

constexpr auto answering = R"(route "GET /" { answer = { status = 200, body = "ok\n" } })";

test::Finished command(std::vector<std::string> words) {
    words.insert(words.begin(), test::tollgate_program());
    return test::run(words);
}

// As from a shell in that folder.
test::Finished command_in(const test::TemporaryFolder& folder, std::vector<std::string> words) {
    words.insert(words.begin(), {"env", "-C", folder.path().string(), test::tollgate_program()});
    return test::run(words);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

test::Message ask_admin(const test::GatewayProcess& gateway, const std::string& head) {
    test::RawClient client{gateway.admin()};
    client.send(head + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    return client.answer();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_commands)

BOOST_AUTO_TEST_CASE(the_version_names_the_plugin_abi) {
    const auto result = command({"--version"});
    BOOST_TEST(result.code == 0);
    BOOST_TEST(result.out.starts_with("tollgate 0."));
    BOOST_TEST(contains(result.out, "(plugin ABI 1.5; libstdc++ cxx11, 8-byte words, sanitizer "));
}

BOOST_AUTO_TEST_CASE(wrong_usage_exits_with_2_and_prints_no_result) {
    const std::vector<std::vector<std::string>> wrong{{},
                                                      {"frob"},
                                                      {"serve", "--frob"},
                                                      {"serve", "--loops", "0"},
                                                      {"check", "a.lua", "b.lua"},
                                                      {"plugin", "logging"},
                                                      {"reload", "--admin", "nonsense"},
                                                      {"check", "/nowhere/routes.lua"},
                                                      {"plugins", "--plugins", "/nowhere"}};
    for (const auto& words : wrong) {
        const auto result = command(words);
        BOOST_TEST(result.code == 2, (words.empty() ? "(nothing)" : words[0]));
        BOOST_TEST(result.out == "");
        BOOST_TEST(result.err != "");
    }
    BOOST_TEST(contains(command({"relaod"}).err, "tollgate: unknown command \"relaod\"; did you mean \"reload\"?"));
}

BOOST_AUTO_TEST_CASE(check_says_what_there_is) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << answering << '\n';
    const auto result = command_in(folder, {"check"});
    BOOST_TEST(result.code == 0);
    BOOST_TEST(result.out == "routes.lua: ok, 1 route, 0 upstreams, 0 plugin uses\n");
    BOOST_TEST(result.err == "tollgate: using routes.lua\n");
}

BOOST_AUTO_TEST_CASE(check_finds_every_mistake_at_once) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "my.lua"} << "listen \"127.0.0.1:0\"\n"
                                     << answering << "\nrout \"x\" {}\nlisten \"nonsense\"\n";
    const auto result = command({"check", (folder / "my.lua").string()});
    BOOST_TEST(result.code == 2);
    BOOST_TEST(contains(result.out, "my.lua:3: unknown word \"rout\"; did you mean \"route\"?\n"));
    BOOST_TEST(contains(result.out, "\nmy.lua: "));
}

BOOST_AUTO_TEST_CASE(the_file_in_scripts_is_taken_where_there_is_no_other) {
    const test::TemporaryFolder folder;
    BOOST_TEST(contains(command_in(folder, {"check"}).err, "no routes.lua here and no scripts/routes.lua"));
    std::filesystem::create_directory(folder / "scripts");
    std::ofstream{folder / "scripts/routes.lua"} << "listen \"127.0.0.1:0\"\n" << answering << '\n';
    const auto result = command_in(folder, {"routes", "--json"});
    BOOST_TEST(result.code == 0);
    BOOST_TEST(result.err == "tollgate: using scripts/routes.lua\n");
    BOOST_TEST(contains(result.out, "\"GET /\""));
}

BOOST_AUTO_TEST_CASE(a_broken_file_is_not_served) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "rout \"x\" {}\n";
    const auto result = command({"serve", (folder / "routes.lua").string(), "--admin", "off"});
    BOOST_TEST(result.code == 2);
    BOOST_TEST(contains(result.err, "error config: routes.lua:1: unknown word \"rout\""));
}

BOOST_AUTO_TEST_CASE(an_admin_address_beyond_loopback_is_not_served) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << answering << '\n';
    const auto result = command({"serve", (folder / "routes.lua").string(), "--admin", "0.0.0.0:0"});
    BOOST_TEST(result.code == 2);
    BOOST_TEST(contains(result.err, "admin: \"0.0.0.0:0\": refused beyond loopback"));
}

BOOST_AUTO_TEST_CASE(without_an_admin_listener_nothing_but_requests_is_heard) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << answering << '\n';
    test::ChildProcess gateway{{test::tollgate_program(), "serve", (folder / "routes.lua").string(), "--admin", "off"}};
    const std::string line = gateway.wait_for_line("gateway: listening on ");
    BOOST_TEST(test::RawClient{line.substr(line.rfind(' ') + 1)}.get("/").status() == 200);
    gateway.signal(SIGINT);
    BOOST_TEST(gateway.wait() == 0);
    BOOST_TEST(!contains(gateway.stderr_text(), "admin"));
}

BOOST_AUTO_TEST_CASE(a_reload_is_told_to_who_asked) {
    test::GatewayProcess gateway{answering};
    gateway.write_routes(std::string{answering} + "\nroute \"GET /more\" { answer = { status = 204 } }\n");
    auto result = gateway.reload_by_command();
    BOOST_TEST(result.code == 0);
    BOOST_TEST(contains(result.out, "reloaded: 2 routes"));
    gateway.write_routes(std::string{answering} + "\nrout \"GET /more\" {}\n");
    result = gateway.reload_by_command();
    BOOST_TEST(result.code == 1);
    BOOST_TEST(result.out == "");
    BOOST_TEST(contains(result.err, "routes.lua:2: unknown word \"rout\"; did you mean \"route\"?\n"));
    BOOST_TEST(contains(result.err, "tollgate: reload refused: "));
    BOOST_TEST(gateway.client().get("/more").status() == 204);
}

BOOST_AUTO_TEST_CASE(who_asks_where_no_gateway_is_gets_a_hint) {
    const test::Connection deaf{test::bind_deaf()};
    const auto result = command({"reload", "--admin", deaf.local_address()});
    BOOST_TEST(result.code == 1);
    BOOST_TEST(contains(result.err, "tollgate: no answer from the gateway's admin listener at " + deaf.local_address()));
    BOOST_TEST(contains(result.err, "does `tollgate serve` run"));
}

BOOST_AUTO_TEST_CASE(what_is_no_admin_listener_is_told_apart) {
    test::ScriptedUpstream other{test::ScriptedUpstream::always("<html>")};
    const auto result = command({"plugin", "--admin", other.address(), "logging", "reopen"});
    BOOST_TEST(result.code == 1);
    BOOST_TEST(contains(result.err, "is no gateway's admin listener: \"<html>\""));
}

BOOST_AUTO_TEST_CASE(a_plugins_command_is_run_and_an_unknown_one_explained) {
    test::GatewayProcess gateway{std::string{"always { logging { to = \"access.log\" } } "} + answering};
    const auto plugin = [&](const std::string& word) {
        return command({"plugin", "--admin", gateway.admin(), "logging", word});
    };
    BOOST_TEST(plugin("reopen").code == 0);
    const auto unknown = plugin("reopne");
    BOOST_TEST(unknown.code == 1);
    BOOST_TEST(contains(unknown.err, "plugin \"logging\" has no command \"reopne\"; it has reopen"));
}

BOOST_AUTO_TEST_CASE(usr1_has_every_plugin_reopen) {
    test::GatewayProcess gateway{std::string{"always { logging { to = \"access.log\" } } "} + answering};
    BOOST_TEST(gateway.client().get("/").status() == 200);
    (void)gateway.log_lines(1, "access.log");
    std::filesystem::rename(gateway.folder() / "access.log", gateway.folder() / "access.log.1");
    gateway.process().signal(SIGUSR1);
    (void)gateway.process().wait_for_line("logging: reopened");
    BOOST_TEST(gateway.client().get("/").status() == 200);
    BOOST_TEST(gateway.log_lines(1, "access.log").size() == 1u);
    BOOST_TEST(gateway.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_request_under_way_is_finished_before_the_end) {
    test::Gate asked, answer;
    test::ScriptedUpstream slow{[&](test::UpstreamConnection& connection) {
        if (!connection.read_request()) return;
        asked.open();
        answer.wait();
        connection.answer(200, "late");
    }};
    test::GatewayProcess gateway{test::routes_to(slow.address())};
    test::RawClient client = gateway.client();
    client.send(test::RawClient::head("GET", "/"));
    asked.wait();
    gateway.process().signal(SIGTERM);
    (void)gateway.process().wait_for_line("serve: stopping");
    BOOST_TEST(ask_admin(gateway, "GET /health").status() == 503);
    BOOST_TEST(ask_admin(gateway, "POST /reload").status() == 409);
    answer.open();
    BOOST_TEST(client.answer().body == "late");
    BOOST_TEST(gateway.process().wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_second_signal_does_not_wait_for_it) {
    test::Gate asked;
    test::ScriptedUpstream stuck{[&](test::UpstreamConnection& connection) {
        if (!connection.read_request()) return;
        asked.open();
        (void)connection.read_request();  // returns when the gateway leaves
    }};
    test::GatewayProcess gateway{test::routes_to(stuck.address(), "timeout = 1 * hours")};
    test::RawClient client = gateway.client();
    client.send(test::RawClient::head("GET", "/"));
    asked.wait();
    gateway.process().signal(SIGTERM);
    (void)gateway.process().wait_for_line("serve: stopping");
    gateway.process().signal(SIGTERM);
    BOOST_TEST(gateway.process().wait() == 0);
    BOOST_TEST(contains(gateway.process().stderr_text(), "asked again: stopping at once"));
}

BOOST_AUTO_TEST_SUITE_END()

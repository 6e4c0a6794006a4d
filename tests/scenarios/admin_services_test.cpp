// tests/scenarios/admin_services_test.cpp - what operators have run through the admin listener, who may, and what is kept of
// it.
#include "support/deadline.h"
#include "support/gateway_process.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <string>

using namespace tollgate;

namespace {

constexpr auto token = "correct-horse-battery-staple";

std::string with_services(const std::string& services, const std::string& more = {}) {
    return "admin { " + more + "services = { " + services + " } } route \"GET /\" { answer = \"ok\\n\" }";
}

std::string script(const std::string& text) { return "{ \"sh\", \"-c\", [[" + text + "]] }"; }

test::Message ask(const test::GatewayProcess& gateway, const std::string& head, const std::string& lines = {},
                  const std::string& host = "localhost") {
    test::RawClient client{gateway.admin()};
    client.send(head + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n" + lines + "\r\n");
    return client.answer();
}

test::Message restart(const test::GatewayProcess& gateway, const std::string& name, const std::string& lines = {}) {
    return ask(gateway, "POST /services/" + name + "/restart", lines);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const std::string shown = std::string{"Authorization: Bearer "} + token + "\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_admin_services)

BOOST_AUTO_TEST_CASE(a_restart_runs_the_program_and_tells_what_came_of_it) {
    const test::TemporaryFolder folder;
    const std::string touched = (folder / "touched").string();
    test::GatewayProcess gateway{with_services(
        "mock = { restart = { \"sh\", \"-c\", \"touch $0; echo done\", \"" + touched + "\" } }, bad = { restart = " +
        script("echo no >&2; exit 3") + " }, gone = { restart = { \"no-such-program-here\" } }")};
    const auto done = restart(gateway, "mock");
    BOOST_TEST(done.status() == 200);
    BOOST_TEST(contains(done.body, R"("status":"success","summary":"exit code 0","exit_code":0,"timed_out":false,"output":"done\n")"), done.body);
    BOOST_TEST(std::filesystem::exists(touched));
    const auto failed = restart(gateway, "bad");
    BOOST_TEST(failed.status() == 200);
    BOOST_TEST(contains(failed.body, R"("status":"error","summary":"exit code 3","exit_code":3,"timed_out":false,"output":"no\n")"), failed.body);
    BOOST_TEST(contains(restart(gateway, "gone").body, "it cannot be started: No such file or directory"));
    const auto unknown = restart(gateway, "mok");
    BOOST_TEST(unknown.status() == 404);
    BOOST_TEST(unknown.body == "{\"ok\":false,\"error\":\"there is no service \\\"mok\\\"; did you mean \\\"mock\\\"?\"}\n");
    const std::string all = ask(gateway, "GET /services").body;
    BOOST_TEST(contains(all, R"("name":"bad")"));
    BOOST_TEST(contains(all, R"("last":{"status":"error","summary":"exit code 3")"), all);
}

// The mock that the button of the dashboard restarts: another process is there afterwards.
BOOST_AUTO_TEST_CASE(a_service_that_runs_is_another_process_afterwards) {
    const test::TemporaryFolder folder;
    const std::string pid = (folder / "pid").string();
    test::GatewayProcess gateway{with_services(
        "mock = { restart = { \"sh\", \"-c\", \"[ -f $0 ] && kill $(cat $0); sleep 600 & echo $! > $0\", \"" + pid + "\" } }")};
    const auto running = [&] {
        std::ifstream stream{pid};
        pid_t number = 0;
        stream >> number;
        return number;
    };
    BOOST_TEST(contains(restart(gateway, "mock").body, "\"success\""));
    const pid_t first = running();
    BOOST_TEST_REQUIRE(first > 0);
    BOOST_TEST(::kill(first, 0) == 0);
    BOOST_TEST(contains(restart(gateway, "mock").body, "\"success\""));
    const pid_t second = running();
    BOOST_TEST(second != first);
    BOOST_TEST(::kill(second, 0) == 0);
    ::kill(second, SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_program_whose_time_is_over_is_ended_and_told_of) {
    test::GatewayProcess gateway{
        with_services("slow = { restart = " + script("echo begun; sleep 600") + ", timeout = 500 * milliseconds }")};
    const auto late = restart(gateway, "slow");
    BOOST_TEST(late.status() == 200);
    BOOST_TEST(contains(late.body, R"("status":"error","summary":"not done within 500 ms, and ended","exit_code":null,"timed_out":true)"), late.body);
    BOOST_TEST(contains(late.body, R"("output":"begun\n")"));
}

BOOST_AUTO_TEST_CASE(one_is_run_at_a_time_and_none_outlives_the_gateway) {
    const test::TemporaryFolder folder;
    const auto begun = folder / "begun";
    test::GatewayProcess gateway{with_services("slow = { restart = { \"sh\", \"-c\", \"touch $0; exec sleep 600\", \"" +
                                               begun.string() + "\" }, timeout = 600 * seconds }",
                                               "audit = \"audit.log\", ")};
    auto first = std::async(std::launch::async, [&] { return restart(gateway, "slow"); });
    test::wait_until("the program has begun", [&] { return std::filesystem::exists(begun); });
    BOOST_TEST(restart(gateway, "slow").status() == 409);
    BOOST_TEST(contains(ask(gateway, "GET /services").body, "\"running\":true"));
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(contains(first.get().body, "ended, since the gateway ends"));
    BOOST_TEST(contains(gateway.read_file("audit.log"), "restart of slow: ended, since the gateway ends"));
}

BOOST_AUTO_TEST_CASE(no_page_of_somebody_elses_restarts_or_reloads_anything) {
    const test::TemporaryFolder folder;
    const auto touched = folder / "touched";
    test::GatewayProcess gateway{with_services("mock = { restart = { \"touch\", \"" + touched.string() + "\" } }")};
    for (const char* head : {"POST /services/mock/restart", "POST /reload", "POST /explain", "DELETE /keys/1"}) {
        BOOST_TEST(ask(gateway, head, "Origin: https://evil.example\r\n").status() == 403, head);
        BOOST_TEST(ask(gateway, head, "Origin: null\r\n").status() == 403, head);
        BOOST_TEST(ask(gateway, head, "Origin: http://localhost:1\r\n").status() == 403, head);
        BOOST_TEST(ask(gateway, head, "", "rebound.example").status() == 403, head);
        BOOST_TEST(ask(gateway, head, "", "rebound.example:9180").status() == 403, head);
    }
    BOOST_TEST(!std::filesystem::exists(touched));
    BOOST_TEST(restart(gateway, "mock", "Origin: http://localhost\r\n").status() == 200);
    BOOST_TEST(std::filesystem::exists(touched));
}

BOOST_AUTO_TEST_CASE(where_a_token_is_declared_nothing_is_run_without_it) {
    const test::TemporaryFolder folder;
    const auto touched = folder / "touched";
    test::GatewayProcess gateway{with_services("mock = { restart = { \"touch\", \"" + touched.string() + "\" } }",
                                               std::string{"token = \""} + token + "\", ")};
    BOOST_TEST(restart(gateway, "mock").status() == 401);
    BOOST_TEST(restart(gateway, "mock", "Authorization: Bearer another-token-of-no-worth\r\n").status() == 401);
    BOOST_TEST(restart(gateway, "mock", "Cookie: token=" + std::string{token} + "\r\n").status() == 401);
    BOOST_TEST(!std::filesystem::exists(touched));
    BOOST_TEST(restart(gateway, "mock", shown).status() == 200);
    BOOST_TEST(std::filesystem::exists(touched));
}

BOOST_AUTO_TEST_CASE(what_may_be_run_is_what_the_configuration_in_force_says) {
    test::GatewayProcess gateway{with_services("old = { restart = { \"true\" } }")};
    gateway.write_routes(with_services("new = { restart = { \"true\" }, colour = 1 }"));
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    BOOST_TEST(restart(gateway, "old").status() == 200);
    BOOST_TEST(restart(gateway, "new").status() == 404);
    gateway.write_routes(with_services("new = { restart = { \"true\" } }"));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(restart(gateway, "old").status() == 404);
    BOOST_TEST(restart(gateway, "new").status() == 200);
}

BOOST_AUTO_TEST_CASE(sessions_and_signatures_of_a_query_were_written_to_the_audit_file) {
    test::GatewayProcess gateway{with_services("mock = { restart = { \"false\" } }",
                                               "audit = \"audit.log\", token = \"" + std::string{token} + "\", ")};
    BOOST_TEST(ask(gateway, "POST /reload?session=one1&sig=two2&jwt=three3&limit=4&key=alice", shown).status() == 200);
    const std::string line = gateway.read_file("audit.log");
    BOOST_TEST(contains(line, R"x("query":"session=(hidden)&sig=(hidden)&jwt=(hidden)&limit=4&key=(hidden)")x"), line);
    BOOST_TEST(ask(gateway, "POST /reload?by=caller&key=alice", shown).status() == 200);
    BOOST_TEST(contains(gateway.read_file("audit.log"), R"("query":"by=caller&key=alice")"));
}

BOOST_AUTO_TEST_CASE(what_changes_something_is_written_down_and_what_was_refused_too) {
    test::GatewayProcess gateway{with_services("mock = { restart = { \"false\" } }",
                                               "audit = \"audit.log\", token = \"" + std::string{token} + "\", ")};
    BOOST_TEST(restart(gateway, "mock").status() == 401);
    BOOST_TEST(ask(gateway, "POST x").status() == 401);  // before anything is said of what was asked
    BOOST_TEST(restart(gateway, "mock", shown).status() == 200);
    BOOST_TEST(ask(gateway, "POST /reload?a=b&token=abc", shown).status() == 200);
    BOOST_TEST(ask(gateway, "GET /status", shown).status() == 200);
    std::istringstream lines{gateway.read_file("audit.log")};
    const std::vector<std::string> wanted{
        R"("method":"POST","path":"/services/mock/restart","status":401,"what":"the admin token is wanted)",
        R"("method":"POST","path":"x","status":401,)",
        R"("method":"POST","path":"/services/mock/restart","status":202,"what":"restart of mock begun"})",
        R"("method":"POST","path":"/services/mock/restart","status":200,"what":"restart of mock: exit code 1"})",
        R"x("method":"POST","path":"/reload","query":"a=b&token=(hidden)","status":200,"what":")x"};
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        BOOST_TEST_REQUIRE(count < wanted.size(), line);
        BOOST_TEST(contains(line, wanted[count]), line);
        BOOST_TEST(contains(line, R"("client":"127.0.0.1")"));
        BOOST_TEST(!contains(line, token));
    }
    BOOST_TEST(count == wanted.size());
    const std::string told = ask(gateway, "GET /audit?limit=2", shown).body;
    BOOST_TEST(contains(told, "\"path\":\"/reload\""));
    BOOST_TEST(contains(told, "restart of mock: exit code 1"));
    BOOST_TEST(!contains(told, "\"status\":401"));
    BOOST_TEST(ask(gateway, "GET /audit?limit=0", shown).status() == 422);
    BOOST_TEST(ask(gateway, "GET /audit").status() == 401);
}

BOOST_AUTO_TEST_SUITE_END()

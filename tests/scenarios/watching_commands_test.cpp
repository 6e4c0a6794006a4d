// tests/scenarios/watching_commands_test.cpp - `tollgate logs` and `tollgate top` beside a running gateway, and beyond its restart.
#include "support/gateway_process.h"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

const std::string routes = "route \"GET /x/**\" { answer = \"ok\\n\" }\n";

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// `tollgate` with these words, its stdout in a file.
struct Command {
    Command(const std::string& admin, std::vector<std::string> words, const std::vector<std::string>& environment = {})
        : process{command(admin, std::move(words)), folder / "stdout", environment} {}
    static std::vector<std::string> command(const std::string& admin, std::vector<std::string> words) {
        words.insert(words.begin(), tollgate_program());
        words.insert(words.end(), {"--admin", admin});
        return words;
    }
    std::string out() const {
        std::ifstream in{folder / "stdout"};
        std::ostringstream text;
        text << in.rdbuf();
        return text.str();
    }
    void wait_for(std::string_view part) {
        wait_until(std::string{part} + " is printed", [&] { return has(out(), part); });
    }
    TemporaryFolder folder;
    ChildProcess process;
};

Finished run_with(const std::string& admin, std::vector<std::string> words) {
    return run(Command::command(admin, std::move(words)));
}

// Asks until the command has printed it: it may not watch yet when the first requests end.
void ask_until_shown(const GatewayProcess& gateway, Command& command, const std::string& path) {
    wait_until(path + " is shown", [&] {
        gateway.client().get(path);
        return has(command.out(), path);
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_watching_commands)

BOOST_AUTO_TEST_CASE(logs_show_the_last_requests_and_end) {
    GatewayProcess gateway{routes};
    // By one connection, so one loop: what several loops remember at the same moment may stand in any order.
    RawClient client = gateway.client();
    for (const char* path : {"/x/1", "/x/2", "/none", "/x/3?token=secret"}) client.get(path);
    wait_until("the last one is remembered", [&] { return has(run_with(gateway.admin(), {"logs", "-n", "1"}).out, "/x/3"); });
    const auto last = run_with(gateway.admin(), {"logs", "-n", "2"});
    BOOST_TEST(last.code == 0);
    BOOST_TEST(!has(last.out, "/x/2"));
    BOOST_TEST(has(last.out, " 404 "));
    BOOST_TEST(has(last.out, " ms GET /x/3  route=GET /x/**  client=127.0.0.1\n"));
    BOOST_TEST(!has(last.out, "secret"));
    BOOST_TEST(!has(last.out, "\x1b"));
    const auto filtered = run_with(gateway.admin(), {"logs", "--status", "4xx", "--json"});
    BOOST_TEST(filtered.code == 0);
    BOOST_TEST(filtered.out.starts_with("{\"id\":\""));
    BOOST_TEST(has(filtered.out, "\"path\":\"/none\""));
    BOOST_TEST(!has(filtered.out, "/x/"));
    const auto wrong = run_with(gateway.admin(), {"logs", "--status", "teapot"});
    BOOST_TEST(wrong.code == 2);
    BOOST_TEST(wrong.err == "tollgate: --status: expected a status (429), a class (5xx) or a range (400-499), got \"teapot\"\n");
    const auto many = run_with(gateway.admin(), {"logs", "-f", "-n", "201"});
    BOOST_TEST(many.code == 2);
    BOOST_TEST(many.err == "tollgate: -n: expected at most 200 with -f, got 201\n");
}

BOOST_AUTO_TEST_CASE(without_a_gateway_nothing_is_waited_for) {
    const int deaf = bind_deaf();
    const auto logs = run_with(bound_address(deaf), {"logs", "-f"});
    BOOST_TEST(logs.code == 1);
    BOOST_TEST(has(logs.err, "no answer from the gateway's admin listener at " + bound_address(deaf)));
    ::close(deaf);
    BOOST_TEST(run_with("nowhere", {"top"}).code == 2);
    GatewayProcess gateway{"admin { token = \"correct-horse-battery-staple\" } " + routes};
    const auto top = run_with(gateway.admin(), {"top"});
    BOOST_TEST(top.code == 1);
    BOOST_TEST(has(top.err, "wants its token; give it by the environment variable TOLLGATE_ADMIN_TOKEN"));
}

BOOST_AUTO_TEST_CASE(logs_follow_beyond_a_restart) {
    std::optional<GatewayProcess> gateway;
    gateway.emplace(routes, std::vector<std::string>{"--admin", "127.0.77.61:0"});
    const std::string admin = gateway->admin();
    Command logs{admin, {"logs", "-f", "-n", "0"}};
    ask_until_shown(*gateway, logs, "/x/before");
    BOOST_TEST(gateway->stop() == 0);
    logs.process.wait_for_line("waiting for the gateway at " + admin);
    gateway.reset();
    gateway.emplace(routes, std::vector<std::string>{"--admin", admin});
    logs.process.wait_for_line("connected again");
    ask_until_shown(*gateway, logs, "/x/after");
    logs.process.signal(SIGINT);
    BOOST_TEST(logs.process.wait() == 128 + SIGINT);
}

BOOST_AUTO_TEST_CASE(top_prints_a_line_for_each_second_where_there_is_no_terminal) {
    GatewayProcess gateway{routes};
    const auto once = run_with(gateway.admin(), {"top", "--once", "--json"});
    BOOST_TEST(once.code == 0);
    BOOST_TEST(once.out.starts_with("{\"type\":\"second\",\"time\":\""));
    BOOST_TEST(std::count(once.out.begin(), once.out.end(), '\n') == 1);
    Command top{gateway.admin(), {"top"}};
    wait_until("it counts", [&] {
        gateway.client().get("/x/1");
        return has(top.out(), "ok 100%");
    });
    BOOST_TEST(has(top.out(), " requests/s  ok "));
    top.process.signal(SIGTERM);
    BOOST_TEST(top.process.wait() == 128 + SIGTERM);
}

BOOST_AUTO_TEST_SUITE_END()

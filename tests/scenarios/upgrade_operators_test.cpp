// tests/scenarios/upgrade_operators_test.cpp - what operators ask for while one process takes another's place.
#include "scenarios/upgraded_gateway.h"
#include "support/notify_socket.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <fstream>
#include <future>
#include <string>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

Message ask_operator(const std::string& admin, const std::string& request) {
    RawClient client{admin};
    client.send(request + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return client.answer();
}

// Of a script at the gateway's path: waits for tell().
std::string until_told(const Installed& gateway) {
    return "while [ ! -e '" + (gateway.folder / "told").string() + "' ]; do sleep 0.02; done\n";
}
void tell(const Installed& gateway) { std::ofstream{gateway.folder / "told"}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_upgrade_operators)

BOOST_AUTO_TEST_CASE(whoever_balances_over_gateways_hears_of_no_drain) {
    Lineage gateway{ok_route};
    std::atomic<bool> over{false};
    auto asking = std::async(std::launch::async, [&] {
        std::string worst;
        const Deadline deadline;
        for (int at = 0; !over && !deadline.passed(); ++at) {
            const Message answer = ask_operator(gateway.first->admin(), at % 2 ? "GET /health" : "GET /ready");
            if (answer.status() != 200) worst = answer.start_line + '\n' + answer.body;
        }
        return worst;
    });
    for (int time = 0; time < 3; ++time) gateway.upgrade();
    over = true;
    BOOST_TEST(asking.get() == "");
}

BOOST_AUTO_TEST_CASE(a_reload_by_command_is_refused_and_may_be_asked_for_again) {
    Installed gateway{ok_route};
    gateway.put("echo begun >&2\n" + until_told(gateway) + "exit 1\n");
    gateway.process->signal(SIGUSR2);
    gateway.process->wait_for_line("begun");
    const std::vector<std::string> reload{tollgate_program(), "reload", "--admin", gateway.admin};
    const Finished said = run(reload);
    BOOST_TEST(said.code == 1);
    BOOST_TEST(said.err == "tollgate: reload refused: an upgrade is under way\n");
    tell(gateway);
    gateway.process->wait_for_line("upgrade refused: it ended with exit code 1");
    wait_until("it reloads again", [&] { return run(reload).code == 0; });
}

BOOST_AUTO_TEST_CASE(a_signal_to_reload_is_heeded_after_an_upgrade_that_fails) {
    NotifySocket supervisor;
    Installed gateway{ok_route, {}, {supervisor.variable()}};
    supervisor.wait_for("READY=1");
    gateway.put("echo begun >&2\n" + until_told(gateway) + "exit 1\n");
    gateway.process->signal(SIGUSR2);
    gateway.process->wait_for_line("begun");
    gateway.write(ok_route + "\nroute \"GET /new\" { answer = { status = 200 } }");
    gateway.process->signal(SIGHUP);
    gateway.process->wait_for_line("asked to reload while an upgrade is under way");
    BOOST_TEST(RawClient{gateway.address}.get("/new").status() == 404);
    tell(gateway);
    gateway.process->wait_for_line("upgrade refused: it ended with exit code 1");
    gateway.process->wait_for_line("reloaded: ");
    BOOST_TEST(RawClient{gateway.address}.get("/new").status() == 200);
    BOOST_TEST(supervisor.next().text.starts_with("RELOADING=1\n"));
    BOOST_TEST(supervisor.next().text.starts_with("READY=1\n"));
    BOOST_TEST(supervisor.rest().empty());
}

BOOST_AUTO_TEST_CASE(a_signal_to_reload_is_heeded_by_the_process_that_takes_over) {
    NotifySocket supervisor;
    Installed gateway{ok_route, {}, {supervisor.variable()}};
    const Heirs heirs{gateway};
    supervisor.wait_for("READY=1");
    gateway.put("echo begun >&2\n" + until_told(gateway) + "exec '" + tollgate_program() + "' \"$@\"\n");
    gateway.process->signal(SIGUSR2);
    gateway.process->wait_for_line("begun");
    gateway.process->signal(SIGHUP);
    gateway.process->wait_for_line("asked to reload while an upgrade is under way");
    tell(gateway);
    gateway.process->wait_for_line("upgraded: this process has taken the place of the one before");
    gateway.process->wait_for_line("reloaded: ");
    const auto reloading = supervisor.wait_for("RELOADING=1");
    BOOST_TEST(reloading.from == gateway.serving());
    BOOST_TEST(supervisor.next().text.starts_with("READY=1\n"));
    BOOST_TEST(RawClient{gateway.address}.get("/ok").status() == 200);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/upgrade_halfway_test.cpp - upgrades in the midst of which one of the two processes ends, or hangs.
#include "scenarios/upgraded_gateway.h"
#include "support/notify_socket.h"
#include "support/places.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

using namespace tollgate::test;

namespace {

// Of a script at the gateway's path: what follows speaks as a gateway does, and fails at that place.
std::string heir_that(const std::string& how) {
    return "exec /usr/bin/python3 '" + source_folder() + "/tests/support/heir.py' " + how + ' ';
}

Finished upgrade(const Installed& gateway) { return run({tollgate_program(), "upgrade", "--admin", gateway.admin}); }

// Everything that a process of its place had is the old one's again.
void check_that_it_goes_on_after(const std::string& how, const std::string& why) {
    NotifySocket supervisor;
    const TemporaryFolder folder;
    const std::string socket = "unix:" + (folder / "gate.sock").string();
    Installed gateway{"\nlisten \"" + socket + "\"" + ok_route, {}, {supervisor.variable()}};
    supervisor.wait_for("READY=1");
    const std::string here = std::to_string(gateway.process->id());
    RawClient idle{gateway.address};
    BOOST_TEST(idle.get("/ok").status() == 200);

    gateway.put(heir_that(how) + "\"$@\"\n");
    const Finished said = upgrade(gateway);
    BOOST_TEST(said.code == 1);
    BOOST_TEST(said.err == "tollgate: upgrade refused: " + why + "; the process before goes on\n");

    BOOST_TEST(supervisor.next().text.starts_with("MAINPID="));
    const auto again = supervisor.next();
    BOOST_TEST(again.text == "MAINPID=" + here);
    BOOST_TEST(again.from == gateway.process->id());
    BOOST_TEST(supervisor.next().text.starts_with("READY=1\n"));
    BOOST_TEST(gateway.serving() == gateway.process->id());
    BOOST_TEST(idle.get("/ok").header("Connection") == "");
    for (const std::string& address : {gateway.address, socket}) BOOST_TEST(RawClient{address}.get("/ok").status() == 200);
    BOOST_TEST(run({tollgate_program(), "reload", "--admin", gateway.admin}).code == 0);

    gateway.process->signal(SIGTERM);
    BOOST_TEST(gateway.process->wait() == 0);
    BOOST_TEST(!std::filesystem::exists(folder / "gate.sock"));
    BOOST_TEST(!std::filesystem::exists(gateway.pid_file));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_upgrade_halfway)

BOOST_AUTO_TEST_CASE(one_that_ends_when_all_is_its_gives_it_back) {
    check_that_it_goes_on_after("end", "it ended with exit code 3");
}

BOOST_AUTO_TEST_CASE(one_that_says_nothing_when_all_is_its_is_ended) {
    check_that_it_goes_on_after("say_nothing", "it served, and then did not take over");
}

// As a program does that is older than the word.
BOOST_AUTO_TEST_CASE(one_that_never_says_that_it_has_settled_has_the_place) {
    Installed gateway{ok_route};
    const Heirs heirs{gateway};
    gateway.put(heir_that("not_settle") + "\"$@\"\n");
    const Finished said = upgrade(gateway);
    BOOST_TEST(said.code == 0, said.err);
    BOOST_TEST(said.out.starts_with("upgraded: process "));
    BOOST_TEST(said.out.ends_with(" (1.2.3) serves\n"));
    wait_until("the process before has ended", [&] { return !gateway.process->running(); });
    BOOST_TEST(gateway.serving() != 0);  // the other one would write the process file by now
}

BOOST_AUTO_TEST_CASE(one_whose_gateway_is_killed_while_it_starts_goes_on_alone) {
    Installed gateway{ok_route};
    const Heirs heirs{gateway};
    const pid_t first = gateway.process->id();
    gateway.put(heir_that("orphan") + "'" + tollgate_program() + "' \"$@\"\n");
    gateway.process->signal(SIGUSR2);
    wait_until("it is killed", [&] { return !gateway.process->running(); });
    RawClient early{gateway.address};  // the socket has outlived who opened it
    early.send(RawClient::head("GET", "/ok"));
    BOOST_TEST(early.answer().body == "ok");
    gateway.process->wait_for_line("upgraded: this process has taken the place of the one before");
    BOOST_TEST(gateway.serving() != first);
    BOOST_TEST(::kill(gateway.serving(), 0) == 0);
    BOOST_TEST(run({tollgate_program(), "reload", "--admin", gateway.admin}).code == 0);
    // As any other, it may be upgraded.
    const Finished said = upgrade(gateway);
    BOOST_TEST(said.code == 0, said.err);
    BOOST_TEST(RawClient{gateway.address}.get("/ok").status() == 200);
}

BOOST_AUTO_TEST_SUITE_END()

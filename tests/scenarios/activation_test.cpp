// tests/scenarios/activation_test.cpp - a supervisor that listens for the gateway, and hears how it is (systemd's way).
#include "support/gateway_process.h"
#include "support/notify_socket.h"

#include <boost/test/unit_test.hpp>

#include <Poco/Net/ServerSocket.h>

#include <fcntl.h>

#include <csignal>
#include <fstream>
#include <string>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

const std::string ok_route = "\nroute \"GET /ok\" { answer = { status = 200, body = \"ok\" } }";

// Listens before the gateway does, and has it started with its sockets at 3 and above, as systemd would.
class Activation {
public:
    std::string listen(const Poco::Net::SocketAddress& where = Poco::Net::SocketAddress{"127.0.0.1", 0}) {
        Poco::Net::ServerSocket socket;
        socket.bind(where, true, false);
        socket.listen(64);
        sockets_.push_back(socket);
        return socket.address().toString();
    }
    std::vector<std::string> command(const std::string& routes, const std::vector<std::string>& more,
                                     const std::string& names = {}) {
        std::ofstream{folder_ / "routes.lua"} << routes;
        std::string script;
        for (std::size_t i = 0; i < sockets_.size(); ++i) {
            const int descriptor = int(sockets_[i].impl()->sockfd());
            BOOST_REQUIRE(::fcntl(descriptor, F_SETFD, 0) == 0);  // it goes with the program
            script += "exec " + std::to_string(100 + i) + "<&" + std::to_string(descriptor) + "; ";
        }
        for (std::size_t i = 0; i < sockets_.size(); ++i)
            script += "exec " + std::to_string(3 + i) + "<&" + std::to_string(100 + i) + "; ";
        if (!names.empty()) script += "export LISTEN_FDNAMES=" + names + "; ";
        script += "export LISTEN_PID=$$ LISTEN_FDS=" + std::to_string(sockets_.size()) + "; exec \"$@\"";
        std::vector<std::string> command{"bash", "-c", script, "bash", tollgate_program(), "serve",
                                         (folder_ / "routes.lua").string()};
        command.insert(command.end(), more.begin(), more.end());
        return command;
    }
    void rewrite(const std::string& routes) {
        std::ofstream{folder_ / "routes.new"} << routes;
        std::filesystem::rename(folder_ / "routes.new", folder_ / "routes.lua");
    }
    std::filesystem::path path(const std::string& name) const { return folder_ / name; }

private:
    const TemporaryFolder folder_;
    std::vector<Poco::Net::ServerSocket> sockets_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_activation)

BOOST_AUTO_TEST_CASE(sockets_that_are_given_are_used_where_their_addresses_are_asked_for) {
    Activation systemd;
    const std::string web = systemd.listen(), other = systemd.listen(), admin = systemd.listen();
    RawClient early{web};  // waits in the queue: nobody serves yet
    early.send(RawClient::head("GET", "/ok"));
    ChildProcess gateway{systemd.command("listen \"" + other + "\" listen \"" + web + "\"" + ok_route,
                                         {"--admin", admin}, "web:other:admin")};
    BOOST_TEST(early.answer().body == "ok");
    gateway.wait_for_line("admin: listening on " + admin);
    gateway.wait_for_line("serve: 3 sockets given by who started this process");
    BOOST_TEST(RawClient{other}.get("/ok").body == "ok");
    BOOST_TEST(run({tollgate_program(), "reload", "--admin", admin}).code == 0);
    gateway.signal(SIGTERM);
    BOOST_TEST(gateway.wait() == 0);
    // Whose they are still listens.
    RawClient late{web};
    BOOST_TEST((late.wait_for_end(50ms) == End::timed_out));
}

BOOST_AUTO_TEST_CASE(a_reload_may_give_one_up_and_take_it_again) {
    Activation systemd;
    const std::string one = systemd.listen(), two = systemd.listen();
    const std::string both = "listen \"" + one + "\" listen \"" + two + "\"" + ok_route;
    ChildProcess gateway{systemd.command(both, {"--admin", "off"})};
    gateway.wait_for_line("serve: 2 sockets given");
    systemd.rewrite("listen \"" + one + "\"" + ok_route);
    gateway.signal(SIGHUP);
    gateway.wait_for_line("reloaded");
    gateway.wait_for_line("serve: " + two + " is still listened at by who opened it");
    RawClient waiting{two};
    waiting.send(RawClient::head("GET", "/ok"));
    systemd.rewrite(both);
    gateway.signal(SIGHUP);
    gateway.wait_for_line("reloaded");
    BOOST_TEST(waiting.answer().body == "ok");
    BOOST_TEST(gateway.stderr_text().find(one + " is still") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_address_is_one_listeners) {
    Activation systemd;
    const std::string one = systemd.listen(), port = one.substr(one.find(':'));
    const std::string twice = "listen \"" + one + "\" listen \"localhost" + port + "\"" + ok_route;
    const Finished end = run(systemd.command(twice, {"--admin", "off"}));
    BOOST_TEST(end.code == 1);
    BOOST_TEST(end.err.find("listen \"localhost" + port + "\": cannot listen: listen \"" + one +
                            "\" has this address already") != std::string::npos, end.err);
    ChildProcess gateway{systemd.command("listen \"" + one + "\"" + ok_route, {"--admin", "off"})};
    BOOST_TEST(RawClient{one}.get("/ok").body == "ok");
    systemd.rewrite(twice);
    gateway.signal(SIGHUP);
    gateway.wait_for_line("reload refused");
}

BOOST_AUTO_TEST_CASE(the_admin_listeners_address_is_no_other_listeners) {
    Activation systemd;
    const std::string one = systemd.listen(), admin = systemd.listen();
    const std::string both = "listen \"" + one + "\" listen \"" + admin + "\"" + ok_route;
    const Finished end = run(systemd.command(both, {"--admin", admin}));
    BOOST_TEST(end.code == 2);
    BOOST_TEST(end.err.find("admin: " + admin + ": listen \"" + admin + "\" has this address already") !=
               std::string::npos, end.err);
    ChildProcess gateway{systemd.command("listen \"" + one + "\"" + ok_route, {"--admin", admin})};
    gateway.wait_for_line("serve: 2 sockets given");
    systemd.rewrite(both);
    gateway.signal(SIGHUP);
    gateway.wait_for_line("listen \"" + admin + "\": the admin listener has this address already");
    gateway.wait_for_line("reload refused");
}

BOOST_AUTO_TEST_CASE(one_that_nobody_asks_for_ends_the_start) {
    Activation systemd;
    const std::string web = systemd.listen(), stray = systemd.listen();
    const Finished end =
        run(systemd.command("listen \"" + web + "\"" + ok_route, {"--admin", "off"}, "web:stray.socket"));
    BOOST_TEST(end.code == 2);
    BOOST_TEST(end.err.find("serve: " + stray + " (stray.socket) was given (LISTEN_FDS), but neither a `listen` nor "
                                               "the admin listener has this address") != std::string::npos, end.err);
}

BOOST_AUTO_TEST_CASE(the_file_of_a_unix_socket_stays_its_owners) {
    Activation systemd;
    const std::string path = systemd.path("gate.sock").string();
    systemd.listen(Poco::Net::SocketAddress{Poco::Net::SocketAddress::UNIX_LOCAL, path});
    ChildProcess gateway{systemd.command("listen \"unix:" + path + "\"" + ok_route, {"--admin", "off"})};
    BOOST_TEST(RawClient{"unix:" + path}.get("/ok").body == "ok");
    gateway.signal(SIGTERM);
    BOOST_TEST(gateway.wait() == 0);
    BOOST_TEST(std::filesystem::is_socket(path));
}

BOOST_AUTO_TEST_CASE(a_supervisor_hears_of_start_reload_and_end) {
    NotifySocket supervisor;
    GatewayProcess gateway{ok_route, {}, {}, {supervisor.variable()}};
    const auto ready = supervisor.wait_for("READY=1");
    BOOST_TEST(ready.text == "READY=1\nSTATUS=serving at " + gateway.address());
    BOOST_TEST(ready.from == gateway.process().id());
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(supervisor.next().text.starts_with("RELOADING=1\nMONOTONIC_USEC="));
    BOOST_TEST(supervisor.next().text == ready.text);
    gateway.write_routes("rout");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    BOOST_TEST(supervisor.next().text.starts_with("RELOADING=1\n"));
    const std::string refused = supervisor.next().text;
    BOOST_TEST(refused.starts_with("READY=1\nSTATUS=reload refused"), refused);
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(supervisor.next().text == "STOPPING=1");
    BOOST_TEST(supervisor.rest().empty());
}

BOOST_AUTO_TEST_CASE(a_watchdog_hears_that_the_loops_turn) {
    NotifySocket supervisor;
    GatewayProcess gateway{ok_route, {}, {}, {supervisor.variable(), "WATCHDOG_USEC=200000"}};
    supervisor.wait_for("READY=1");
    for (int beat = 0; beat < 5; ++beat) BOOST_TEST(supervisor.next().text == "WATCHDOG=1");
}

BOOST_AUTO_TEST_CASE(a_pid_file_names_the_process_while_it_lives) {
    const TemporaryFolder folder;
    const auto file = folder / "tollgate.pid";
    GatewayProcess gateway{ok_route, {"--pid-file", file.string()}};
    wait_until("the file is there", [&] { return std::filesystem::exists(file); });
    long said = 0;
    std::ifstream{file} >> said;
    BOOST_TEST(said == gateway.process().id());
    BOOST_TEST(gateway.stop() == 0);
    BOOST_TEST(!std::filesystem::exists(file));
}

BOOST_AUTO_TEST_SUITE_END()

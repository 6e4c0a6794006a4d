// tests/scenarios/upgrade_binary_test.cpp - a new process takes the place of the one that serves, and no request is lost.
#include "scenarios/upgraded_gateway.h"
#include "support/certificates.h"
#include "support/notify_socket.h"
#include "support/scripted_upstream.h"
#include "support/tls_connection.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// Clients that ask as fast as they are answered: some on connections that they keep, with pauses too, some on a new one
// each time. Whatever is no 200, a refused connection above all, is a failure.
class Clients {
public:
    explicit Clients(std::string address) : address_{std::move(address)} {
        for (int i = 0; i < 3; ++i) threads_.emplace_back([this] { keep_asking(0ms); });
        threads_.emplace_back([this] { keep_asking(15ms); });
        for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { ask_anew(); });
    }
    ~Clients() { end(); }
    std::size_t answered() const { return answered_; }
    void wait_for_more(std::size_t more) {
        const std::size_t wanted = answered_ + more;
        wait_until("requests were answered", [&] { return answered_ >= wanted || failed_; });
    }
    std::vector<std::string> end() {
        over_ = true;
        for (std::thread& thread : threads_) thread.join();
        threads_.clear();
        return failures_;
    }

private:
    void keep_asking(std::chrono::milliseconds pause) {
        std::optional<RawClient> client;
        while (!over_ && !failed_)
            noting([&] {
                if (!client) client.emplace(address_);
                const Message answer = client->get("/slow");
                count(answer);
                if (answer.header("Connection") == "close") client.reset();
                else if (pause > 0ms) (void)client->silent_for(pause);
            });
    }
    void ask_anew() {
        while (!over_ && !failed_)
            noting([&] {
                RawClient client{address_};
                count(client.get("/slow", "Connection: close\r\n"));
            });
    }
    void count(const Message& answer) {
        if (answer.status() != 200 || answer.body != "slow") throw std::runtime_error{answer.start_line};
        ++answered_;
    }
    void noting(const std::function<void()>& work) {
        try {
            work();
        } catch (const std::exception& error) {
            const std::lock_guard lock{mutex_};
            failures_.push_back(error.what());
            failed_ = true;
        }
    }

    const std::string address_;
    std::atomic<bool> over_{false}, failed_{false};
    std::atomic<std::size_t> answered_{0};
    std::mutex mutex_;
    std::vector<std::string> failures_;
    std::vector<std::thread> threads_;
};

std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_upgrade_binary)

BOOST_AUTO_TEST_CASE(three_upgrades_under_load_lose_no_request) {
    ScriptedUpstream upstream{ScriptedUpstream::always("slow")};
    Lineage gateway{routes_to(upstream.address())};
    Clients clients{gateway.first->address()};
    for (int time = 0; time < 3; ++time) {
        clients.wait_for_more(50);
        gateway.upgrade();
    }
    clients.wait_for_more(50);
    const auto failures = clients.end();
    BOOST_TEST(failures.empty(), text_of(failures) + gateway.first->process().stderr_text());
    // Nobody keeps a connection to those that were replaced.
    for (std::size_t process = 0; process < 3; ++process) BOOST_TEST(gateway.ended_well(process));
    BOOST_TEST(RawClient{gateway.first->address()}.get("/x").status() == 200);
}

BOOST_AUTO_TEST_CASE(a_new_process_that_fails_after_it_listens_costs_no_request) {
    ScriptedUpstream upstream{ScriptedUpstream::always("slow")};
    Installed gateway{routes_to(upstream.address())};
    gateway.put("exec '" + tollgate_program() + "' serve \"$2\" --admin 0.0.0.0:0\n");  // without a token
    Clients clients{gateway.address};
    for (int time = 0; time < 5; ++time) {
        clients.wait_for_more(20);
        const Finished said = run({tollgate_program(), "upgrade", "--admin", gateway.admin});
        BOOST_TEST(said.code == 1);
        BOOST_TEST(said.err.find("listening on " + gateway.address) != std::string::npos, said.err);
        const bool refused = said.err.ends_with("it ended with exit code 2; the process before goes on\n");
        BOOST_TEST(refused, said.err);
    }
    clients.wait_for_more(20);
    const auto failures = clients.end();
    BOOST_TEST(failures.empty(), text_of(failures) + gateway.process->stderr_text());
}

BOOST_AUTO_TEST_CASE(a_log_on_stderr_goes_on_where_the_one_before_went) {
    ScriptedUpstream upstream{ScriptedUpstream::always("slow")};
    Lineage gateway{"always { logging { to = \"stderr\" } }\n" + routes_to(upstream.address(), "", "", ok_route)};
    {
        Clients clients{gateway.first->address()};
        clients.wait_for_more(50);
        gateway.upgrade();
        clients.wait_for_more(50);
        BOOST_TEST(clients.end().empty());
    }
    BOOST_TEST(gateway.ended_well(0));
    BOOST_TEST(gateway.first->client().get("/ok").status() == 200);
    gateway.first->process().wait_for_line("\"path\":\"/ok\"");
}

BOOST_AUTO_TEST_CASE(a_stop_while_it_drains_closes_who_is_idle) {
    Lineage gateway{"limits { drain = 600 * seconds }" + ok_route};
    auto idle = gateway.first->client();
    BOOST_TEST(idle.get("/ok").status() == 200);
    gateway.upgrade();
    gateway.first->process().wait_for_line("upgraded: another process serves");
    gateway.first->process().signal(SIGTERM);
    BOOST_TEST((idle.wait_for_end() == End::closed));
    BOOST_TEST(gateway.ended_well(0));
    BOOST_TEST(gateway.first->client().get("/ok").status() == 200);
}

BOOST_AUTO_TEST_CASE(a_new_process_that_crashes_is_seen_and_ends_the_drain) {
    Lineage gateway{"limits { drain = 600 * seconds }" + ok_route};
    auto idle = gateway.first->client();
    BOOST_TEST(idle.get("/ok").status() == 200);
    gateway.upgrade();
    ::kill(gateway.serving(), SIGKILL);
    gateway.first->process().wait_for_line("which has taken over, has ended by signal 9: nobody accepts connections");
    BOOST_TEST((idle.wait_for_end() == End::closed));
    BOOST_TEST(gateway.ended_well(0));
}

BOOST_AUTO_TEST_CASE(who_is_idle_is_served_once_more_and_told_that_it_is_the_last_time) {
    Lineage gateway{ok_route};
    auto idle = gateway.first->client(), fresh = gateway.first->client();
    BOOST_TEST(idle.get("/ok").header("Connection") == "");
    gateway.upgrade();
    gateway.first->process().wait_for_line("upgraded: another process serves");
    // Its loops hear of it a moment later.
    wait_until("an answer is the last one", [&idle] {
        const Message answer = idle.get("/ok");
        BOOST_TEST(answer.status() == 200);
        return answer.header("Connection") == "close";
    });
    BOOST_TEST(idle.read_to_end() == "");
    // One that was accepted before and has not asked yet: by either process.
    BOOST_TEST(fresh.get("/ok").status() == 200);
    fresh.close();
    BOOST_TEST(gateway.ended_well(0));
    BOOST_TEST(gateway.first->client().get("/ok").header("Connection") == "");
}

BOOST_AUTO_TEST_CASE(a_request_under_way_ends_where_it_began) {
    Gate asked, answer;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request();
        asked.open();
        answer.wait();
        connection.answer(200, "late");
    }};
    Lineage gateway{routes_to(upstream.address(), "timeout = 60 * seconds", "", ok_route)};
    auto client = gateway.first->client();
    client.send(RawClient::head("GET", "/slow"));
    asked.wait();
    gateway.upgrade();
    gateway.upgrade();  // while the first one drains
    BOOST_TEST(gateway.first->client().get("/ok").status() == 200);
    BOOST_TEST(gateway.first->process().running());
    answer.open();
    BOOST_TEST(client.answer().body == "late");
    BOOST_TEST(gateway.ended_well(0));
    BOOST_TEST(gateway.ended_well(1));  // its parent was the first
}

BOOST_AUTO_TEST_CASE(a_tunnel_goes_on_until_its_ends_have_said_all) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        for (std::string said = connection.read_some(); !said.empty(); said = connection.read_some()) connection.send(said);
    }};
    Lineage gateway{routes_to(upstream.address())};
    auto client = gateway.first->client();
    client.send(RawClient::head("GET", "/", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
    BOOST_TEST(read_head(client).status() == 101);
    gateway.upgrade();
    gateway.first->process().wait_for_line("upgraded: another process serves");
    client.send("still there?");
    BOOST_TEST(client.read_exactly(12) == "still there?");
    client.close();
    BOOST_TEST(gateway.ended_well(0));
}

BOOST_AUTO_TEST_CASE(who_stays_idle_is_closed_when_the_drain_is_over) {
    Lineage gateway{"limits { drain = 400 * milliseconds }" + ok_route};
    auto idle = gateway.first->client();
    BOOST_TEST(idle.get("/ok").status() == 200);
    gateway.upgrade();
    BOOST_TEST((idle.wait_for_end() == End::closed));
    BOOST_TEST(gateway.ended_well(0));
}

BOOST_AUTO_TEST_CASE(a_signal_upgrades_as_well) {
    Lineage gateway{ok_route};
    gateway.first->process().signal(SIGUSR2);
    gateway.first->process().wait_for_line("upgraded: this process has taken the place of the one before");
    BOOST_TEST(gateway.ended_well(0));
    BOOST_TEST(gateway.first->client().get("/ok").status() == 200);
    const Finished said = gateway.ask();  // of the second process, so that the third is known, and ended
    BOOST_TEST(said.code == 0, said.err);
    gateway.note(said.out);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_wrong_by_now_keeps_the_old_process) {
    Lineage gateway{ok_route};
    gateway.first->write_routes("rout \"GET /ok\" { answer = { status = 200 } }");
    auto client = gateway.first->client();
    for (int time = 0; time < 2; ++time) {
        const Finished said = gateway.ask();
        BOOST_TEST(said.code == 1);
        BOOST_TEST(said.err.find("routes.lua:1: unknown word \"rout\"; did you mean \"route\"?") != std::string::npos, said.err);
        BOOST_TEST(said.err.ends_with("tollgate: upgrade refused: it ended with exit code 2; the process before goes on\n"), said.err);
        BOOST_TEST(client.get("/ok").body == "ok");
        BOOST_TEST(client.get("/ok").header("Connection") == "");
    }
    // It reloads, and is upgraded once the file is well.
    gateway.first->write_routes(ok_route);
    BOOST_TEST(gateway.first->reload().starts_with("reloaded"));
    gateway.upgrade();
}

BOOST_AUTO_TEST_CASE(what_stands_at_the_programs_path_by_now_is_started) {
    Installed gateway{ok_route};
    const auto refused = [&](const std::vector<std::string>& more = {}) {
        std::vector<std::string> command{tollgate_program(), "upgrade", "--admin", gateway.admin};
        command.insert(command.end(), more.begin(), more.end());
        const Finished said = run(command);
        BOOST_TEST(said.code == 1);
        BOOST_TEST(RawClient{gateway.address}.get("/ok").status() == 200);
        return said.err;
    };
    const std::string goes_on = "; the process before goes on\n";
    gateway.put("echo 'cannot find libnew.so' >&2\nkill -SEGV $$\n");
    BOOST_TEST(refused() == "cannot find libnew.so\ntollgate: upgrade refused: it was ended by signal 11" + goes_on);
    gateway.put("exec sleep 1000\n");
    BOOST_TEST(refused({"--wait", "1"}) == "tollgate: upgrade refused: it did not serve within 1 s" + goes_on);
    std::filesystem::remove(gateway.program);
    std::ofstream{gateway.program} << "no program at all";
    std::filesystem::permissions(gateway.program, std::filesystem::perms::owner_all);
    BOOST_TEST(refused() == "tollgate: upgrade refused: " + gateway.program.string() + " cannot be started: Exec format error" + goes_on);
    std::filesystem::remove(gateway.program);
    BOOST_TEST(refused() == "tollgate: upgrade refused: " + gateway.program.string() +
                                " cannot be started: No such file or directory" + goes_on);
    // Nothing of those is left.
    for (const auto& thread : std::filesystem::directory_iterator{"/proc/" + std::to_string(gateway.process->id()) + "/task"}) {
        std::string children;
        std::getline(std::ifstream{thread.path() / "children"}, children);
        BOOST_TEST(children == "");
    }
    gateway.process->signal(SIGTERM);
    BOOST_TEST(gateway.process->wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_file_saved_during_an_upgrade_that_fails_is_loaded_after_it) {
    Installed gateway{ok_route, {"--watch"}};
    gateway.process->wait_for_line("watching 1 file");
    gateway.put("echo begun >&2\nsleep 2\nexit 1\n");  // longer than the file is not looked at
    gateway.process->signal(SIGUSR2);
    gateway.process->wait_for_line("begun");
    gateway.write(ok_route + "\nroute \"GET /new\" { answer = { status = 200 } }");
    gateway.process->wait_for_line("upgrade refused: it ended with exit code 1");
    gateway.process->wait_for_line("reloaded: ");
    BOOST_TEST(RawClient{gateway.address}.get("/new").status() == 200);
}

BOOST_AUTO_TEST_CASE(words_of_a_new_process_that_nobody_reads_hold_nothing_up) {
    Installed gateway{ok_route};
    const std::string fifo = (gateway.folder / "log").string();
    const std::string socket = "unix:" + (gateway.folder / "ready.sock").string();
    BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const int unread = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
    BOOST_REQUIRE(unread >= 0);
    std::ofstream{gateway.file} << "listen \"" + socket + "\"" + ok_route;
    ChildProcess stalled{{"/bin/sh", "-c", "exec \"$0\" serve \"$1\" --admin off 2>\"$2\"", gateway.program.string(),
                          gateway.file.string(), fifo}};
    wait_until("it listens", [&] {  // the socket's file is there a moment before
        try {
            return RawClient{socket}.get("/ok").status() == 200;
        } catch (const ConnectionError&) {
            return false;
        }
    });
    const auto said = gateway.folder / "said";
    gateway.put("head -c 300000 /dev/zero | tr '\\0' x >&2\ntouch '" + said.string() + "'\nexec sleep 1000\n");
    stalled.signal(SIGUSR2);
    wait_until("all was taken", [&] { return std::filesystem::exists(said); });
    stalled.signal(SIGTERM);
    BOOST_TEST(stalled.wait() == 0);
    ::close(unread);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_an_upgrade_that_waits) {
    NotifySocket supervisor;
    Installed gateway{ok_route, {}, {supervisor.variable()}};
    supervisor.wait_for("READY=1");
    gateway.put("echo begun >&2\nexec sleep 1000\n");
    gateway.process->signal(SIGUSR2);
    gateway.process->wait_for_line("begun");
    gateway.process->signal(SIGUSR2);
    gateway.process->wait_for_line("upgrade refused: another upgrade is under way");
    gateway.process->signal(SIGHUP);
    gateway.process->wait_for_line("asked to reload while an upgrade is under way");
    gateway.process->signal(SIGTERM);
    gateway.process->wait_for_line("upgrade refused: the gateway is stopping");
    BOOST_TEST(gateway.process->wait() == 0);
    BOOST_TEST(supervisor.next().text == "STOPPING=1");
    BOOST_TEST(supervisor.rest().empty());
}

BOOST_AUTO_TEST_CASE(what_changed_in_listen_is_bound_and_closed) {
    const TemporaryFolder folder;
    const std::string stays = "unix:" + (folder / "stays.sock").string(), goes = "unix:" + (folder / "goes.sock").string(),
                      comes = "unix:" + (folder / "comes.sock").string();
    const auto routes = [](const std::string& one, const std::string& two) {
        return "listen \"" + one + "\" listen \"" + two + "\" listen \"127.0.0.1:0\"" + ok_route;
    };
    Lineage gateway{routes(stays, goes)};
    gateway.first->write_routes(routes(comes, stays));
    gateway.upgrade();
    BOOST_TEST(gateway.ended_well(0));
    BOOST_TEST(RawClient{stays}.get("/ok").body == "ok");
    BOOST_TEST(RawClient{comes}.get("/ok").body == "ok");
    BOOST_TEST(RawClient{gateway.first->addresses()[2]}.get("/ok").body == "ok");  // the port that the kernel chose
    BOOST_CHECK_THROW(RawClient{goes}, ConnectionError);
    BOOST_TEST(!std::filesystem::exists(folder / "goes.sock"));
    // Its own at its end, those that were handed over too.
    gateway.upgrade();
    ::kill(gateway.serving(), SIGTERM);
    BOOST_TEST(gateway.ended_well(2));
    BOOST_TEST(!std::filesystem::exists(folder / "stays.sock"));
    BOOST_TEST(!std::filesystem::exists(folder / "comes.sock"));
}

BOOST_AUTO_TEST_CASE(tls_sessions_are_resumed_by_the_new_process) {
    const Certificate certificate{{.names = "DNS:site.test"}};
    Lineage gateway{"listen { \"127.0.0.1:0\", tls = { certificate = \"" + certificate.file().string() + "\", key = \"" +
                    certificate.key_file().string() + "\" } }" + ok_route};
    TlsConnection first{gateway.first->address()};
    BOOST_TEST(first.get("/ok").ends_with("ok"));
    gateway.upgrade();
    BOOST_TEST(first.get("/ok").ends_with("ok"));
    BOOST_TEST(gateway.ended_well(0));
    TlsConnection second{gateway.first->address(), {.session = first.session()}};
    BOOST_TEST(second.get("/ok").ends_with("ok"));
    BOOST_TEST(second.resumed());
}

BOOST_AUTO_TEST_CASE(a_supervisor_is_told_who_serves_and_nothing_wrong_of_the_old_ones_end) {
    NotifySocket supervisor;
    const TemporaryFolder folder;
    const auto file = folder / "tollgate.pid";
    Lineage gateway{ok_route, {"--pid-file", file.string()}, {supervisor.variable()}};
    supervisor.wait_for("READY=1");
    gateway.upgrade();
    const auto main = supervisor.next();
    BOOST_TEST(main.text == "MAINPID=" + std::to_string(gateway.serving()));
    BOOST_TEST(main.from == gateway.first->process().id());
    const auto ready = supervisor.next();
    BOOST_TEST(ready.text.starts_with("READY=1\n"));
    BOOST_TEST(ready.from == gateway.serving());
    BOOST_TEST(gateway.ended_well(0));
    BOOST_TEST(supervisor.rest().empty());
    long said = 0;
    std::ifstream{file} >> said;
    BOOST_TEST(said == gateway.serving());
    ::kill(gateway.serving(), SIGTERM);
    BOOST_TEST(supervisor.next().text == "STOPPING=1");
    BOOST_TEST(gateway.ended_well(1));
    BOOST_TEST(!std::filesystem::exists(file));
}

BOOST_AUTO_TEST_SUITE_END()

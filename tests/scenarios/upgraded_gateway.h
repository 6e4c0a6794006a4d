// tests/scenarios/upgraded_gateway.h - gateways whose place other processes take, and programs put where they stand.
#pragma once

#include "support/gateway_process.h"

#include <boost/test/unit_test.hpp>

#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::test {

inline const std::string ok_route = "\nroute \"GET /ok\" { answer = { status = 200, body = \"ok\" } }";

// A gateway whose processes follow each other. Who replaced the first one is adopted by the test, which ends it.
class Lineage {
public:
    explicit Lineage(const std::string& routes, const std::vector<std::string>& arguments = {},
                     const std::vector<std::string>& environment = {}) {
        BOOST_REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
        first.emplace(routes, arguments, std::vector<std::pair<std::string, std::string>>{}, environment);
        processes_.push_back(first->process().id());
    }
    ~Lineage() {
        for (std::size_t i = 1; i < processes_.size(); ++i) end(processes_[i]);
        first.reset();
        ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    }

    pid_t serving() const { return processes_.back(); }
    // `tollgate upgrade`, which must work.
    void upgrade(const std::vector<std::string>& more = {}) {
        const Finished said = ask(more);
        BOOST_REQUIRE_MESSAGE(said.code == 0, said.err + first->process().stderr_text());
        note(said.out);
    }
    Finished ask(const std::vector<std::string>& more = {}) {
        std::vector<std::string> command{tollgate_program(), "upgrade", "--admin", first->admin()};
        command.insert(command.end(), more.begin(), more.end());
        return run(command);
    }
    void note(const std::string& said) {
        const std::string begin = "upgraded: process ";
        BOOST_REQUIRE(said.starts_with(begin));
        processes_.push_back(static_cast<pid_t>(std::stol(said.substr(begin.size()))));
    }
    // Of one that another one has replaced, once all that it served has ended.
    bool ended_well(std::size_t process) {
        if (process == 0) {
            wait_until("the first process has ended", [&] { return !first->process().running(); });
            // Who follows has its stderr: that does not end.
            return first->process().wait(std::chrono::milliseconds{1}) == 0;
        }
        int status = 0;
        wait_until("a process has ended",
                   [&] { return ::waitpid(processes_[process], &status, WNOHANG) == processes_[process]; });
        processes_[process] = -1;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

    std::optional<GatewayProcess> first;

private:
    static void end(pid_t process) {
        if (process < 0) return;
        int status = 0;
        ::kill(process, SIGTERM);
        try {
            wait_until("it ended", [&] { return ::waitpid(process, &status, WNOHANG) == process; });
        } catch (const std::exception&) {
            ::kill(process, SIGKILL);
            ::waitpid(process, &status, 0);
        }
    }
    std::vector<pid_t> processes_;
};

// A gateway started by a path at which something else may be put.
struct Installed {
    explicit Installed(const std::string& routes, const std::vector<std::string>& arguments = {},
                       const std::vector<std::string>& environment = {}) {
        std::filesystem::create_symlink(tollgate_program(), program);
        write(routes);
        std::vector<std::string> command{program.string(), "serve",      file.string(),    "--admin",
                                         "127.0.0.1:0",    "--pid-file", pid_file.string()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        process.emplace(command, folder / "stdout", environment);
        address = after_listening("gateway: listening on ");
        admin = after_listening("admin: listening on ");
    }
    void write(const std::string& routes) const { std::ofstream{file} << "listen \"127.0.0.1:0\"" + routes; }
    void put(const std::string& script) const {
        std::ofstream{folder / "new"} << "#!/bin/sh\n" + script;
        std::filesystem::permissions(folder / "new", std::filesystem::perms::owner_all);
        std::filesystem::rename(folder / "new", program);
    }
    // As the process file says.
    pid_t serving() const {
        long said = 0;
        std::ifstream{pid_file} >> said;
        return static_cast<pid_t>(said);
    }
    std::string after_listening(const std::string& begin) {
        const std::string line = process->wait_for_line(begin);
        return line.substr(line.find(begin) + begin.size());
    }

    const TemporaryFolder folder;
    const std::filesystem::path program = folder / "tollgate", file = folder / "routes.lua", pid_file = folder / "pid";
    std::optional<ChildProcess> process;
    std::string address, admin;
};

// Whoever has taken the place of an Installed gateway, or was about to, becomes the test's child, and ends with this: they
// write where the gateway's own stderr is read. Made after the gateway.
class Heirs {
public:
    explicit Heirs(Installed& gateway) : gateway_{gateway} { BOOST_REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0); }
    ~Heirs() {
        if (gateway_.process->running()) gateway_.process->signal(SIGKILL);
        wait_until("the gateway has ended", [this] { return !gateway_.process->running(); });
        while (end_children()) {}  // whose own become the test's by that
        ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    }
    Heirs(const Heirs&) = delete;

private:
    static bool end_children() {
        bool any = false;
        for (const auto& thread : std::filesystem::directory_iterator{"/proc/self/task"}) {
            std::ifstream children{thread.path() / "children"};
            for (pid_t child = 0; children >> child; any = true) {
                ::kill(child, SIGKILL);
                ::waitpid(child, nullptr, 0);
            }
        }
        return any;
    }

    Installed& gateway_;
};

}  // namespace tollgate::test

// tests/support/postgres.cpp - initdb, the server, psql; as another user where the test is root, which they refuse.
#include "support/postgres.h"

#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tollgate::test {

namespace {

const std::string programs = "/usr/lib/postgresql/15/bin/";

void expect_done(const Finished& finished, const std::string& what) {
    if (finished.code != 0) throw std::runtime_error{what + ": exit code " + std::to_string(finished.code) + "\n" + finished.err};
}

}  // namespace

Postgres::Postgres() {
    if (!std::filesystem::exists(programs + "postgres"))
        throw std::runtime_error{"PostgreSQL 15 is not installed (apt-get install postgresql-15); scripts/check does that"};
    const std::string data = (folder_ / "data").string(), word = (folder_ / "password").string();
    std::filesystem::create_directory(data);
    std::ofstream{word} << "secret\n";
    if (::geteuid() == 0) {
        const passwd* user = ::getpwnam("postgres");
        if (!user) throw std::runtime_error{"there is no user postgres, which its package makes"};
        for (const std::string& path : {folder_.path().string(), data, word})
            if (::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error{"chown " + path};
    }
    expect_done(run(as_its_user({programs + "initdb", "-D", data, "-U", "tollgate", "--pwfile", word, "--auth=scram-sha-256",
                                 "-E", "UTF8", "--locale=C", "--no-sync"})),
                "initdb");
    const std::string address = reserved_.local_address();
    port_ = std::stoi(address.substr(address.rfind(':') + 1));
    start();
}

Postgres::~Postgres() { kill(); }

void Postgres::start() {
    const std::string data = (folder_ / "data").string();
    process_.emplace(as_its_user({programs + "postgres", "-D", data, "-k", data, "-p", std::to_string(port_), "-c",
                                  "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "logging_collector=off"}));
    process_->wait_for_line("database system is ready to accept connections");
}

void Postgres::kill() {
    if (!process_ || !process_->running()) return;
    go_on();
    process_->signal(SIGQUIT);  // its word for "at once": the postmaster takes its children with it
    process_->wait();
}

// The postmaster first, which would make others.
void Postgres::hang() {
    stop(process_->id());
    std::ifstream children{"/proc/" + std::to_string(process_->id()) + "/task/" + std::to_string(process_->id()) + "/children"};
    for (pid_t child = 0; children >> child;) stop(child);
}

void Postgres::hang_those_that_serve() {
    std::istringstream serving{ask("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")};
    for (pid_t child = 0; serving >> child;) stop(child);
}

void Postgres::stop(pid_t process) {
    ::kill(process, SIGSTOP);
    stopped_.push_back(process);
}

void Postgres::go_on() {
    for (const pid_t process : stopped_) ::kill(process, SIGCONT);
    stopped_.clear();
}

std::string Postgres::url(const std::string& database) {
    if (ask("SELECT 1 FROM pg_database WHERE datname = '" + database + "'", "postgres").empty())
        ask("CREATE DATABASE " + database, "postgres");
    return "postgresql://tollgate:secret@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string Postgres::ask(const std::string& statement, const std::string& database) const {
    const auto finished = run({programs + "psql", "-X", "-A", "-t", "-q", "-h", "127.0.0.1", "-p", std::to_string(port_), "-U",
                               "tollgate", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", statement},
                              {"PGPASSWORD=secret"});
    expect_done(finished, "psql: " + statement);
    return finished.out.empty() ? "" : finished.out.substr(0, finished.out.size() - 1);
}

// setpriv stays in the process, so that signals reach the program itself.
std::vector<std::string> Postgres::as_its_user(std::vector<std::string> command) const {
    if (::geteuid() == 0)
        command.insert(command.begin(), {"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"});
    return command;
}

}  // namespace tollgate::test

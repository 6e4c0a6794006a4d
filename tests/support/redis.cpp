// tests/support/redis.cpp - a generated redis.conf, one process, everything in one folder.
#include "support/redis.h"

#include <csignal>
#include <fstream>

namespace tollgate::test {

Redis::Redis(std::string_view lines, std::vector<std::string> environment)
    : lines_{lines}, environment_{std::move(environment)} {
    const std::string address = reserved_.local_address();
    port_ = address.substr(address.rfind(':') + 1);
    start();
}

void Redis::start() {
    const std::string here = folder_.path().string();
    const bool tls = lines_.find("tls-cert-file") != std::string::npos;
    std::ofstream{folder_ / "redis.conf"} << (tls ? "port 0\ntls-auth-clients no\ntls-port " : "port ") << port_
                                          << "\nbind 127.0.0.1\nunixsocket " << here << "/socket\ndir " << here
                                          << "\nsave \"\"\nappendonly no\n"
                                          << "logfile /dev/stderr\ndaemonize no\n"
                                          << lines_ << '\n';
    process_.emplace(std::vector<std::string>{"/usr/bin/redis-server", here + "/redis.conf"},
                     std::filesystem::path{}, environment_);
    process_->wait_for_line("ready to accept connections at");  // the Unix socket, which comes last
}

void Redis::start_again() {
    process_->wait();
    start();
}

Redis::~Redis() {
    if (!process_ || !process_->running()) return;
    process_->signal(SIGCONT);
    process_->signal(SIGKILL);
    process_->wait();
}

std::string Redis::ask(const std::vector<std::string>& words) const {
    std::vector<std::string> command{"/usr/bin/redis-cli", "-s", (folder_ / "socket").string(), "--no-auth-warning"};
    for (std::string_view lines = lines_; !lines.empty();) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        if (line.starts_with("requirepass ")) command.insert(command.end(), {"-a", std::string{line.substr(12)}});
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    }
    command.insert(command.end(), words.begin(), words.end());
    std::string out = run(command).out;
    while (out.ends_with('\n')) out.pop_back();
    return out;
}

}  // namespace tollgate::test

// tests/support/nginx.cpp - a generated nginx.conf, one process, everything in one folder.
#include "support/nginx.h"

#include "support/connection.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>

namespace tollgate::test {

namespace {

// nginx takes no port 0. Free a moment ago; if somebody else was quicker, start() is called again.
std::string free_address() {
    const int descriptor = listen_on("127.0.0.1:0");
    const std::string address = bound_address(descriptor);
    ::close(descriptor);
    return address;
}

}  // namespace

Nginx::Nginx(std::string_view server, std::string_view how) {
    std::filesystem::create_directory(root());
    for (int tries = 5;; --tries) {
        try {
            start(server, how);
            return;
        } catch (const std::exception& error) {
            if (tries == 1 || std::string_view{error.what()}.find("in use") == std::string_view::npos) throw;
        }
    }
}

void Nginx::start(std::string_view server, std::string_view how) {
    address_ = free_address();
    std::ofstream conf{folder_ / "nginx.conf"};
    const std::string here = folder_.path().string();
    conf << "daemon off; master_process off; pid " << here << "/pid; error_log stderr notice;\n"
         << "events { worker_connections 512; }\n"
         << "http {\n"
         << "  log_format plain '$connection $connection_requests \"$request\" $status $body_bytes_sent';\n"
         << "  access_log " << here << "/access.log plain;\n"
         << "  client_body_temp_path " << here << "/body; proxy_temp_path " << here << "/proxy;\n"
         << "  fastcgi_temp_path " << here << "/fastcgi; uwsgi_temp_path " << here << "/uwsgi;\n"
         << "  scgi_temp_path " << here << "/scgi;\n"
         << "  client_max_body_size 0; keepalive_requests 100000; sendfile on;\n"
         << "  default_type text/plain;\n"
         << "  server {\n    listen " << address_ << ' ' << how << "; listen unix:" << here << "/socket;\n    root " << here << "/root;\n"
         << server << "\n  }\n}\n";
    conf.close();
    process_.emplace(std::vector<std::string>{"/usr/sbin/nginx", "-c", here + "/nginx.conf", "-p", here, "-e", "stderr"});
    process_->wait_for_line("using the \"epoll\" event method");  // said once its sockets listen
}

Nginx::~Nginx() {
    if (process_ && process_->running()) {
        process_->signal(SIGTERM);
        process_->wait();
    }
}

std::vector<std::string> Nginx::access_log(std::size_t wanted) const {
    std::vector<std::string> lines;
    wait_until("nginx has logged " + std::to_string(wanted) + " requests", [&] {
        lines.clear();
        std::ifstream in{folder_ / "access.log"};
        for (std::string line; std::getline(in, line);) lines.push_back(line);
        return lines.size() >= wanted;
    });
    return lines;
}

}  // namespace tollgate::test

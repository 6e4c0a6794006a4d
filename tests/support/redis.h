// tests/support/redis.h - Redis: Debian's redis-server as a child of the test, never the system's service.
#pragma once

#include "support/child_process.h"
#include "support/connection.h"
#include "support/temporary_folder.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::test {

class Redis {
public:
    // Further lines of its configuration ("requirepass secret"). It listens on a free port of 127.0.0.1, by TLS where
    // these name a tls-cert-file, and on a Unix socket, and keeps nothing on disk.
    // `environment`: as a ChildProcess has it.
    explicit Redis(std::string_view lines = {}, std::vector<std::string> environment = {});
    ~Redis();

    const std::string& port() const noexcept { return port_; }
    std::string url() const { return "redis://127.0.0.1:" + port_; }
    std::string unix_url() const { return "redis+unix://" + (folder_ / "socket").string(); }
    ChildProcess& process() { return *process_; }
    // The words of a command and its reply as redis-cli prints it. Needs no password.
    std::string ask(const std::vector<std::string>& words) const;
    // The same lines, port and socket once more, after it was killed.
    void start_again();

private:
    void start();

    TemporaryFolder folder_;
    const Connection reserved_{reserve_port()};  // its port, which stays its own while it is dead
    std::string lines_, port_;
    std::vector<std::string> environment_;
    std::optional<ChildProcess> process_;
};

}  // namespace tollgate::test

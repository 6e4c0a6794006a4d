// tests/support/postgres.h - Postgres: Debian's PostgreSQL as a child of the test, with a database of its own.
#pragma once

#include "support/child_process.h"
#include "support/connection.h"
#include "support/temporary_folder.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace tollgate::test {

class Postgres {
public:
    // A new cluster in a temporary folder, on a free port of 127.0.0.1. Takes a second or two.
    Postgres();
    ~Postgres();

    // "postgresql://tollgate:secret@127.0.0.1:PORT/NAME". `database`: made where there is none of that name.
    std::string url(const std::string& database = "tollgate");
    // What psql answers to a statement, unaligned and without headings.
    std::string ask(const std::string& statement, const std::string& database = "tollgate") const;
    // As a crash of the machine would: every process of it gone at once. start() brings it back, on the same port.
    void kill();
    void start();
    // Every process of it stands still, or those that serve clients now; their connections stay. Until go_on().
    void hang();
    void hang_those_that_serve();
    void go_on();
    int port() const noexcept { return port_; }

private:
    std::vector<std::string> as_its_user(std::vector<std::string> command) const;
    void stop(pid_t process);

    TemporaryFolder folder_;
    const Connection reserved_{reserve_port()};  // its port, which stays its own while it is dead
    int port_ = 0;
    std::optional<ChildProcess> process_;
    std::vector<pid_t> stopped_;
};

}  // namespace tollgate::test

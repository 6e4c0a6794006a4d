// tests/support/nginx.h - Nginx: Debian's nginx as a child of the test, never the system's service.
#pragma once

#include "support/child_process.h"
#include "support/temporary_folder.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::test {

class Nginx {
public:
    // `server` goes into the server block ("location / { ... }"). It listens on a free port of 127.0.0.1, `how` ("ssl"),
    // and on a Unix socket; files are found below root().
    explicit Nginx(std::string_view server, std::string_view how = {});
    ~Nginx();

    const std::string& address() const noexcept { return address_; }
    std::string unix_address() const { return "unix:" + (folder_ / "socket").string(); }
    std::filesystem::path root() const { return folder_ / "root"; }
    // Lines of its access log, once there are so many: CONNECTION REQUESTS_ON_IT "REQUEST" STATUS BODY_BYTES
    std::vector<std::string> access_log(std::size_t lines) const;

private:
    void start(std::string_view server, std::string_view how);

    TemporaryFolder folder_;
    std::string address_;
    std::optional<ChildProcess> process_;
};

}  // namespace tollgate::test

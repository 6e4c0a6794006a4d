// tests/support/gateway_process.h - GatewayProcess: `tollgate serve` as users run it, with a routes.lua in a folder of its own.
//
// Its log tells when it is ready: "gateway: listening on ADDRESS" for each listen, then "admin: listening on ADDRESS".
#pragma once

#include "support/child_process.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

#include <string>
#include <string_view>
#include <vector>

namespace tollgate::test {

// A routes.lua of the tree, served from where it stands.
struct ShippedFile {
    std::filesystem::path path;
};

class GatewayProcess {
public:
    // `routes` without a `listen` gets one at 127.0.0.1 on a free port (on its first line, so that lines keep their
    // numbers). Files of `folder` that routes.lua refers to are written before. `environment`: as a ChildProcess has it.
    explicit GatewayProcess(std::string_view routes, const std::vector<std::string>& arguments = {},
                            const std::vector<std::pair<std::string, std::string>>& files = {},
                            const std::vector<std::string>& environment = {});
    // The file must have one `listen`.
    explicit GatewayProcess(const ShippedFile& file, const std::vector<std::string>& arguments = {},
                            const std::vector<std::string>& environment = {});
    ~GatewayProcess();

    const std::string& address() const { return addresses_.at(0); }
    const std::vector<std::string>& addresses() const { return addresses_; }
    const std::string& admin() const { return admin_; }
    RawClient client() const { return RawClient{address()}; }
    ChildProcess& process() { return *process_; }
    std::filesystem::path folder() const { return folder_.path(); }

    // What a reload takes up.
    void write_routes(std::string_view routes) const;
    void write_file(const std::string& name, std::string_view text) const;
    std::string read_file(const std::string& name) const;
    // SIGHUP, and the log's word on what came of it: "reloaded: ..." or "reload refused: ...".
    std::string reload();
    // `tollgate reload`.
    Finished reload_by_command();
    // SIGTERM and the end.
    ExitCode stop();

    // The lines of a log the gateway writes to `file` of its folder ("stdout" is its stdout), once there are so many.
    std::vector<std::string> log_lines(std::size_t count, const std::string& file = "stdout") const;

private:
    void start(std::vector<std::string> command, const std::vector<std::string>& arguments,
               const std::vector<std::string>& environment, std::size_t listens);

    TemporaryFolder folder_;
    std::optional<ChildProcess> process_;
    std::vector<std::string> addresses_;
    std::string admin_;
};

// The program under test, bin/tollgate.
std::string tollgate_program();

// A routes.lua that sends everything to one upstream. The texts are members of the upstream's and the route's table
// ("timeout = 1 * seconds"), and words before them.
std::string routes_to(std::string_view target, std::string_view of_upstream = {}, std::string_view of_route = {},
                      std::string_view words = {});

}  // namespace tollgate::test

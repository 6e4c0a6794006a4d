// tests/support/upstream_process.h - UpstreamProcess: `loadtester upstream` as users run it, on free ports.
#pragma once

#include "support/child_process.h"
#include "support/raw_client.h"

#include <optional>
#include <string>
#include <vector>

namespace tollgate::test {

class UpstreamProcess {
public:
    // `addresses`: an instance each.
    explicit UpstreamProcess(std::vector<std::string> arguments = {},
                             const std::vector<std::string>& addresses = {"127.0.0.1:0"});
    ~UpstreamProcess();

    const std::string& address(std::size_t instance = 0) const { return addresses_.at(instance); }
    RawClient client(std::size_t instance = 0) const { return RawClient{address(instance)}; }
    ChildProcess& process() { return *process_; }
    // SIGTERM and the end, which must be a good one. What each instance says that it did, without the time.
    std::vector<std::string> stop();

private:
    std::optional<ChildProcess> process_;
    std::vector<std::string> addresses_;
};

// The program under test, bin/loadtester.
std::string loadtester_program();

}  // namespace tollgate::test

// tests/support/load.h - Load: `loadtester run` against a gateway at a constant rate, until it is told to end.
#pragma once

#include "support/child_process.h"
#include "support/gateway_process.h"

#include <Poco/JSON/Object.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tollgate::test {

class Load {
public:
    // `words`: the rate and what else the loadtester is told. Every answer but a 200 is an unexpected one.
    Load(const GatewayProcess& gateway, const std::vector<std::string>& words, const std::string& path = "/orders");
    // SIGINT; what it reports then.
    Poco::JSON::Object::Ptr end();

private:
    std::filesystem::path report_;
    ChildProcess process_;
};

}  // namespace tollgate::test

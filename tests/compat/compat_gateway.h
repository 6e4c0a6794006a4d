// tests/compat/compat_gateway.h - CompatGateway: `tollgate serve` with a file of examples/compat, as it is shipped.
#pragma once

#include "support/connection.h"
#include "support/gateway_process.h"
#include "support/places.h"
#include "support/temporary_folder.h"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace tollgate::test {

// An address nobody listens on: free a moment ago, and of a loopback address that is this process's own, so that no other
// test takes it meanwhile. For what must be known before its owner starts.
inline std::string free_address() {
    static int count = 0;
    const auto id = static_cast<unsigned>(::getpid());
    const std::string host = "127." + std::to_string(78 + (id >> 16) % 100) + '.' + std::to_string((id >> 8) & 255) + '.' +
                             std::to_string(id & 255);
    // Beyond what the kernel gives to those who ask for port 0, counted up: one that is let go of is not chosen again soon.
    for (;;) {
        std::string address = host + ':' + std::to_string(20000 + ++count % 10000);
        try {
            ::close(listen_on(address));
            return address;
        } catch (const ConnectionError&) {
            if (count > 10000) throw;
        }
    }
}

// Of every address of the machine, where no port of a loopback address is chosen: neither above nor by the kernel.
inline std::string address_of_everybody() {
    for (int port = 10000 + static_cast<int>(::getpid()) % 8000;; ++port) {
        const std::string address = "0.0.0.0:" + std::to_string(port);
        try {
            ::close(listen_on(address));
            return address;
        } catch (const ConnectionError&) {
            if (port == 19999) throw;
        }
    }
}

// Made before the gateway that keeps its things there.
class CompatFolder {
public:
    // What the gateway may keep: a file's place, STATE in the environment.
    const std::filesystem::path& state() const noexcept { return state_.path(); }

private:
    TemporaryFolder state_;
};

// What the file asks of the environment (env "MOCK"), by name. Unless they are given, LISTEN and ADMIN are free addresses
// and STATE a folder of the test's own.
class CompatGateway : private CompatFolder, public GatewayProcess {
public:
    using CompatFolder::state;
    using Variables = std::vector<std::pair<std::string, std::string>>;

    explicit CompatGateway(const std::string& file, const Variables& variables = {},
                           const std::vector<std::string>& arguments = {})
        : CompatGateway{std::filesystem::path{source_folder() + "/examples/compat"} / file, variables, free_address(), arguments} {}

private:
    CompatGateway(const std::filesystem::path& file, const Variables& variables, const std::string& admin,
                  const std::vector<std::string>& arguments)
        : GatewayProcess{ShippedFile{file}, with_admin(arguments, completed(variables, admin, state())),
                         lines_of(completed(variables, admin, state()))} {}

    static Variables completed(Variables variables, const std::string& admin, const std::filesystem::path& state) {
        const auto unless_given = [&](const char* name, const std::string& value) {
            for (const auto& variable : variables)
                if (variable.first == name) return;
            variables.emplace_back(name, value);
        };
        unless_given("LISTEN", "127.0.0.1:0");
        unless_given("ADMIN", admin);
        unless_given("STATE", state.string());
        return variables;
    }
    static std::vector<std::string> with_admin(std::vector<std::string> arguments, const Variables& variables) {
        for (const auto& [name, value] : variables)
            if (name == "ADMIN") arguments.insert(arguments.end(), {"--admin", value});
        return arguments;
    }
    static std::vector<std::string> lines_of(const Variables& variables) {
        std::vector<std::string> lines;
        for (const auto& [name, value] : variables) lines.push_back(name + '=' + value);
        return lines;
    }
};

}  // namespace tollgate::test

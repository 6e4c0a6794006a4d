// tests/compat/flowguard.h - FlowGuard: examples/compat/flowguard.lua, served, with its three servers behind it.
#pragma once

#include "compat/compat_gateway.h"
#include "compat/operator.h"
#include "support/deadline.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

namespace tollgate::test {

// One process, three instances; requests may say what is to become of them.
inline UpstreamProcess three_servers() {
    return UpstreamProcess{{"--mock", "--steered", "--id", "server_1", "--id", "server_2", "--id", "server_3"},
                           {"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"}};
}

class FlowGuard {
public:
    // `variables`: further ones, and other values than those that suit most tests. `addresses`: of the servers; none:
    // of nobody.
    FlowGuard(const std::vector<std::string>& addresses, const CompatGateway::Variables& variables = {})
        : gateway{"flowguard.lua", completed(addresses, variables, folder)} {
        wait_until_ready(gateway.admin());
    }

    std::string register_owner(const std::string& owner) const {
        const Message answer = gateway.client().post("/register", "{\"owner\":\"" + owner + "\"}");
        BOOST_TEST_REQUIRE(answer.status() == 200, told(answer));
        return object_in(answer.body)->getValue<std::string>("api_key");
    }
    Message get(const std::string& path, const std::string& lines = {}) const {
        return gateway.client().get(path, lines);
    }
    Message as_operator_get(const std::string& path) const { return get(path, as_operator); }
    // Who answered so many requests for /proxy; what was no 200 by its status.
    std::map<std::string, int> answered(int requests, const std::string& key) const {
        std::map<std::string, int> by;
        RawClient client = gateway.client();
        for (int i = 0; i < requests; ++i) {
            const Message answer = client.get("/proxy", with(key));
            ++by[answer.status() == 200 ? answer.header("X-Upstream") : std::to_string(answer.status())];
        }
        return by;
    }
    static std::string with(const std::string& key) { return "X-API-Key: " + key + "\r\n"; }

    TemporaryFolder folder;
    CompatGateway gateway;

private:
    static CompatGateway::Variables completed(const std::vector<std::string>& addresses,
                                              CompatGateway::Variables variables, const TemporaryFolder& folder) {
        CompatGateway::Variables usual{{"ADMIN_TOKEN", operator_token},
                                       {"OPERATOR_RATE", "1000000"},
                                       {"DATABASE_URL", "sqlite:" + (folder / "flowguard.db").string()},
                                       {"LOGS", folder.path().string()}};
        for (std::size_t i = 0; i < 3; ++i)
            usual.emplace_back("SERVER_" + std::to_string(i + 1), addresses.empty() ? free_address() : addresses.at(i));
        for (const auto& [name, value] : usual) {
            bool said = false;
            for (const auto& variable : variables) said = said || variable.first == name;
            if (!said) variables.emplace_back(name, value);
        }
        return variables;
    }
};

// With three servers of one process.
struct FlowGuardWithServers {
    explicit FlowGuardWithServers(const CompatGateway::Variables& variables = {})
        : flowguard{{servers.address(0), servers.address(1), servers.address(2)}, variables} {}

    void set_health(std::size_t server, int status) const {
        RawClient client = servers.client(server);
        client.send(RawClient::head("PUT", "/health", "X-Upstream-Status: " + std::to_string(status) + "\r\n"));
        BOOST_TEST_REQUIRE(client.answer().status() == 204);
    }

    UpstreamProcess servers = three_servers();
    FlowGuard flowguard;
};

}  // namespace tollgate::test

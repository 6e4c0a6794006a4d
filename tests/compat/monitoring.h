// tests/compat/monitoring.h - Monitoring: examples/compat/monitoring.lua, served, with a service behind it and a token.
#pragma once

#include "compat/compat_gateway.h"
#include "compat/operator.h"

#include <boost/test/unit_test.hpp>

#include <string>

namespace tollgate::test {

class Monitoring {
public:
    // `service`: the address of service1. `variables`: further ones.
    explicit Monitoring(const std::string& service, CompatGateway::Variables variables = {})
        : gateway{"monitoring.lua", completed(service, std::move(variables), folder)} {
        wait_until_ready(gateway.admin());
        const Message made = ask_operator(gateway.admin(), "POST", "/keys", R"({"owner":"me"})");
        BOOST_TEST_REQUIRE(made.status() == 201, told(made));
        id = object_in(made.body)->getValue<std::string>("id");
        token = "Authorization: Bearer " + object_in(made.body)->getValue<std::string>("secret") + "\r\n";
        wait_until("the gateway has heard of it", [&] { return get("/usage").status() != 401; });
    }

    // With the token, unless other lines are given.
    Message get(const std::string& path) const { return get(path, token); }
    Message get(const std::string& path, const std::string& lines) const { return gateway.client().get(path, lines); }

    TemporaryFolder folder;
    CompatGateway gateway;
    std::string id, token;  // `token`: the header line

private:
    static CompatGateway::Variables completed(const std::string& service, CompatGateway::Variables variables,
                                              const TemporaryFolder& folder) {
        variables.insert(variables.end(), {{"SERVICE1", service},
                                           {"ADMIN_TOKEN", operator_token},
                                           {"BACKOFF", "0.01"},
                                           {"DATABASE_URL", "sqlite:" + (folder / "monitoring.db").string()}});
        return variables;
    }
};

}  // namespace tollgate::test

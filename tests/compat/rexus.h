// tests/compat/rexus.h - Rexus: examples/compat/rexus.lua with an upstream behind it, and what its users do.
#pragma once

#include "compat/compat_gateway.h"
#include "support/redis.h"
#include "support/upstream_process.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace tollgate::test {

using Poco::JSON::Object;

inline Object::Ptr json(const Message& message) {
    BOOST_TEST_INFO(message.start_line << ' ' << message.body);
    return Poco::JSON::Parser{}.parse(message.body).extract<Object::Ptr>();
}

inline Message ask(const std::string& address, const std::string& head, const std::string& lines = {},
                   const std::string& body = {}) {
    RawClient client{address};
    client.send(head + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                lines + "\r\n" + body);
    return client.answer(head.starts_with("HEAD "));
}

// One for all cases of a program: it keeps nothing.
inline const UpstreamProcess& mock() {
    static const UpstreamProcess process{{"--mock"}};
    return process;
}

// "akp_ID.SECRET"
inline std::string id_of(const std::string& key) { return key.substr(4, key.find('.') - 4); }

class Rexus {
public:
    static constexpr auto token = "correct-horse-battery-staple";

    explicit Rexus(const std::string& upstream, CompatGateway::Variables variables = {})
        : gateway{
              "rexus.lua", with(std::move(variables), upstream), {"--loops", "1"}} {  // which connects to a Redis once
        wait_until("the keys are there", [&] { return ask(gateway.admin(), "GET /ready").status() == 200; });
    }

    static std::string bearer(const std::string& key) { return "Authorization: Bearer " + key + "\r\n"; }

    // POST /auth/keys, as a user does.
    Message register_user(const std::string& user) const {
        return ask(gateway.address(), "POST /auth/keys", "Content-Type: application/json\r\n",
                   R"({"user_id":")" + user + "\"}");
    }
    std::string key_of(const std::string& user) const {
        return json(register_user(user))->getValue<std::string>("api_key");
    }
    // Until the Redis decides: what comes before it is connected is decided here.
    void wait_for(const Redis& redis) const {
        const auto key = key_of("somebody");
        wait_until("the Redis counts", [&] {
            ask(gateway.address(), "POST /proxy/mock_github/warm", bearer(key), "x");
            return !redis.ask({"KEYS", "ratelimit:*" + id_of(key) + "*"}).empty();
        });
    }
    // On the proxied API.
    Message get(const std::string& key, const std::string& path, const std::string& lines = {}) const {
        return ask(gateway.address(), "GET /proxy/mock_github" + path, bearer(key) + lines);
    }
    // By the operator, over the gateway's own port.
    Message operate(const std::string& head, const std::string& body = {}) const {
        return ask(gateway.address(), head, bearer(token), body);
    }

    CompatGateway gateway;

private:
    static CompatGateway::Variables with(CompatGateway::Variables variables, const std::string& upstream) {
        const auto unless_given = [&](const char* name, const std::string& value) {
            for (const auto& variable : variables)
                if (variable.first == name) return;
            variables.emplace_back(name, value);
        };
        unless_given("MOCK", upstream);
        unless_given("ADMIN_TOKEN", token);
        for (const char* limit : {"REGISTER_RATE", "OPERATOR_RATE"}) unless_given(limit, "1000000");
        return variables;
    }
};

inline std::string detail_of(const Message& answer) { return json(answer)->getValue<std::string>("detail"); }

}  // namespace tollgate::test

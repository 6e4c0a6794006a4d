// tests/scenarios/key_requests.h - what scenarios of API keys have in common: routes, requests, both databases.
#pragma once

#include "support/gateway_process.h"
#include "support/postgres.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

namespace tollgate::test {

using Poco::JSON::Object;

inline const std::string key_routes = R"(
tier "free" { rate = 1000 / second, burst = 1000 }
tier "gold" { rate = 2000 / second, burst = 2000 }
route "GET /free" { answer = "free for all\n" }
route "GET /orders" { answer = "orders\n", plugins = { auth { scheme = "bearer" } } }
route "GET /limited" { answer = "limited\n", plugins = { auth { scheme = "bearer" }, ratelimit { default_rate = 1000 / second } } }
route "POST /register" { register = { tier = "free", scopes = { "orders:read" }, expires = 30 * days } }
route "GET /scoped" { answer = "scoped\n", plugins = { auth { key = header "X-API-Key", scopes = { "orders:read" } } } }
)";

inline std::string with_database(const std::string& url) { return "database \"" + url + "\"" + key_routes; }

inline Message ask_admin(const GatewayProcess& gateway, const std::string& method, const std::string& path, const std::string& body = {}) {
    RawClient client{gateway.admin()};
    client.send(method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.answer();
}
inline Object::Ptr json(const Message& message) { return Poco::JSON::Parser{}.parse(message.body).extract<Object::Ptr>(); }

inline int status_with(const GatewayProcess& gateway, const std::string& secret, const std::string& path = "/orders") {
    auto client = gateway.client();
    return client.get(path, path == "/orders" ? "Authorization: Bearer " + secret + "\r\n" : "X-API-Key: " + secret + "\r\n").status();
}
inline void wait_for(const GatewayProcess& gateway, const std::string& secret, int status, const std::string& path = "/orders") {
    wait_until("the key gets " + std::to_string(status), [&] { return status_with(gateway, secret, path) == status; });
}

inline Finished keys(const GatewayProcess& gateway, std::vector<std::string> words) {
    words.insert(words.begin(), {tollgate_program(), "keys"});
    words.insert(words.end(), {"--file", (gateway.folder() / "routes.lua").string()});
    return run(words);
}
inline std::string line_of(const std::string& text) { return text.substr(0, text.find('\n')); }

// The same with a file and with a server.
inline void on_each_database(const std::function<void(const std::string& url)>& test) {
    const TemporaryFolder folder;
    BOOST_TEST_CONTEXT("SQLite") { test("sqlite:" + (folder / "keys.db").string()); }
    BOOST_TEST_CONTEXT("PostgreSQL") {
        Postgres server;
        test(server.url());
    }
}

}  // namespace tollgate::test

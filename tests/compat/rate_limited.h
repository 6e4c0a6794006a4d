// tests/compat/rate_limited.h - what scenarios of examples/compat/rate_limited.lua have in common: its service, its keys.
#pragma once

#include "compat/compat_gateway.h"
#include "scenarios/key_requests.h"
#include "support/places.h"
#include "support/redis.h"
#include "support/scripted_upstream.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace tollgate::test {

inline const std::string rate_limited_file = source_folder() + "/examples/compat/rate_limited.lua";

inline std::string with_key(std::string_view key) { return "X-API-Key: " + std::string{key} + "\r\n"; }
inline std::string detail(std::string_view text) { return "{\"detail\":\"" + std::string{text} + "\"}"; }

// What the file asks of the environment: without a DATABASE_URL keys are in its file. Without a Redis nobody listens where it
// looks for one; with one it is patient, so that a slow machine decides there.
inline CompatGateway::Variables rate_limited(const ScriptedUpstream& service, CompatGateway::Variables more = {}) {
    const auto unless_given = [&](const std::string& name, const std::string& value) {
        for (const auto& variable : more)
            if (variable.first == name) return;
        more.emplace_back(name, value);
    };
    more.emplace_back("SERVICE", service.address());
    unless_given("DATABASE_URL", "");
    unless_given("REDIS_URL", "redis://127.0.0.1:1");
    return more;
}
inline CompatGateway::Variables rate_limited_by(const Redis& redis, const ScriptedUpstream& service,
                                                CompatGateway::Variables more = {}) {
    more.emplace_back("REDIS_URL", redis.url() + "/0");
    more.emplace_back("REDIS_TIMEOUT_MS", "30000");
    return rate_limited(service, std::move(more));
}

// With the file, and with the keys of its database read where it has one.
class RateLimitedGateway : public CompatGateway {
public:
    explicit RateLimitedGateway(const Variables& variables, const std::vector<std::string>& arguments = {})
        : CompatGateway{"rate_limited.lua", variables, arguments} {
        for (const auto& [name, value] : variables)
            if (name == "DATABASE_URL" && !value.empty())
                wait_until("keys are read", [&] { return client().get("/api", with_key("made up")).status() != 503; });
    }
};

// A database of keys, for limits that the demonstration's keys do not have: DATABASE_URL is url().
class KeyDatabase {
public:
    std::string url() const { return "sqlite:" + (folder_ / "keys.db").string(); }
    // As operators make one: `tollgate keys create`. `rate`: "600/60s burst 1".
    std::string key(const std::string& owner, const std::string& rate) const {
        const Finished made = run({tollgate_program(), "keys", "create", "--owner", owner, "--rate", rate, "--file",
                                   rate_limited_file},
                                  {"DATABASE_URL=" + url()});
        BOOST_TEST_REQUIRE(made.code == 0, made.err);
        return line_of(made.out);
    }

private:
    TemporaryFolder folder_;
};

}  // namespace tollgate::test

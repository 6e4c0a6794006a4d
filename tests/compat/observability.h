// tests/compat/observability.h - what scenarios of examples/compat/observability.lua have in common.
#pragma once

#include "compat/compat_gateway.h"
#include "scenarios/key_requests.h"
#include "support/redis.h"
#include "support/temporary_folder.h"

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::test {

// The file, with a database of its own. Without a Redis nobody listens where it looks for one; with one it is patient, so that
// a slow machine decides there.
class ObservabilityGateway : private std::optional<TemporaryFolder>, public CompatGateway {
public:
    explicit ObservabilityGateway(Variables variables = {}, const Redis* redis = nullptr)
        : std::optional<TemporaryFolder>{std::in_place}, CompatGateway{"observability.lua", completed(**this, variables, redis)} {}

private:
    static Variables completed(const TemporaryFolder& folder, Variables& variables, const Redis* redis) {
        Variables all{{"REDIS_HOST", "127.0.0.1"}, {"REDIS_PORT", redis ? redis->port() : "1"}, {"REDIS_TIMEOUT_MS", "30000"}};
        bool keys = false;
        for (auto& variable : variables) {
            keys |= variable.first == "DATABASE_URL";
            all.push_back(std::move(variable));
        }
        if (!keys) all.emplace_back("DATABASE_URL", "sqlite:" + (folder / "keys.db").string());
        return all;
    }
};

inline Message ping(const GatewayProcess& gateway, std::string_view lines = {}) { return gateway.client().get("/ping", lines); }
// Who is behind a proxy that the gateway trusts.
inline std::string from(std::string_view address) { return "X-Forwarded-For: " + std::string{address} + "\r\n"; }

}  // namespace tollgate::test

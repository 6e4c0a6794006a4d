// core/admin/health.cpp - GET /health: 200 while serving, 503 while draining, for whoever balances over gateways.
#include "admin/handlers.h"
#include "support/version.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>

namespace tollgate::admin {

Answer show_health(const Call&, const Controls& controls) {
    const Health health = controls.health();
    Poco::JSON::Array listening;
    for (const std::string& address : health.listening) listening.add(address);
    Poco::JSON::Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("status", std::string{health.serving ? "serving" : "draining"});
    json.set("version", std::string{version()});
    json.set("uptime_seconds", Poco::Int64(health.uptime.count()));
    json.set("listening", listening);
    std::ostringstream out;
    json.stringify(out);
    return {health.serving ? 200 : 503, "application/json", out.str() + '\n'};
}

}  // namespace tollgate::admin

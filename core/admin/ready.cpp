// core/admin/ready.cpp - GET /ready: 200 where requests should be sent here, else 503 and why not.
#include "admin/handlers.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>

namespace tollgate::admin {

Answer show_ready(const Call&, const Controls& controls) {
    const Health health = controls.health();
    const bool ready = health.serving && health.unready.empty();
    Poco::JSON::Object json{Poco::JSON_PRESERVE_KEY_ORDER};
    json.set("ready", ready);
    if (!ready) {
        Poco::JSON::Array reasons;
        if (!health.serving) reasons.add(std::string{"draining"});
        for (const std::string& reason : health.unready) reasons.add(reason);
        json.set("reasons", reasons);
    }
    std::ostringstream out;
    json.stringify(out);
    return {ready ? 200 : 503, "application/json", out.str() + '\n'};
}

}  // namespace tollgate::admin

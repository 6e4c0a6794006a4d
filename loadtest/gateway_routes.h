// loadtest/gateway_routes.h - GatewayRoutes: which routes of a gateway a target can fall to.
#pragma once

#include "loadtest/options.h"
#include "routing/router.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::loadtest {

// From what GET /routes of the admin listener answers. Methods, hosts and paths are matched by the gateway's own
// router; whether conditions hold is left open.
class GatewayRoutes {
public:
    static constexpr const char* unmatched = "(none)";  // what the gateway calls it where no route takes a request

    // nullopt, and in `problem` what was expected.
    static std::optional<GatewayRoutes> parse(const std::string& json, std::string& problem);

    // By the names they have in metrics, in the order the gateway asks them: all but the last have conditions and may
    // pass the request on.
    std::vector<std::string> candidates(const Target& target, const HeaderLines& of_all_targets) const;

private:
    struct Route {
        std::string name;
        bool conditional;
    };
    void add_candidates(const routing::Asked& asked, std::vector<std::string>& names) const;

    std::vector<Route> routes_;  // by their numbers in the router
    routing::Router router_;
};

}  // namespace tollgate::loadtest

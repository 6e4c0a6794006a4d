// loadtest/gateway_routes.cpp - reading the gateway's table of routes, and asking it as the gateway would.
#include "loadtest/gateway_routes.h"

#include "http/target.h"
#include "support/text.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <cctype>

namespace tollgate::loadtest {

namespace {

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// The value of a header line; a target's own replaces a general one. "" where there is none.
std::string_view header(const Target& target, const HeaderLines& of_all_targets, std::string_view name) {
    for (const HeaderLines* lines : {&target.headers, &of_all_targets})
        for (const auto& [known, value] : *lines)
            if (same_name(known, name)) return value;
    return {};
}

std::vector<routing::Host> hosts_of(const Poco::JSON::Array& texts) {
    std::vector<routing::Host> hosts;
    for (const auto& text : texts) {
        std::string problem;
        const auto host = routing::Host::parse(text.convert<std::string>(), problem);
        if (!host) throw Poco::SyntaxException{problem};
        hosts.push_back(*host);
    }
    return hosts;
}

}  // namespace

std::optional<GatewayRoutes> GatewayRoutes::parse(const std::string& json, std::string& problem) {
    GatewayRoutes made;
    try {
        const auto all = Poco::JSON::Parser{}.parse(json).extract<Poco::JSON::Array::Ptr>();
        for (std::size_t i = 0; i < all->size(); ++i) {
            const auto route = all->getObject(unsigned(i));
            const auto hosts = route ? route->getArray("hosts") : nullptr;
            const auto conditions = route ? route->getArray("conditions") : nullptr;
            if (!hosts || !conditions)
                throw Poco::SyntaxException{"route " + std::to_string(i + 1) + ": expected hosts and conditions"};
            const auto name = route->getValue<std::string>("route");
            if (name == unmatched) continue;
            const auto pattern = routing::Pattern::parse(name, problem);
            if (!pattern) throw Poco::SyntaxException{text::quote(name) + ": " + problem};
            const bool conditional = conditions->size() > 0 || route->getValue<bool>("when");
            made.router_.add(*pattern, hosts_of(*hosts), conditional);
            made.routes_.push_back({text::printable(name), conditional});
        }
    } catch (const Poco::Exception& error) {
        problem = "expected routes as JSON, got " + text::quote(json, 40) + ": " + text::printable(error.displayText());
        return std::nullopt;
    }
    return made;
}

void GatewayRoutes::add_candidates(const routing::Asked& asked, std::vector<std::string>& names) const {
    const auto add = [&](const std::string& name) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    for (const auto& candidate : router_.candidates(asked)) {
        if (!candidate.method || !candidate.host) continue;
        add(routes_[candidate.route].name);
        if (!routes_[candidate.route].conditional) return;
    }
    add(unmatched);
}

std::vector<std::string> GatewayRoutes::candidates(const Target& target, const HeaderLines& of_all_targets) const {
    const auto own_host = header(target, of_all_targets, "Host");
    std::string host, path;
    // What the gateway refuses before it looks for a route.
    if (!http::parse_authority(own_host.empty() ? target.url.authority : own_host, host) ||
        http::normalise_target(target.url.path, path))
        return {unmatched};
    path.resize(std::min(path.find('?'), path.size()));
    std::vector<std::string> names;
    add_candidates({target.method, host, path}, names);
    // Asked as a browser asks before it sends: where cross-origin requests are in order it is the other method's route.
    if (const auto announced = header(target, of_all_targets, "Access-Control-Request-Method");
        target.method == "OPTIONS" && !announced.empty())
        add_candidates({announced, host, path}, names);
    return names;
}

}  // namespace tollgate::loadtest

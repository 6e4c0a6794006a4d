// loadtest/verify/sample.cpp - making requests out of patterns, and asking the gateway's router where they would go.
#include "loadtest/verify/sample.h"

#include "http/target.h"
#include "loadtest/mistakes.h"
#include "support/text.h"

#include <algorithm>

namespace tollgate::loadtest::verify {

namespace {

std::string host_of(const Target& target) {
    for (const auto& [name, value] : target.headers)
        if (name == "Host") return value;
    return target.url.authority.empty() ? "127.0.0.1" : target.url.authority;
}

}  // namespace

Samples::Samples(const Declared& declared, const std::vector<Target>& said) : declared_{declared}, said_{said} {
    Mistakes mistakes;
    for (const DeclaredRoute& route : declared.routes) {
        std::string problem;
        auto pattern = routing::Pattern::parse(route.name, problem);
        std::vector<routing::Host> hosts;
        if (!route.host.empty()) {
            const auto host = routing::Host::parse(route.host, problem);
            if (host) hosts.push_back(*host);
        }
        if (!problem.empty()) {
            mistakes.add(route.where + ": route " + text::quote(route.name) + ": " + problem);
            continue;
        }
        router_.add(*pattern, hosts, !route.condition.empty());
        known_.push_back({std::move(*pattern), std::move(hosts)});
    }
    mistakes.raise();
}

Target Samples::made(const Known& known, std::string_view segment) const {
    Target target;
    target.method = known.pattern.methods.empty() ? "GET" : known.pattern.methods.front();
    std::string path;
    for (const auto& part : known.pattern.segments) {
        path += '/';
        // Below a whole tree somewhere deep, where fewer other routes are.
        if (part.kind == routing::Pattern::Kind::text) path += part.text;
        else path.append(segment).append(part.kind == routing::Pattern::Kind::rest ? "/of/this" : "");
    }
    const bool rest = !known.pattern.segments.empty() &&
                      known.pattern.segments.back().kind == routing::Pattern::Kind::rest;
    if (path.empty() || (known.pattern.trailing_slash && !rest)) path += '/';
    target.url.path = path;
    if (!known.hosts.empty())
        target.headers.emplace_back("Host", (known.hosts[0].below ? "verify." : "") + known.hosts[0].name);
    return target;
}

// What is limited by the same uses counts in the same places, whichever of the two takes the request.
bool Samples::limited_alike(std::size_t a, std::size_t b) const {
    return declared_.routes[a].uses == declared_.routes[b].uses;
}

bool Samples::reaches(const Target& target, std::size_t route, std::string& why) const {
    std::string host, path;
    if (!http::parse_authority(host_of(target), host) || http::normalise_target(target.url.path, path)) {
        why = "no request can be made of its pattern; say --request";
        return false;
    }
    path.resize(std::min(path.find('?'), path.size()));
    for (const auto& candidate : router_.candidates({target.method, host, path})) {
        if (!candidate.method || !candidate.host) continue;
        if (candidate.route == route) return true;
        if (limited_alike(candidate.route, route)) {
            if (!declared_.routes[candidate.route].condition.empty()) continue;
        }
        const DeclaredRoute& taker = declared_.routes[candidate.route];
        why = target.method + ' ' + target.url.path + " may be taken by " + text::quote(taker.name) + " (" +
              taker.where + "); say --request";
        return false;
    }
    why = target.method + ' ' + target.url.path + " does not reach it; say --request";
    return false;
}

std::optional<Target> Samples::of(std::size_t route, std::string& why) const {
    std::string ignored;
    for (const Target& target : said_) {
        Target asked = target;
        const Known& known = known_[route];
        if (!known.hosts.empty() && target.headers.empty())
            asked.headers.emplace_back("Host", made(known, "1").headers.front().second);
        if (reaches(asked, route, ignored)) return asked;
    }
    if (!declared_.routes[route].condition.empty()) {
        why = "whether it takes a request depends on its " + declared_.routes[route].condition + "; say --request";
        return std::nullopt;
    }
    for (const std::string_view segment : {"1", "verify"})
        if (Target target = made(known_[route], segment); reaches(target, route, why)) return target;
    return std::nullopt;
}

}  // namespace tollgate::loadtest::verify

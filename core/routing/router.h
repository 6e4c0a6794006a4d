// core/routing/router.h - Router: which route a method, host and path belong to; the first one written that matches wins.
#pragma once

#include "routing/host.h"
#include "routing/pattern.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::routing {

// What a pattern took from the path, undecoded, in the order of Pattern::parameter_names(). Views into the path.
struct Captures {
    static constexpr std::size_t most = Pattern::most_parameters;
    std::array<std::string_view, most> values;
    std::size_t count = 0;
};

// Of a request: what a router looks at. `host` in lower case and without port, `path` normalised and with its first '/'.
struct Asked {
    std::string_view method, host, path;
};

// A route whose pattern takes the path that was asked for, and what else of it fits.
struct Candidate {
    std::uint32_t route;
    bool method, host;
    Captures captures;
};

// Built once, then shared by all loops. Cost grows with the lengths of path and host, not with the number of routes;
// where `accept` refuses, by one more walk for each refusal.
class Router {
public:
    // The conditions of a route: what the router does not look at itself.
    using Accept = std::function<bool(std::uint32_t, const Captures&)>;

    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    // Routes are numbered in the order they are added, from 0. No hosts: every host. `conditional`: it may pass on
    // requests it matches.
    void add(const Pattern& pattern, std::span<const Host> hosts = {}, bool conditional = false);

    // The first route that matches and that `accept` takes, with its captures; nullopt if there is none. `accept` is
    // asked in the order written and may throw.
    std::optional<std::uint32_t> match(const Asked& asked, Captures& captures, const Accept& accept) const;
    // As above where no route has conditions.
    std::optional<std::uint32_t> match(const Asked& asked, Captures& captures) const;
    // "GET, HEAD, POST": methods of routes that would match this host and path; "" if none would. Of conditional ones
    // those that `counts` says count. For 405 and its Allow. May hold the very method that was refused, where a
    // condition refused it.
    std::string allowed_methods(std::string_view host, std::string_view path,
                                const std::function<bool(std::uint32_t)>& counts) const;
    // Every route whose pattern takes the path, in the order written. Slow: for whoever wants it explained.
    std::vector<Candidate> candidates(const Asked& asked) const;

    // Whether a route that would be added now with this pattern and these hosts could never match, because those added
    // so far take every request it could: the fewest of them that do so together, in ascending order; empty if it could.
    // A conditional route takes part only where `implied` says that its conditions hold whenever the new one's do.
    std::vector<std::uint32_t> takers_of_all(const Pattern& pattern, std::span<const Host> hosts = {},
                                             const std::function<bool(std::uint32_t)>& implied = {}) const;

private:
    struct Trees;
    std::unique_ptr<Trees> trees_;
};

}  // namespace tollgate::routing

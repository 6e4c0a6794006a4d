// core/routing/router.h - Router: which route a method and path belong to; the first one written that matches wins.
#pragma once

#include "routing/pattern.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::routing {

// What a pattern took from the path, undecoded, in the order of Pattern::parameter_names(). Views into the path.
struct Captures {
    static constexpr std::size_t most = Pattern::most_parameters;
    std::array<std::string_view, most> values;
    std::size_t count = 0;
};

// Built once, then shared by all loops. Cost grows with the path's length, not with the number of routes; where
// `accept` refuses, by one more walk for each refusal.
class Router {
public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    // Routes are numbered in the order they are added, from 0. `conditional`: it may pass on requests it matches.
    void add(const Pattern& pattern, bool conditional = false);

    // The first route that matches and that `accept` (its conditions) takes, with its captures; nullopt if there is
    // none. `accept` is asked in the order written and may throw. `path` is normalised and starts with '/'.
    std::optional<std::uint32_t> match(std::string_view method, std::string_view path, Captures& captures,
                                       const std::function<bool(std::uint32_t, const Captures&)>& accept) const;
    // As above where no route has conditions.
    std::optional<std::uint32_t> match(std::string_view method, std::string_view path, Captures& captures) const;
    // "GET, HEAD, POST": methods of routes that would match this path; "" if none would. For 405 and its Allow. May
    // hold the very method that was refused, where a condition refused it.
    std::string allowed_methods(std::string_view path) const;

    // The first route without conditions, among those added so far, that takes every request `pattern` could: a route
    // added after it with this pattern could never match.
    std::optional<std::uint32_t> taker_of_all(const Pattern& pattern) const;

private:
    struct Tree;
    std::unique_ptr<Tree> tree_;
};

}  // namespace tollgate::routing

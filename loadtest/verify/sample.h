// loadtest/verify/sample.h - Samples: a request that reaches a route, and no other before it.
#pragma once

#include "loadtest/options.h"
#include "loadtest/verify/declared.h"
#include "routing/router.h"

#include <optional>
#include <string>
#include <vector>

namespace tollgate::loadtest::verify {

class Samples {
public:
    // `said`: by the user, for routes whose conditions nobody can guess. Throws UsageError for routes that are no
    // patterns, and for what was said and reaches no route.
    Samples(const Declared& declared, const std::vector<Target>& said);

    // Method, path and a Host header if the route is for one. nullopt, and `why`, where it cannot be told that a
    // request gets there, or to one that is limited alike.
    std::optional<Target> of(std::size_t route, std::string& why) const;

private:
    struct Known {
        routing::Pattern pattern;
        std::vector<routing::Host> hosts;
    };
    Target made(const Known& known, std::string_view segment) const;
    bool reaches(const Target& target, std::size_t route, std::string& why) const;
    bool limited_alike(std::size_t a, std::size_t b) const;

    const Declared& declared_;
    const std::vector<Target>& said_;
    std::vector<Known> known_;  // by the number of the route
    routing::Router router_;
};

}  // namespace tollgate::loadtest::verify

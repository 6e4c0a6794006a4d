// core/snapshot/rewrite.h - Rewrite: the target a route's requests have on their way to the upstream.
#pragma once

#include "routing/path_template.h"
#include "routing/regular_expression.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tollgate {

class Rewrite {
public:
    // Drops so many segments at the beginning of the path and puts `prefix` there.
    struct Strip {
        std::size_t segments = 0;
        std::string prefix;
    };
    // Replaces what the expression finds first in the path.
    struct Replacement {
        routing::RegularExpression pattern;
        std::string to;
    };
    // A function of routes.lua, by its number in the Script.
    struct Function {
        int number = 0;
    };
    using Rule = std::variant<Strip, Replacement, routing::PathTemplate, Function>;

    explicit Rewrite(Rule rule) : rule_{std::move(rule)} {}
    // What the rule makes of a path: a path, perhaps with a query, not yet checked. nullopt where it stays as it is.
    // Not for functions: theirs is the caller's to run.
    std::optional<std::string> made_of(std::string_view path, const routing::Captures& captures) const;
    int function() const noexcept;  // 0: none

private:
    Rule rule_;
};

// A target longer than that is made of no request.
inline constexpr std::size_t longest_made_target = 64 << 10;

// Completes what a rule or a function made to a target: the client's query follows unless `made` has one of its own;
// normalised as what clients send is. Null, or what is wrong with it.
const char* complete_target(std::string_view made, std::string_view query, std::string& target);

}  // namespace tollgate

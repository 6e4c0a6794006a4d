// core/routing/pattern.h - Pattern: "GET /orders/:id" parsed once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::routing {

// Methods, then a path. Methods: "GET", "GET,POST", "*". Segments: text, ":name" (one non-empty segment), "*" (one,
// unnamed), "**" (any number, also none; last only). "GET" takes HEAD as well. "/a/" is another path than "/a", but
// "/a/**" takes "/a", "/a/" and everything below.
struct Pattern {
    static constexpr std::size_t most_segments = 64, most_parameters = 16;

    enum class Kind { text, one, rest };
    struct Segment {
        Kind kind;
        std::string text;  // of Kind::text: as it stands in a normalised path; else the parameter's name, "*" or "**"
        bool operator==(const Segment&) const = default;
    };
    std::vector<std::string> methods;  // empty: any
    std::vector<Segment> segments;
    bool trailing_slash = false;  // of "/" too, which has no segments

    // nullopt, with `problem` saying what was wanted and got.
    static std::optional<Pattern> parse(std::string_view text, std::string& problem);
    std::vector<std::string> parameter_names() const;  // in the order they are captured

    bool operator==(const Pattern&) const = default;
};

}  // namespace tollgate::routing

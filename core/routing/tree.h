// core/routing/tree.h - Node: the tree of path segments that a Router has for each host, and how a path goes down it.
//
// A path is read as the segments after its first '/'; a trailing slash is one more, empty segment, which ":name" and
// "*" do not take. Walks recurse as deep as the deepest pattern (Pattern::most_segments).
#pragma once

#include "routing/pattern.h"

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tollgate::routing {

constexpr std::uint32_t no_number = std::numeric_limits<std::uint32_t>::max();

constexpr std::array<std::string_view, 9> known_methods = {"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                                           "DELETE", "OPTIONS", "CONNECT", "TRACE"};
constexpr std::size_t listed_methods = 7;  // of those, what Allow names for a route of every method

// A method on its way through a tree.
struct Method {
    explicit Method(std::string_view method);

    std::uint16_t bit;  // of a known one, else that of all others
    std::string_view name;
};

// A set of methods: known ones as bits, others by name.
struct Methods {
    bool any = false;
    std::uint16_t bits = 0;
    std::vector<std::string> others;

    Methods() = default;
    explicit Methods(const Pattern& pattern);  // GET takes HEAD as well
    bool take(const Method& method) const;
    bool include(const Methods& smaller) const;
    void add(const Methods& more);
};

// A route that ends at a node.
struct Leaf {
    std::uint32_t route;
    bool conditional;
    Methods methods;
};

// For looking texts up without copying them.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
template <class T>
using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

// Knows the smallest and largest route number at or below it, so that a walk that has found route n skips what only
// holds later ones.
struct Node {
    ByText<std::unique_ptr<Node>> texts;
    std::unique_ptr<Node> one;
    std::vector<Leaf> ends, rests;  // ascending: patterns that end here, patterns that end in "**" here
    std::uint32_t smallest = no_number, largest = 0;

    // Numbers must ascend.
    void add(const Pattern& pattern, const Leaf& leaf);
    const Node* find(std::string_view text) const;
};

// The pattern's segments as a path has them: a trailing slash is an empty one.
std::vector<Pattern::Segment> segments_of(const Pattern& pattern);

// What is left of a path on the way down. `done`: no segment is left, which differs from an empty last one.
struct Rest {
    std::string_view text;
    bool done = false;

    static Rest below_root(std::string_view path) { return {path.substr(path.empty() ? 0 : 1), false}; }
    std::pair<std::string_view, Rest> next() const {
        const auto slash = text.find('/');
        if (slash == text.npos) return {text, {{}, true}};
        return {text.substr(0, slash), {text.substr(slash + 1), false}};
    }
};

}  // namespace tollgate::routing

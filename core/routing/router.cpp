// core/routing/router.cpp - the tree of path segments and the walks over it.
//
// A path is read as the segments after its first '/'; a trailing slash is one more, empty segment, which ":name" and
// "*" do not take. Every node knows the smallest and largest route number at or below it, so a walk that has found
// route n skips what only holds later ones. Walks recurse as deep as the deepest pattern (Pattern::most_segments).
#include "routing/router.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tollgate::routing {

namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

constexpr std::array<std::string_view, 9> known_methods = {"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                                           "DELETE", "OPTIONS", "CONNECT", "TRACE"};
constexpr std::size_t listed_methods = 7;  // of those, what Allow names for a route of every method
constexpr std::uint16_t get_bit = 1, head_bit = 2, unknown_bit = 1 << 15;

std::uint16_t bit_of(std::string_view method) {
    for (std::size_t i = 0; i < known_methods.size(); ++i)
        if (known_methods[i] == method) return static_cast<std::uint16_t>(1 << i);
    return unknown_bit;
}

// A set of methods: known ones as bits, others by name.
struct Methods {
    bool any = false;
    std::uint16_t bits = 0;
    std::vector<std::string> others;

    explicit Methods(const Pattern& pattern) : any{pattern.methods.empty()} {
        for (const auto& method : pattern.methods) {
            const auto bit = bit_of(method);
            if (bit == unknown_bit)
                others.push_back(method);
            else
                bits |= bit;
            if (bit == get_bit) bits |= head_bit;
        }
    }
    bool take(std::uint16_t bit, std::string_view method) const {
        if (any || (bits & bit)) return true;
        return bit == unknown_bit && std::find(others.begin(), others.end(), method) != others.end();
    }
    bool include(const Methods& smaller) const {
        if (any) return true;
        if (smaller.any || (smaller.bits & ~bits)) return false;
        return std::all_of(smaller.others.begin(), smaller.others.end(),
                           [this](const auto& method) { return take(unknown_bit, method); });
    }
};

// A route that ends at a node.
struct Leaf {
    std::uint32_t route;
    bool conditional;
    Methods methods;
};

struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

struct Node {
    std::unordered_map<std::string, std::unique_ptr<Node>, Hash, std::equal_to<>> texts;
    std::unique_ptr<Node> one;
    std::vector<Leaf> ends, rests;  // ascending: patterns that end here, patterns that end in "**" here
    std::uint32_t smallest = none, largest = 0;

    Node& child(const std::string& text) {
        auto& child = texts[text];
        if (!child) child = std::make_unique<Node>();
        return *child;
    }
    Node& one_child() {
        if (!one) one = std::make_unique<Node>();
        return *one;
    }
    const Node* find(std::string_view text) const {
        if (texts.empty()) return nullptr;
        const auto found = texts.find(text);
        return found == texts.end() ? nullptr : found->second.get();
    }
};

// What is left of a path on the way down. `done`: no segment is left, which differs from an empty last one.
struct Rest {
    std::string_view text;
    bool done = false;

    std::pair<std::string_view, Rest> next() const {
        const auto slash = text.find('/');
        if (slash == text.npos) return {text, {{}, true}};
        return {text.substr(0, slash), {text.substr(slash + 1), false}};
    }
};

Rest below_root(std::string_view path) { return {path.substr(path.empty() ? 0 : 1), false}; }

// Finds the smallest route of at least `from` that matches.
struct Search {
    std::uint16_t bit;
    std::string_view method;
    std::uint32_t from = 0;
    std::uint32_t best = none;
    Captures found{};
    Captures way{};

    void take(const std::vector<Leaf>& leaves, bool rest, std::string_view text) {
        auto leaf = leaves.begin();
        if (from > 0)
            leaf = std::lower_bound(leaf, leaves.end(), from, [](const Leaf& l, auto n) { return l.route < n; });
        for (; leaf != leaves.end() && leaf->route < best; ++leaf) {
            if (!leaf->methods.take(bit, method)) continue;
            best = leaf->route;
            found.count = way.count;
            std::copy_n(way.values.begin(), way.count, found.values.begin());
            if (rest) found.values[found.count++] = text;
        }
    }

    void walk(const Node& node, Rest rest) {
        if (node.smallest >= best || node.largest < from) return;
        if (!node.rests.empty()) take(node.rests, true, rest.text);
        if (rest.done) return take(node.ends, false, {});
        const auto [segment, after] = rest.next();
        const Node* text = node.find(segment);
        const Node* one = segment.empty() ? nullptr : node.one.get();
        // The branch that may hold the earlier route first: what it finds prunes the other.
        if (one && (!text || one->smallest < text->smallest)) {
            walk_one(*one, segment, after);
            if (text) walk(*text, after);
        } else {
            if (text) walk(*text, after);
            if (one) walk_one(*one, segment, after);
        }
    }

    void walk_one(const Node& node, std::string_view segment, Rest after) {
        way.values[way.count++] = segment;
        walk(node, after);
        --way.count;
    }
};

// Collects the methods of every route that would match.
struct Gather {
    std::uint16_t bits = 0;
    std::vector<std::string> others;

    void take(const std::vector<Leaf>& leaves) {
        for (const auto& leaf : leaves) {
            bits |= leaf.methods.any ? (1 << listed_methods) - 1 : leaf.methods.bits;
            others.insert(others.end(), leaf.methods.others.begin(), leaf.methods.others.end());
        }
    }
    void walk(const Node& node, Rest rest) {
        take(node.rests);
        if (rest.done) return take(node.ends);
        const auto [segment, after] = rest.next();
        if (const Node* text = node.find(segment)) walk(*text, after);
        if (node.one && !segment.empty()) walk(*node.one, after);
    }
};

// Finds the smallest unconditional route whose pattern takes all that another does.
struct Cover {
    const std::vector<Pattern::Segment>& segments;
    const Methods methods;
    std::uint32_t best = none;

    void take(const std::vector<Leaf>& leaves) {
        for (const auto& leaf : leaves) {
            if (leaf.route >= best) return;
            if (!leaf.conditional && leaf.methods.include(methods)) best = leaf.route;
        }
    }
    void walk(const Node& node, std::size_t depth) {
        if (node.smallest >= best) return;
        take(node.rests);
        if (depth == segments.size()) return take(node.ends);
        const auto& segment = segments[depth];
        if (segment.kind == Pattern::Kind::rest) return;
        if (segment.kind == Pattern::Kind::text)
            if (const Node* text = node.find(segment.text)) walk(*text, depth + 1);
        if (node.one && !(segment.kind == Pattern::Kind::text && segment.text.empty())) walk(*node.one, depth + 1);
    }
};

// The pattern's segments as a path has them: a trailing slash is an empty one.
std::vector<Pattern::Segment> segments_of(const Pattern& pattern) {
    auto segments = pattern.segments;
    if (pattern.trailing_slash) segments.push_back({Pattern::Kind::text, {}});
    return segments;
}

}  // namespace

struct Router::Tree {
    Node root;
    std::uint32_t routes = 0;
};

Router::Router() : tree_{std::make_unique<Tree>()} {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(const Pattern& pattern, bool conditional) {
    const auto number = tree_->routes++;
    Node* node = &tree_->root;
    const auto pass = [number](Node& n) {
        n.smallest = std::min(n.smallest, number);
        n.largest = number;
    };
    pass(*node);
    for (const auto& segment : segments_of(pattern)) {
        if (segment.kind == Pattern::Kind::rest) {
            node->rests.push_back({number, conditional, Methods{pattern}});
            return;
        }
        node = segment.kind == Pattern::Kind::text ? &node->child(segment.text) : &node->one_child();
        pass(*node);
    }
    node->ends.push_back({number, conditional, Methods{pattern}});
}

std::optional<std::uint32_t> Router::match(std::string_view method, std::string_view path, Captures& captures,
                                           const std::function<bool(std::uint32_t, const Captures&)>& accept) const {
    Search search{.bit = bit_of(method), .method = method};
    while (true) {
        search.walk(tree_->root, below_root(path));
        if (search.best == none) return std::nullopt;
        if (accept(search.best, search.found)) {
            captures = search.found;
            return search.best;
        }
        search.from = search.best + 1;
        search.best = none;
    }
}

std::optional<std::uint32_t> Router::match(std::string_view method, std::string_view path, Captures& captures) const {
    Search search{.bit = bit_of(method), .method = method};
    search.walk(tree_->root, below_root(path));
    if (search.best == none) return std::nullopt;
    captures = search.found;
    return search.best;
}

std::string Router::allowed_methods(std::string_view path) const {
    Gather gather;
    gather.walk(tree_->root, below_root(path));
    std::string list;
    const auto append = [&list](std::string_view method) { (list += list.empty() ? "" : ", ") += method; };
    for (std::size_t i = 0; i < known_methods.size(); ++i)
        if (gather.bits >> i & 1) append(known_methods[i]);
    std::sort(gather.others.begin(), gather.others.end());
    gather.others.erase(std::unique(gather.others.begin(), gather.others.end()), gather.others.end());
    for (const auto& method : gather.others) append(method);
    return list;
}

std::optional<std::uint32_t> Router::taker_of_all(const Pattern& pattern) const {
    const auto segments = segments_of(pattern);
    Cover cover{segments, Methods{pattern}};
    cover.walk(tree_->root, 0);
    if (cover.best == none) return std::nullopt;
    return cover.best;
}

}  // namespace tollgate::routing

// core/routing/router.cpp - the walks over the trees of a request's host.
#include "routing/router.h"

#include "routing/cover.h"
#include "routing/tree.h"

#include <algorithm>
#include <map>

namespace tollgate::routing {

namespace {

// Finds the smallest route of at least `from` that matches, over several trees.
struct Search {
    const Method method;
    std::uint32_t from = 0;
    std::uint32_t best = no_number;
    Captures found{};
    Captures way{};

    void take(const std::vector<Leaf>& leaves, bool rest, std::string_view text) {
        auto leaf = leaves.begin();
        if (from > 0)
            leaf = std::lower_bound(leaf, leaves.end(), from, [](const Leaf& l, auto n) { return l.route < n; });
        for (; leaf != leaves.end() && leaf->route < best; ++leaf) {
            if (!leaf->methods.take(method)) continue;
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

// Calls `each` with every leaf that takes the path and what its pattern captures.
template <class F>
void for_each_leaf(const Node& node, Rest rest, Captures& way, F& each) {
    if (!node.rests.empty()) {
        way.values[way.count++] = rest.text;
        for (const auto& leaf : node.rests) each(leaf, way);
        --way.count;
    }
    if (rest.done) {
        for (const auto& leaf : node.ends) each(leaf, way);
        return;
    }
    const auto [segment, after] = rest.next();
    if (const Node* text = node.find(segment)) for_each_leaf(*text, after, way, each);
    if (!node.one || segment.empty()) return;
    way.values[way.count++] = segment;
    for_each_leaf(*node.one, after, way, each);
    --way.count;
}

}  // namespace

struct Router::Trees {
    Node any;                              // routes of every host
    ByText<std::unique_ptr<Node>> exact;   // by the host
    ByText<std::unique_ptr<Node>> below;   // by what follows "*."
    std::size_t most_labels = 0;           // of a name in `below`: longer ends of a host are not looked for
    std::uint32_t routes = 0;

    Node& of(const Host& host) {
        auto& tree = (host.below ? below : exact)[host.name];
        if (!tree) tree = std::make_unique<Node>();
        if (host.below)
            most_labels = std::max(most_labels, std::size_t(std::count(host.name.begin(), host.name.end(), '.')) + 1);
        return *tree;
    }

    // The trees that hold the routes of a host: first those of most routes.
    template <class F>
    void for_each(std::string_view host, F each) const {
        each(any);
        if (exact.empty() && below.empty()) return;
        host = without_last_dot(host);
        if (const auto tree = exact.find(host); tree != exact.end()) each(*tree->second);
        for_each_below(host, each);
    }
    template <class F>
    void for_each_below(std::string_view host, F& each) const {
        auto dot = host.size();
        for (std::size_t labels = 1; labels <= most_labels && dot > 0; ++labels) {
            dot = host.rfind('.', dot - 1);
            if (dot == host.npos) return;
            if (const auto tree = below.find(host.substr(dot + 1)); tree != below.end()) each(*tree->second);
        }
    }

    // The trees that every request goes through whose host is one of these.
    std::vector<const Node*> all_of(const Host& host) const {
        std::vector<const Node*> nodes;
        const auto collect = [&nodes](const Node& node) { nodes.push_back(&node); };
        if (host.below) {
            collect(any);
            for_each_below("*." + host.name, collect);
        } else {
            for_each(host.name, collect);
        }
        return nodes;
    }

    bool cover(const Pattern& pattern, std::span<const Host> hosts, const std::function<bool(const Leaf&)>& takes,
               std::set<std::uint32_t>& used) const {
        Cover cover{pattern, takes, used};
        if (hosts.empty()) return cover.covered_by(std::vector<const Node*>{&any});
        return std::all_of(hosts.begin(), hosts.end(), [&](const Host& host) { return cover.covered_by(all_of(host)); });
    }
};

Router::Router() : trees_{std::make_unique<Trees>()} {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(const Pattern& pattern, std::span<const Host> hosts, bool conditional) {
    const Leaf leaf{trees_->routes++, conditional, Methods{pattern}};
    if (hosts.empty()) trees_->any.add(pattern, leaf);
    for (auto host = hosts.begin(); host != hosts.end(); ++host)
        if (std::find(hosts.begin(), host, *host) == host) trees_->of(*host).add(pattern, leaf);
}

std::optional<std::uint32_t> Router::match(const Asked& asked, Captures& captures, const Accept& accept) const {
    Search search{.method = Method{asked.method}};
    while (true) {
        trees_->for_each(asked.host, [&](const Node& tree) { search.walk(tree, Rest::below_root(asked.path)); });
        if (search.best == no_number) return std::nullopt;
        if (accept(search.best, search.found)) {
            captures = search.found;
            return search.best;
        }
        search.from = search.best + 1;
        search.best = no_number;
    }
}

std::optional<std::uint32_t> Router::match(const Asked& asked, Captures& captures) const {
    return match(asked, captures, [](std::uint32_t, const Captures&) { return true; });
}

std::string Router::allowed_methods(std::string_view host, std::string_view path,
                                    const std::function<bool(std::uint32_t)>& counts) const {
    Methods all;
    const auto gather = [&](const Leaf& leaf, const Captures&) {
        if (!leaf.conditional || counts(leaf.route)) all.add(leaf.methods);
    };
    trees_->for_each(host, [&](const Node& tree) {
        Captures way;
        for_each_leaf(tree, Rest::below_root(path), way, gather);
    });
    std::string list;
    const auto append = [&list](std::string_view method) { (list += list.empty() ? "" : ", ") += method; };
    for (std::size_t i = 0; i < known_methods.size(); ++i)
        if ((all.bits >> i & 1) || (all.any && i < listed_methods)) append(known_methods[i]);
    std::sort(all.others.begin(), all.others.end());
    all.others.erase(std::unique(all.others.begin(), all.others.end()), all.others.end());
    for (const auto& method : all.others) append(method);
    return list;
}

std::vector<Candidate> Router::candidates(const Asked& asked) const {
    std::map<std::uint32_t, Candidate> found;
    const Method method{asked.method};
    bool of_host = false;
    const auto collect = [&](const Leaf& leaf, const Captures& captures) {
        auto& candidate = found.try_emplace(leaf.route, Candidate{leaf.route, leaf.methods.take(method), false, captures})
                              .first->second;
        candidate.host = candidate.host || of_host;
    };
    const auto walk = [&](const Node& tree) {
        Captures way;
        for_each_leaf(tree, Rest::below_root(asked.path), way, collect);
    };
    for (const auto* trees : {&trees_->exact, &trees_->below})
        for (const auto& [name, tree] : *trees) walk(*tree);
    of_host = true;
    trees_->for_each(asked.host, walk);
    std::vector<Candidate> all;
    for (auto& [route, candidate] : found) all.push_back(candidate);
    return all;
}

std::vector<std::uint32_t> Router::takers_of_all(const Pattern& pattern, std::span<const Host> hosts,
                                                 const std::function<bool(std::uint32_t)>& implied) const {
    std::set<std::uint32_t> used;
    const auto takes = [&](const Leaf& leaf) { return !leaf.conditional || (implied && implied(leaf.route)); };
    if (!trees_->cover(pattern, hosts, takes, used)) return {};
    const auto covered_by = [&](const std::set<std::uint32_t>& some) {
        std::set<std::uint32_t> ignored;
        return trees_->cover(pattern, hosts, [&](const Leaf& leaf) { return some.contains(leaf.route); }, ignored);
    };
    for (const auto route : used)
        if (covered_by({route})) return {route};
    // The last ones go first: it is the earliest that are worth being named.
    auto fewest = used;
    for (auto route = used.rbegin(); route != used.rend(); ++route) {
        fewest.erase(*route);
        if (!covered_by(fewest)) fewest.insert(*route);
    }
    return {fewest.begin(), fewest.end()};
}

}  // namespace tollgate::routing

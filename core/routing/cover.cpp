// core/routing/cover.cpp - walks all nodes at once that a path of the pattern could be at, whatever its parameters are.
#include "routing/cover.h"

namespace tollgate::routing {

namespace {

// Where a path goes on whose next segment is not empty and none that a pattern names.
std::vector<const Node*> any_segment(const std::vector<const Node*>& nodes) {
    std::vector<const Node*> next;
    for (const auto* node : nodes)
        if (node->one) next.push_back(node->one.get());
    return next;
}

std::vector<const Node*> segment(const std::vector<const Node*>& nodes, const std::string& text) {
    std::vector<const Node*> next;
    for (const auto* node : nodes) {
        if (const Node* child = node->find(text)) next.push_back(child);
        if (node->one && !text.empty()) next.push_back(node->one.get());
    }
    return next;
}

}  // namespace

Cover::Cover(const Pattern& pattern, const std::function<bool(const Leaf&)>& takes, std::set<std::uint32_t>& used)
    : segments_{segments_of(pattern)}, wanted_{pattern}, takes_{takes}, used_{used} {}

bool Cover::covered_by(std::span<const Node* const> roots) { return walk({roots.begin(), roots.end()}, 0, {}); }

void Cover::add(const std::vector<Leaf>& leaves, Methods& taken) {
    for (const auto& leaf : leaves) {
        if (!takes_(leaf)) continue;
        taken.add(leaf.methods);
        used_.insert(leaf.route);
    }
}

bool Cover::add_rests(const Nodes& nodes, Methods& taken) {
    for (const auto* node : nodes) add(node->rests, taken);
    return taken.include(wanted_);
}

bool Cover::add_ends(const Nodes& nodes, Methods& taken) {
    for (const auto* node : nodes) add(node->ends, taken);
    return taken.include(wanted_);
}

// `taken`: methods of patterns that end in "**" above, and so take whatever comes.
bool Cover::walk(const Nodes& nodes, std::size_t depth, Methods taken) {
    if (add_rests(nodes, taken)) return true;
    if (nodes.empty()) return false;
    if (depth == segments_.size()) return add_ends(nodes, taken);
    const auto& next = segments_[depth];
    switch (next.kind) {
        case Pattern::Kind::rest: return covers_all_below(nodes, depth > 0, std::move(taken));
        case Pattern::Kind::text: return walk(segment(nodes, next.text), depth + 1, std::move(taken));
        case Pattern::Kind::one: break;
    }
    return walk(any_segment(nodes), depth + 1, std::move(taken));
}

// Under "**" a path may end here (not at the root: no path is without its first segment), end with a slash, or go on.
bool Cover::covers_all_below(const Nodes& nodes, bool may_end, Methods taken) {
    if (nodes.empty()) return false;
    if (Methods here = taken; may_end && !add_ends(nodes, here)) return false;
    const auto slash = segment(nodes, {});
    if (Methods here = taken; !add_rests(slash, here) && !add_ends(slash, here)) return false;
    const auto below = any_segment(nodes);
    return add_rests(below, taken) || covers_all_below(below, true, std::move(taken));
}

}  // namespace tollgate::routing

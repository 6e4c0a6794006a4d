// core/routing/cover.h - Cover: finds routes that take, alone or together, all that another could.
#pragma once

#include "routing/tree.h"

#include <functional>
#include <set>
#include <span>
#include <vector>

namespace tollgate::routing {

// Of one pattern, in the trees that requests of some host go through. Exact: a pattern that is covered by several
// others between them ("/a", "/a/" and "/a/*/**" for "/a/**"; GET and POST for "GET,POST") is found.
class Cover {
public:
    // `takes`: whether a route takes part. `used` collects those that did.
    Cover(const Pattern& pattern, const std::function<bool(const Leaf&)>& takes, std::set<std::uint32_t>& used);

    bool covered_by(std::span<const Node* const> roots);

private:
    using Nodes = std::vector<const Node*>;

    bool walk(const Nodes& nodes, std::size_t depth, Methods taken);
    bool covers_all_below(const Nodes& nodes, bool may_end, Methods taken);
    void add(const std::vector<Leaf>& leaves, Methods& taken);
    bool add_rests(const Nodes& nodes, Methods& taken);
    bool add_ends(const Nodes& nodes, Methods& taken);

    const std::vector<Pattern::Segment> segments_;
    const Methods wanted_;
    const std::function<bool(const Leaf&)>& takes_;
    std::set<std::uint32_t>& used_;
};

}  // namespace tollgate::routing

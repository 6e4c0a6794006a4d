// core/config/split_assembly.cpp - `split { { orders, weight = 95 }, ... }`: upstreams that share a route's requests.
#include "config/assembly.h"

#include "support/text.h"

#include <algorithm>

namespace tollgate::config {

void Assembly::add_split(const DeclaredSplit& declared) {
    SplitPlan plan;
    const std::size_t problems_before = problems_.size();
    Item names = declared.item;
    names.list.clear();
    const auto settings = check(declared.place, "split", names, split_shape);
    if (settings) plan.by = settings->value("by");
    for (const Item& branch : declared.item.list) add_branch(declared, branch, plan);
    const auto& listed = declared.item.list;
    if (listed.size() < 2)
        add_problem(declared.place, "split: expected at least two upstreams ({ { orders, weight = 95 }, ... }), got " +
                                        (listed.empty() ? std::string{"none"} : std::to_string(listed.size())));
    else if (plan.upstreams.size() == listed.size() && plan.shares.total() <= 0)
        add_problem(declared.place, "split: expected an upstream with a weight of more than 0, got none");
    if (problems_.size() > problems_before) plan = {};
    splits_.push_back(std::move(plan));
}

void Assembly::add_branch(const DeclaredSplit& declared, const Item& item, SplitPlan& plan) {
    const bool weighted = item.is(Item::Kind::table) && item.list.size() == 1;
    const auto* found = find_upstream(declared.place, "split", weighted ? item.list[0] : item,
                                      "an upstream, its name or { orders, weight = 95 }");
    double weight = 1;
    if (weighted) {
        Item names = item;
        names.list.clear();
        const std::string owner = "split: " + item.list[0].describe();
        const auto settings = check(declared.place, owner, names, branch_shape);
        if (settings && settings->has("weight")) weight = settings->number("weight");
    }
    if (!found) return;
    if (std::find(plan.upstreams.begin(), plan.upstreams.end(), found) != plan.upstreams.end())
        return add_problem(declared.place, "split: expected each upstream once, got " +
                                               text::quote(found->upstream->name) + " twice");
    plan.upstreams.push_back(found);
    plan.shares.add(found->upstream->name, weight);
}

// Each of its upstreams has its own plugins; those before them are the same, so that a request may begin its walk
// before it is known where it leads.
void Assembly::set_split(Place place, const std::string& owner, const SplitPlan& plan, Route& route) {
    if (plan.upstreams.empty()) return;
    auto split = std::make_shared<Split>();
    split->shares = plan.shares;
    split->by = plan.by;
    for (const auto* to : plan.upstreams) {
        auto& branch = split->branches.emplace_back(Branch{to->upstream, route.chain});
        add_to_chain(place, owner, to->uses, branch.chain);
    }
    route.split = std::move(split);
}

}  // namespace tollgate::config

// core/config/mirror_assembly.cpp - `mirror = { upstream = shadow }` of a route: where copies of its requests go.
#include "config/assembly.h"

#include "support/text.h"

#include <algorithm>

namespace tollgate::config {

void Assembly::set_mirror(const Declaration& declaration, const std::string& owner, const Item& item, Route& route) {
    const std::string what = owner + ": mirror";
    const auto wrong = [&](const std::string& problem) { add_problem(declaration.place, what + ": " + problem); };
    if (item.is(Item::Kind::mistake)) return;
    if (!item.is(Item::Kind::table)) return wrong("expected { upstream = ... }, got " + item.describe());
    if (!declaration.item.find("upstream")) wrong("expected an upstream that the request itself goes to, got none");
    const auto settings = check(declaration.place, what, item, mirror_shape);
    const Item* to = item.find("upstream");
    if (!to) return wrong("upstream: missing; expected an upstream or its name");
    const auto* plan = find_upstream(declaration.place, what + ": upstream", *to);
    if (!plan || !settings) return;
    const auto leads_there = [plan](const Branch& branch) { return branch.upstream == plan->upstream; };
    if (route.upstream == plan->upstream ||
        (route.split && std::any_of(route.split->branches.begin(), route.split->branches.end(), leads_there)))
        return wrong("upstream: expected another than the requests themselves go to, got " +
                     text::quote(plan->upstream->name));
    Mirror mirror;
    mirror.upstream = plan->upstream;
    if (settings->has("share")) mirror.share = settings->number("share");
    if (settings->has("body")) mirror.body = settings->size("body");
    if (settings->has("most")) mirror.most = std::uint32_t(settings->integer("most"));
    if (settings->has("memory")) mirror.memory = settings->size("memory");
    if (const Item* given = item.find("memory"); given && mirror.memory < mirror.body)
        wrong("memory: expected at least as much as body, got " + given->describe());
    if (settings->has("timeout")) mirror.timeout = settings->duration("timeout");
    route.mirror = mirror;
}

}  // namespace tollgate::config

// loadtest/route_groups.cpp - putting together what hangs together.
#include "loadtest/route_groups.h"

#include "loadtest/gateway_routes.h"
#include "support/text.h"

#include <algorithm>

namespace tollgate::loadtest {

namespace {

constexpr const char *all_routes = "(all routes)", *other_routes = "(other)";  // the latter: beyond those with a name

bool has(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

void add_all(std::vector<std::string>& routes, const std::vector<std::string>& more) {
    for (const auto& route : more)
        if (!has(routes, route)) routes.push_back(route);
}

// Groups while they are made: which targets they have.
struct Draft {
    std::vector<std::string> routes;
    std::vector<std::size_t> targets;
};

// `routes` and every group that shares one with them become one.
void join(std::vector<Draft>& drafts, std::size_t target, std::vector<std::string> routes) {
    const auto shares = [&](const Draft& draft) {
        return std::any_of(routes.begin(), routes.end(), [&](const auto& route) { return has(draft.routes, route); });
    };
    Draft* home = nullptr;
    for (Draft& draft : drafts) {
        if (!shares(draft)) continue;
        if (!home) {
            home = &draft;
            continue;
        }
        add_all(home->routes, draft.routes);
        home->targets.insert(home->targets.end(), draft.targets.begin(), draft.targets.end());
        draft = {};
    }
    if (!home) home = &drafts.emplace_back();
    add_all(home->routes, routes);
    home->targets.push_back(target);
    std::erase_if(drafts, [](const Draft& draft) { return draft.routes.empty(); });
}

std::vector<Draft> drafts_of(const GatewayCounts& counted, const CandidatesByTarget& candidates, std::size_t targets) {
    std::vector<Draft> drafts;
    for (std::size_t target = 0; target < targets; ++target) {
        auto routes = candidates.size() == targets ? candidates[target] : std::vector<std::string>{all_routes};
        // One without figures of its own may be among those that share theirs.
        const bool nameless = std::any_of(routes.begin(), routes.end(),
                                          [&](const auto& route) { return !counted.requests.contains(route); });
        if (nameless && counted.requests.contains(other_routes)) routes.emplace_back(other_routes);
        join(drafts, target, std::move(routes));
    }
    return drafts;
}

void add_ours(RouteGroup& group, std::size_t target, const Results& results) {
    const auto add = [&](const std::map<int, std::uint64_t>& codes, std::uint64_t unanswered) {
        for (const auto& [status, count] : codes) group.statuses[status].answered += count;
        group.unanswered += unanswered;
    };
    if (target < results.targets.size()) add(results.targets[target].codes, results.targets[target].unanswered);
    const Warmup& warmup = results.warmup;
    add(target < warmup.codes.size() ? warmup.codes[target] : std::map<int, std::uint64_t>{},
        target < warmup.unanswered.size() ? warmup.unanswered[target] : 0);
}

void add_counted(RouteGroup& group, const GatewayCounts::ByStatus& by_status) {
    for (const auto& [status, count] : by_status) {
        if (status == 0) group.unknown += count;
        else group.statuses[status].counted += count;
    }
}

}  // namespace

std::string RouteGroup::name() const {
    constexpr std::size_t most = 4;
    if (routes.size() <= most) return text::join(routes, " | ");
    const std::vector<std::string> first{routes.begin(), routes.begin() + most};
    return text::join(first, " | ") + " | and " + std::to_string(routes.size() - most) + " more";
}

bool RouteGroup::unmatched() const { return has(routes, GatewayRoutes::unmatched); }

std::vector<RouteGroup> group_routes(const GatewayCounts& counted, const CandidatesByTarget& candidates,
                                     const Results& results) {
    std::vector<RouteGroup> groups;
    for (Draft& draft : drafts_of(counted, candidates, results.targets.size())) {
        RouteGroup& group = groups.emplace_back();
        group.routes = std::move(draft.routes);
        for (const std::size_t target : draft.targets) add_ours(group, target, results);
    }
    for (const auto& [route, by_status] : counted.requests) {
        const auto home = std::find_if(groups.begin(), groups.end(), [&, &name = route](const RouteGroup& group) {
            return has(group.routes, name) || has(group.routes, all_routes);
        });
        if (home != groups.end()) {
            add_counted(*home, by_status);
        } else {
            add_counted(groups.emplace_back(), by_status);
            groups.back().routes = {route};
        }
    }
    return groups;
}

}  // namespace tollgate::loadtest

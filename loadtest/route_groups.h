// loadtest/route_groups.h - RouteGroup: targets and routes that cannot be told apart, and what was counted of them.
#pragma once

#include "loadtest/reconcile.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tollgate::loadtest {

struct RouteGroup {
    struct Count {
        std::uint64_t answered = 0;  // by us
        std::uint64_t counted = 0;   // by the gateway
        std::uint64_t excess = 0;    // of `counted`, what nothing accounts for; reconcile() finds it
    };
    std::vector<std::string> routes;   // in the order the gateway asks them
    std::map<int, Count> statuses;
    std::uint64_t unanswered = 0;      // sent, without a whole answer
    std::uint64_t unknown = 0;         // counted under a status that the gateway does not tell

    std::string name() const;          // "GET /search | * /search/**"
    bool unmatched() const;            // it is "(none)", alone or among others
};

// First the groups of targets in their order, then a group for each route that was asked and is in none.
std::vector<RouteGroup> group_routes(const GatewayCounts& counted, const CandidatesByTarget& candidates,
                                     const Results& results);

}  // namespace tollgate::loadtest

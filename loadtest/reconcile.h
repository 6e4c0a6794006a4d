// loadtest/reconcile.h - reconcile(): the gateway's own counts of a run's requests held against ours, to the last one.
#pragma once

#include "loadtest/gateway_counts.h"
#include "loadtest/results.h"

#include <string>
#include <vector>

namespace tollgate::loadtest {

// For each target the routes it can fall to (GatewayRoutes::candidates()); empty where nobody knows: all routes are one
// group then.
using CandidatesByTarget = std::vector<std::vector<std::string>>;

// Fills in all of a GatewayView but `url` and `problem`. Pure: whoever has two readings of a gateway, between which the
// run lies whole, can ask.
//
// Targets and routes that hang together form a group. For each group and status, the warm-up included: answered <=
// counted, and what is counted beyond that fits into the group's requests without an answer, each of which the gateway
// may have counted once, under any status. Two things may be counted under no route although a target has
// some: what is refused before a route is chosen, and what a failing `when` makes of a request; so "(none)" may make up
// for what is missing of statuses from 400 on.
GatewayView reconcile(const GatewayCounts& before, const GatewayCounts& after, const CandidatesByTarget& candidates,
                      const Results& results);

}  // namespace tollgate::loadtest

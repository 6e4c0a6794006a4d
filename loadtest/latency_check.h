// loadtest/latency_check.h - the gateway's histograms as latencies, and whether they can be right.
#pragma once

#include "loadtest/gateway_counts.h"
#include "loadtest/results.h"

namespace tollgate::loadtest {

// Fills in `latencies` from what the gateway counted during the run.
void add_latencies(const GatewayCounts& counted, GatewayView& view);

// Adds to `notes` what cannot be, where all requests are accounted for: histograms that have another number of
// requests than the counters, or a sum that their own buckets have no room for, and times that are longer than ours,
// within any bucket or in the mean. No request takes longer inside the gateway than from outside, but for what the
// gateway does between its last byte and the reading of its clock: 15 ms are allowed for that, and one request in ten
// that takes even longer; in the mean a tenth of the 15 ms, and of our time.
void check_latencies(const GatewayCounts& counted, const Results& results, GatewayView& view);

}  // namespace tollgate::loadtest

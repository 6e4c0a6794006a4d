// loadtest/gateway_view.h - GatewayProbe: reads a gateway's metrics before and after a run, and reconciles.
#pragma once

#include "loadtest/gateway_counts.h"
#include "loadtest/gateway_routes.h"
#include "loadtest/options.h"
#include "loadtest/page.h"
#include "loadtest/reconcile.h"

#include <optional>
#include <string>

namespace tollgate::loadtest {

// Blocking, on the calling thread; every wait is bounded. Its own readings go to the admin listener, whose requests the
// gateway does not count.
class GatewayProbe {
public:
    // Of `options` the gateway's part, targets and headers, which outlive the probe. `patience`: how long to wait until
    // the gateway is quiet. Throws UsageError where metrics_url is no URL.
    explicit GatewayProbe(const Options& options, Nanoseconds patience = std::chrono::seconds{5});

    // Reads until the gateway is quiet: no request under way, and two readings that agree. Where it does not become so
    // the last reading will do, and the view will say it.
    void before();
    // Why there will be nothing to compare, or "": `http://127.0.0.1:9180/metrics: connection refused`.
    std::string problem() const;
    // After the run, drained: reads until the gateway is quiet and has counted what was answered.
    GatewayView after(const Results& results);

private:
    GatewayCounts read() const;
    GatewayCounts read_when_quiet(std::uint64_t at_least, const char* when);
    std::optional<GatewayRoutes> read_routes(const char* when);
    CandidatesByTarget candidates(const std::optional<GatewayRoutes>& after) const;

    const Options& options_;
    const Access access_;
    const Nanoseconds patience_;
    Url metrics_, routes_;
    std::string problem_;
    std::vector<std::string> notes_;
    GatewayCounts counts_;                       // before
    std::optional<GatewayRoutes> routes_before_;
};

}  // namespace tollgate::loadtest

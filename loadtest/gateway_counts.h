// loadtest/gateway_counts.h - GatewayCounts: what one reading of a gateway's metrics says of its requests.
#pragma once

#include "loadtest/metrics_text.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::loadtest {

// A histogram of seconds.
struct Durations {
    std::vector<double> uppers;           // rising; the last is infinite
    std::vector<std::uint64_t> at_most;   // how many were at most that long
    double sum = 0;

    std::uint64_t count() const noexcept { return at_most.empty() ? 0 : at_most.back(); }
    double mean() const noexcept { return count() == 0 ? 0 : sum / static_cast<double>(count()); }
    // The value that a share (0 to 1) of them did not exceed, as Prometheus' histogram_quantile(): interpolated within
    // the bucket it falls into, and the last finite bound where that is the last bucket. 0 of none.
    double quantile(double share) const noexcept;
    // Adds, or takes away, those of another with the same bounds; others are left alone. None is as good as all zero.
    void add(const Durations& other);
    void subtract(const Durations& earlier);
};

struct GatewayCounts {
    static constexpr const char* requests_name = "tollgate_requests_total";
    static constexpr const char* durations_name = "tollgate_request_duration_seconds";
    using ByStatus = std::map<int, std::uint64_t>;  // 0: "other", of which the gateway does not tell the status

    std::map<std::string, ByStatus> requests;       // by route, over all methods
    std::map<std::string, Durations> durations;     // by route
    Durations own;                                  // the gateway's own time
    std::map<std::string, Durations> upstreams;     // from an attempt to the first byte of its answer, by upstream
    double started = 0;                             // of its process, since the epoch
    std::uint64_t in_flight = 0;
    std::uint64_t limited = 0;                      // refused by plugin ratelimit
    std::uint64_t reloads = 0;

    // nullopt, and in `problem` why this is no page of a Tollgate.
    static std::optional<GatewayCounts> of(const MetricsText& text, std::string& problem);

    std::uint64_t all() const;
    // Whether these counts go on from `earlier` ones: the same process, and nothing that fell.
    bool continues(const GatewayCounts& earlier) const;
    // What came since `earlier`, which these continue.
    GatewayCounts since(const GatewayCounts& earlier) const;
};

}  // namespace tollgate::loadtest

// core/gateway/gateway_figures.h - what a gateway counts besides its requests: connections, reloads, calls of functions.
#pragma once

#include "plugins/metrics.h"

#include <memory>
#include <vector>

namespace tollgate {

struct LoopShare;
namespace http {
class Server;
}
namespace tracing {
class Exporter;
}

// Of reading the configuration. One thread at a time.
class ReloadFigures {
public:
    explicit ReloadFigures(plugins::Metrics& metrics);
    void loaded();    // at the start
    void reloaded();
    void refused();

private:
    Counter &ok_, &refused_;
    Gauge &last_ok_, &last_time_;
};

// Everything that loops and the accepting thread keep by themselves, read when it is asked for. `shares` and `server`
// outlive what is returned.
std::vector<plugins::Metrics::Watch> watch_loops(plugins::Metrics& metrics,
                                                 const std::vector<std::unique_ptr<LoopShare>>& shares,
                                                 const http::Server& server);

// What became of spans. `exporter` outlives what is returned.
std::vector<plugins::Metrics::Watch> watch_spans(plugins::Metrics& metrics, const tracing::Exporter& exporter);

}  // namespace tollgate

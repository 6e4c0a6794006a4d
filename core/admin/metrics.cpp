// core/admin/metrics.cpp - GET /metrics: every figure, for Prometheus.
#include "admin/handlers.h"
#include "plugins/metrics.h"

namespace tollgate::admin {

Answer show_metrics(const Call&, const Controls& controls) {
    return {200, "text/plain; version=0.0.4; charset=utf-8", controls.metrics.prometheus()};
}

}  // namespace tollgate::admin

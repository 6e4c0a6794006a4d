// core/admin/metrics.cpp - GET /metrics: every figure, for Prometheus.
#include "admin/handlers.h"
#include "admin/page_format.h"
#include "plugins/metrics.h"

#include <array>
#include <chrono>

namespace tollgate::admin {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t worth_packing = 1400;  // bytes: less goes in one packet anyhow
constexpr std::array<std::chrono::nanoseconds, 8> bounds{1ms, 2500us, 5ms, 10ms, 25ms, 50ms, 100ms, 1s};

}  // namespace

Answer show_metrics(const Call& call, const Controls& controls) {
    const auto began = std::chrono::steady_clock::now();
    const plugins::Exposition page{wanted_format(call.header("accept"))};
    Answer answer{200, std::string{page.content_type()}, controls.metrics.write(page)};
    if (answer.body.size() >= worth_packing && takes_gzip(call.header("accept-encoding"))) {
        answer.body = gzip(answer.body);
        answer.lines.emplace_back("Content-Encoding", "gzip");
    }
    controls.metrics
        .histogram("tollgate_scrape_duration_seconds",
                   "How long it took to write and pack the pages of figures before.", bounds, {})
        .observe(std::chrono::steady_clock::now() - began);
    return answer;
}

}  // namespace tollgate::admin

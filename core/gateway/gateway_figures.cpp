// core/gateway/gateway_figures.cpp - adding up what each loop keeps.
#include "gateway/gateway_figures.h"

#include "gateway/loop_share.h"
#include "http/server.h"
#include "tracing/exporter.h"

#include <chrono>
#include <functional>
#include <string>

namespace tollgate {

namespace {

using Kind = plugins::Metrics::Kind;
using Shares = std::vector<std::unique_ptr<LoopShare>>;

Counter& reloads(plugins::Metrics& metrics, const char* result) {
    return metrics.counter("tollgate_reloads_total", "Reloads of the configuration by what came of them.",
                           {{"result", result}});
}

// The sum over all loops of what `of` says of one.
std::function<double()> sum(const Shares& shares, std::function<double(const LoopShare&)> of) {
    return [&shares, of = std::move(of)] {
        double all = 0;
        for (const auto& share : shares) all += of(*share);
        return all;
    };
}

double read(const std::atomic<std::uint64_t>& figure) { return double(figure.load(std::memory_order_relaxed)); }

void watch_loop(std::vector<plugins::Metrics::Watch>& watched, plugins::Metrics& metrics, const LoopShare& share) {
    const auto watch = [&](Kind kind, const char* name, const char* help, std::function<double()> read) {
        watched.push_back(
            metrics.watch(kind, name, help, {{"loop", std::to_string(share.loop.number())}}, std::move(read)));
    };
    watch(Kind::gauge, "tollgate_loop_connections", "Open connections of clients by the loop that serves them.",
          [&share] { return double(share.lane.sessions()); });
    watch(Kind::counter, "tollgate_loop_requests_total", "Requests begun by the loop that serves them.",
          [&share] { return double(share.figures.begun()); });
}

}  // namespace

ReloadFigures::ReloadFigures(plugins::Metrics& metrics)
    : ok_{reloads(metrics, "ok")},
      refused_{reloads(metrics, "refused")},
      last_ok_{metrics.gauge("tollgate_config_last_reload_successful",
                             "1 if the file was in order when it was last read, else 0.", {})},
      last_time_{metrics.gauge("tollgate_config_last_load_success_timestamp_seconds",
                               "Since when the configuration in force is in force.", {})} {}

void ReloadFigures::loaded() {
    last_ok_.set(1);
    last_time_.set(double(std::chrono::system_clock::now().time_since_epoch() / std::chrono::seconds{1}));
}

void ReloadFigures::reloaded() {
    ok_.add();
    loaded();
}

void ReloadFigures::refused() {
    refused_.add();
    last_ok_.set(0);
}

std::vector<plugins::Metrics::Watch> watch_loops(plugins::Metrics& metrics, const Shares& shares,
                                                 const http::Server& server) {
    std::vector<plugins::Metrics::Watch> watched;
    const auto watch = [&](Kind kind, const char* name, const char* help, std::function<double()> read) {
        watched.push_back(metrics.watch(kind, name, help, {}, std::move(read)));
    };
    watch(Kind::gauge, "tollgate_connections", "Open connections of clients.",
          [&server] { return double(server.connections()); });
    watch(Kind::counter, "tollgate_connections_accepted_total", "Client connections accepted.",
          [&server] { return double(server.accepted()); });
    watch(Kind::gauge, "tollgate_tls_handshakes_in_progress", "TLS handshakes under way.",
          [&server] { return double(server.handshakes()); });
    const auto watch_handshakes = [&](const char* outcome, std::function<double()> read) {
        watched.push_back(metrics.watch(Kind::counter, "tollgate_tls_handshakes_total", "TLS handshakes by what came of them.",
                                        {{"outcome", outcome}}, std::move(read)));
    };
    const auto watch_outcome = [&](const char* outcome, std::atomic<std::uint64_t> http::HandshakeTally::*figure) {
        watch_handshakes(outcome, sum(shares, [figure](const LoopShare& share) {
                             return read(share.lane.handshakes().*figure);
                         }));
    };
    watch_outcome("full", &http::HandshakeTally::full);
    watch_outcome("resumed", &http::HandshakeTally::resumed);
    watch_outcome("failed", &http::HandshakeTally::failed);
    watch_outcome("timed_out", &http::HandshakeTally::timed_out);
    watch_handshakes("refused", [&server] { return double(server.handshakes_refused()); });
    const auto watch_proxies = [&](const char* outcome, std::function<double()> read) {
        watched.push_back(metrics.watch(Kind::counter, "tollgate_proxied_connections_total",
                                        "Connections to listeners with proxy_protocol by what was said on them.",
                                        {{"outcome", outcome}}, std::move(read)));
    };
    for (const auto& [outcome, figure] : {std::pair{"taken", &http::ProxyTally::taken},
                                          std::pair{"malformed", &http::ProxyTally::malformed},
                                          std::pair{"timed_out", &http::ProxyTally::timed_out}})
        watch_proxies(outcome, sum(shares, [figure](const LoopShare& share) { return read(share.lane.proxies().*figure); }));
    watch_proxies("untrusted", [&server] { return double(server.strangers()); });
    watch(Kind::gauge, "tollgate_requests_in_flight", "Requests under way.",
          sum(shares, [](const LoopShare& share) { return share.figures.in_flight(); }));
    watch(Kind::gauge, "tollgate_mirrored_requests_in_flight", "Copies of requests for mirrors under way.",
          sum(shares, [](const LoopShare& share) { return read(share.figures.copies); }));
    watch(Kind::counter, "tollgate_upgrades_total", "Connections that went over to another protocol.",
          sum(shares, [](const LoopShare& share) { return read(share.figures.upgrades.taken); }));
    watch(Kind::counter, "tollgate_upgrades_refused_total", "Offers of another protocol that an upstream did not take.",
          sum(shares, [](const LoopShare& share) { return read(share.figures.upgrades.refused); }));
    watch(Kind::gauge, "tollgate_upgraded_connections", "Connections that speak another protocol now.",
          sum(shares, [](const LoopShare& share) { return read(share.figures.upgrades.open); }));
    watch(Kind::counter, "tollgate_upstream_connections_opened_total", "Connections made to targets.",
          sum(shares, [](const LoopShare& share) { return read(share.pool.tally().opened); }));
    watch(Kind::counter, "tollgate_upstream_connections_failed_total", "Connections to targets that could not be made.",
          sum(shares, [](const LoopShare& share) { return read(share.pool.tally().failed); }));
    watch(Kind::counter, "tollgate_upstream_connections_reused_total", "Attempts on a kept-alive connection.",
          sum(shares, [](const LoopShare& share) { return read(share.pool.tally().reused); }));
    watch(Kind::counter, "tollgate_lua_calls_total", "Calls of functions of routes.lua.",
          sum(shares, [](const LoopShare& share) { return read(share.figures.script.calls); }));
    watch(Kind::counter, "tollgate_lua_failures_total", "Calls of functions of routes.lua that failed.",
          sum(shares, [](const LoopShare& share) { return read(share.figures.script.failures); }));
    watch(Kind::counter, "tollgate_lua_seconds_total", "Time taken by functions of routes.lua.",
          sum(shares, [](const LoopShare& share) { return read(share.figures.script.nanoseconds) / 1e9; }));
    for (const auto& share : shares) watch_loop(watched, metrics, *share);
    return watched;
}

std::vector<plugins::Metrics::Watch> watch_spans(plugins::Metrics& metrics, const tracing::Exporter& exporter) {
    using Tally = tracing::Exporter::Tally;
    std::vector<plugins::Metrics::Watch> watched;
    for (const auto& [result, figure] : {std::pair{"exported", &Tally::exported}, std::pair{"refused", &Tally::refused},
                                         std::pair{"dropped", &Tally::dropped}})
        watched.push_back(metrics.watch(Kind::counter, "tollgate_trace_spans_total", "Spans of traces by what became of them.",
                                        {{"result", result}},
                                        [&exporter, figure] { return double(exporter.tally().*figure); }));
    watched.push_back(metrics.watch(Kind::gauge, "tollgate_trace_spans_waiting", "Spans that are to be exported.", {},
                                    [&exporter] { return double(exporter.tally().waiting); }));
    return watched;
}

}  // namespace tollgate

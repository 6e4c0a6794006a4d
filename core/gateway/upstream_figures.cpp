// core/gateway/upstream_figures.cpp - naming the figures of upstreams and targets.
#include "gateway/upstream_figures.h"

#include "gateway/figures.h"

#include <map>
#include <string>
#include <utility>

namespace tollgate {

namespace {

using Kind = plugins::Metrics::Kind;
using Watches = std::vector<plugins::Metrics::Watch>;
using upstream::Upstream;
using upstream::UpstreamTarget;

// Figures that are looked up whenever somebody asks. What has the same labels, beyond as many as may have some, is
// added up.
class Watching {
public:
    Watching(plugins::Metrics& metrics, std::shared_ptr<const Snapshot> snapshot)
        : metrics_{metrics}, snapshot_{std::move(snapshot)} {}

    // Of those upstreams for which `which` holds.
    void upstreams(Kind kind, const char* name, const char* help, bool (*which)(const Upstream&),
                   double (*of)(const Upstream&), const char* reason = nullptr) {
        std::map<std::string, std::vector<const Upstream*>> by_name;
        for (const auto& one : snapshot_->upstreams)
            if (which(*one)) by_name[upstream_label(metrics_, one->name)].push_back(one.get());
        for (auto& [label, all] : by_name) {
            auto read = sum(std::move(all), of);
            watches_.push_back(
                reason ? metrics_.watch(kind, name, help, {{"upstream", label}, {"reason", reason}}, std::move(read))
                       : metrics_.watch(kind, name, help, {{"upstream", label}}, std::move(read)));
        }
    }
    // Of the targets of those upstreams.
    void targets(Kind kind, const char* name, const char* help, bool (*which)(const Upstream&),
                 double (*of)(const UpstreamTarget&)) {
        std::map<std::pair<std::string, std::string>, std::vector<const UpstreamTarget*>> by_names;
        for (const auto& one : snapshot_->upstreams)
            for (const auto& target : one->targets)
                if (which(*one))
                    by_names[{upstream_label(metrics_, one->name), target_label(metrics_, target->address())}]
                        .push_back(target.get());
        for (auto& [labels, all] : by_names)
            watches_.push_back(metrics_.watch(kind, name, help, {{"upstream", labels.first}, {"target", labels.second}},
                                              sum(std::move(all), of)));
    }
    Watches take() { return std::move(watches_); }

private:
    template <class Of>
    std::function<double()> sum(std::vector<const Of*> all, double (*of)(const Of&)) {
        return [snapshot = snapshot_, all = std::move(all), of] {
            double sum = 0;
            for (const auto* one : all) sum += of(*one);
            return sum;
        };
    }

    plugins::Metrics& metrics_;
    const std::shared_ptr<const Snapshot> snapshot_;
    Watches watches_;
};

bool any(const Upstream&) { return true; }
bool has_breaker(const Upstream& one) { return one.breaker && one.breaker->of_upstream; }
bool has_target_breakers(const Upstream& one) { return one.breaker && one.breaker->of_target; }
bool has_gate(const Upstream& one) { return one.concurrency > 0; }

void watch_breakers(Watching& watching) {
    constexpr auto state = "tollgate_upstream_breaker_state", target_state = "tollgate_upstream_target_breaker_state";
    constexpr auto opened = "tollgate_upstream_breaker_opened_total",
                   target_opened = "tollgate_upstream_target_breaker_opened_total";
    constexpr auto states = "0: closed, 1: half-open, 2: open.", times = "How often the breaker has opened.";
    watching.upstreams(Kind::gauge, state, states, has_breaker,
                       [](const Upstream& one) { return double(one.state->breaker.state()); });
    watching.upstreams(Kind::counter, opened, times, has_breaker,
                       [](const Upstream& one) { return double(one.state->breaker.opened()); });
    watching.targets(Kind::gauge, target_state, states, has_target_breakers,
                     [](const UpstreamTarget& one) { return double(one.state().breaker.state()); });
    watching.targets(Kind::counter, target_opened, times, has_target_breakers,
                     [](const UpstreamTarget& one) { return double(one.state().breaker.opened()); });
}

void watch_connections(Watching& watching) {
    watching.upstreams(Kind::gauge, "tollgate_upstream_connections_idle",
                       "Kept-alive connections to the upstream's targets that wait for use.", any, [](const Upstream& one) {
                           double idle = 0;
                           for (const auto& target : one.targets)
                               idle += target->state().idle.load(std::memory_order_relaxed);
                           return idle;
                       });
    watching.targets(Kind::gauge, "tollgate_upstream_target_requests_in_flight",
                     "Attempts under way, each on a connection of its own.", any,
                     [](const UpstreamTarget& one) { return double(one.in_flight()); });
}

void watch_gates(Watching& watching) {
    constexpr auto busy = "tollgate_upstream_busy_total", refused = "Requests refused because the upstream was busy.";
    watching.upstreams(Kind::gauge, "tollgate_upstream_requests_in_flight",
                       "Requests that hold one of the upstream's places.", has_gate,
                       [](const Upstream& one) { return double(one.state->gate.view().inside); });
    watching.upstreams(Kind::gauge, "tollgate_upstream_queue", "Requests that wait for a place.", has_gate,
                       [](const Upstream& one) { return double(one.state->gate.view().waiting); });
    watching.upstreams(Kind::counter, "tollgate_upstream_queued_total", "Requests that had to wait for a place.",
                       has_gate, [](const Upstream& one) { return double(one.state->gate.view().waited); });
    watching.upstreams(
        Kind::counter, busy, refused, has_gate, [](const Upstream& one) { return double(one.state->gate.view().full); },
        "full");
    watching.upstreams(
        Kind::counter, busy, refused, has_gate, [](const Upstream& one) { return double(one.state->gate.view().late); },
        "late");
}

upstream::RosterFigures figures_of(plugins::Metrics& metrics, const Upstream& upstream) {
    upstream::RosterFigures figures;
    const std::string name = upstream_label(metrics, upstream.name);
    if (upstream.eject)
        figures.ejections_spared =
            &metrics.counter("tollgate_upstream_ejections_spared_total",
                             "Ejections that would have left too few targets.", {{"upstream", name}});
    for (const auto& target : upstream.targets) {
        auto& its = figures.targets.emplace_back();
        const std::string address = target_label(metrics, target->address());
        const auto checks = [&](const char* result) {
            return &metrics.counter("tollgate_upstream_checks_total", "Checks of targets by what came of them.",
                                    {{"upstream", name}, {"target", address}, {"result", result}});
        };
        if (upstream.health) {
            its.checks_passed = checks("passed");
            its.checks_failed = checks("failed");
        }
        if (upstream.eject)
            its.ejections =
                &metrics.counter("tollgate_upstream_ejections_total", "Targets ejected because they failed requests.",
                                 {{"upstream", name}, {"target", address}});
    }
    return figures;
}

}  // namespace

Watches follow_upstreams(plugins::Metrics& metrics, const std::shared_ptr<const Snapshot>& snapshot) {
    for (const auto& upstream : snapshot->upstreams) {
        upstream->state->gate.limit_to(upstream->concurrency > 0 ? upstream->concurrency : std::size_t(-1));
        upstream->state->roster.follow(*upstream, figures_of(metrics, *upstream), net::Clock::now());
    }
    Watching watching{metrics, snapshot};
    watching.upstreams(Kind::gauge, "tollgate_upstream_panic",
                       "1 while so few targets are in that all are taken for being in.", any,
                       [](const Upstream& one) { return one.state->roster.panicking() ? 1.0 : 0.0; });
    watching.targets(Kind::gauge, "tollgate_upstream_target_available", "1 while requests may be sent to the target.",
                     any, [](const UpstreamTarget& one) { return one.available() ? 1.0 : 0.0; });
    watch_connections(watching);
    watch_breakers(watching);
    watch_gates(watching);
    return watching.take();
}

}  // namespace tollgate

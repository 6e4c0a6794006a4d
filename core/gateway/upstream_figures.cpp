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
// What has the same labels, beyond as many as may have some, is added up.
template <class Labels, class Of>
using ByLabels = std::map<Labels, std::vector<const Of*>>;

template <class Of>
std::function<double()> sum(const std::shared_ptr<const Snapshot>& snapshot, std::vector<const Of*> all,
                            double (*of)(const Of&)) {
    return [snapshot, all = std::move(all), of] {
        double sum = 0;
        for (const auto* one : all) sum += of(*one);
        return sum;
    };
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
    ByLabels<std::string, Upstream> upstreams;
    ByLabels<std::pair<std::string, std::string>, UpstreamTarget> targets;
    for (const auto& upstream : snapshot->upstreams) {
        upstream->state->roster.follow(*upstream, figures_of(metrics, *upstream), net::Clock::now());
        const std::string name = upstream_label(metrics, upstream->name);
        upstreams[name].push_back(upstream.get());
        for (const auto& target : upstream->targets)
            targets[{name, target_label(metrics, target->address())}].push_back(target.get());
    }
    Watches watches;
    for (auto& [name, all] : upstreams)
        watches.push_back(metrics.watch(
            Kind::gauge, "tollgate_upstream_panic", "1 while so few targets are in that all are taken for being in.",
            {{"upstream", name}}, sum<Upstream>(snapshot, std::move(all), [](const Upstream& one) {
                return one.state->roster.panicking() ? 1.0 : 0.0;
            })));
    for (auto& [labels, all] : targets)
        watches.push_back(metrics.watch(
            Kind::gauge, "tollgate_upstream_target_available", "1 while requests may be sent to the target.",
            {{"upstream", labels.first}, {"target", labels.second}},
            sum<UpstreamTarget>(snapshot, std::move(all),
                                [](const UpstreamTarget& one) { return one.available() ? 1.0 : 0.0; })));
    return watches;
}

}  // namespace tollgate

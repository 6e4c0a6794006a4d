// core/gateway/figures.cpp - counting requests and attempts.
#include "gateway/figures.h"

#include "support/text.h"

#include <algorithm>

namespace tollgate {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_routes = 1000, most_upstreams = 200, most_targets = 1000;
constexpr std::size_t most_answers = 64;  // pairs of method and status of one route

// Of requests and upstreams: what people wait for.
constexpr std::array<std::chrono::nanoseconds, 15> waiting{500us, 1ms,   2500us, 5ms, 10ms, 25ms, 50ms, 100ms,
                                                           250ms, 500ms, 1s,     2500ms, 5s, 10s,  30s};
// Of the gateway alone: what a loop takes when it is idle, and when it is not.
constexpr std::array<std::chrono::nanoseconds, 13> working{10us, 25us, 50us, 100us, 250us, 500us, 1ms,
                                                           2500us, 5ms, 10ms, 25ms, 100ms, 1s};

// Bytes of a body.
constexpr std::array<std::uint64_t, 9> sizes{0,       256,     1 << 10, 4 << 10, 16 << 10,
                                             64 << 10, 1 << 20, 16 << 20, 256 << 20};

constexpr std::array<std::string_view, 9> methods{"GET",    "POST",  "PUT",     "HEAD",   "DELETE",
                                                  "OPTIONS", "PATCH", "CONNECT", "TRACE"};
constexpr std::array<std::string_view, 9> outcomes{"answered", "not_connected", "connect_timeout", "reset",     "timeout",
                                                   "garbage",  "cut",           "abandoned",       "tls_failed"};
static_assert(outcomes.size() == std::size_t(Outcome::tls_failed) + 1);

constexpr std::array<std::string_view, 3> hedge_ends{"won", "lost", "refused"};

constexpr std::array<std::string_view, 13> copy_ends{"answered",  "not_connected", "connect_timeout", "reset",    "timeout",
                                                     "garbage",   "cut",           "abandoned",       "tls_failed",
                                                     "too_large", "too_many",      "incomplete",      "no_target"};
static_assert(std::size_t(CopyEnd::tls_failed) == std::size_t(Outcome::tls_failed));

// A client may call its method as it likes.
int number_of(std::string_view method) {
    for (std::size_t i = 0; i < methods.size(); ++i)
        if (method == methods[i]) return int(i);
    return int(methods.size());
}

// As a label: UTF-8, whatever routes.lua holds.
std::string label(plugins::Metrics& metrics, const char* set, std::size_t most, std::string_view name) {
    return metrics.bounded(set, most, text::printable(name));
}

}  // namespace

std::string upstream_label(plugins::Metrics& metrics, std::string_view name) {
    return label(metrics, "upstream", most_upstreams, name);
}
std::string target_label(plugins::Metrics& metrics, std::string_view address) {
    return label(metrics, "target", most_targets, address);
}

Figures::Figures(plugins::Metrics& metrics)
    : metrics_{metrics},
      own_{metrics.histogram("tollgate_gateway_duration_seconds",
                             "The gateway's own time: from a request's head to its call, and from the call's answer to "
                             "the first of it sent; plugins are part of it.",
                             working, {})},
      received_{metrics.histogram("tollgate_request_body_size_bytes", "Sizes of requests' bodies, as received.", sizes, {})},
      sent_{metrics.histogram("tollgate_response_body_size_bytes", "Sizes of answers' bodies, as sent.", sizes, {})} {}

// Requests -------------------------------------------------------------------------------------------------------

Figures::OfRoute::OfRoute(plugins::Metrics& metrics, std::string_view route)
    : metrics_{metrics},
      route_{route},
      duration_{metrics.histogram("tollgate_request_duration_seconds",
                                  "From a request's first byte to the end of its answer.", waiting,
                                  {{"route", route}})},
      received_{metrics.counter("tollgate_request_body_bytes_total", "Bytes of requests' bodies, as received.",
                                {{"route", route}})},
      sent_{metrics.counter("tollgate_response_body_bytes_total", "Bytes of answers' bodies, as sent.",
                            {{"route", route}})} {}

Counter& Figures::OfRoute::answers(std::string_view method, int status) {
    int number = number_of(method);
    for (const auto& known : answers_)
        if (known.status == status && known.method == number) return *known.counter;
    const bool other = answers_.size() >= most_answers;
    if (other && others_) return *others_;
    const std::string_view shown = other || number == int(methods.size()) ? "other" : methods[std::size_t(number)];
    auto& counter = metrics_.counter(
        "tollgate_requests_total", "Requests by route, method and the status of their answer; 499: the client left.",
        {{"route", route_}, {"method", shown}, {"status", other ? "other" : std::to_string(status)}});
    if (other) others_ = &counter;
    else answers_.push_back({number, status, &counter});
    return counter;
}

Figures::OfRoute& Figures::of_route(Table& table, const Snapshot& snapshot, const Route& route) {
    if (table.routes.empty()) table.routes.resize(snapshot.routes.size() + 1);
    const std::size_t index = &route == &snapshot.unmatched ? snapshot.routes.size() : std::size_t(&route - snapshot.routes.data());
    OfRoute*& known = table.routes[index];
    if (!known) {
        auto& kept = by_route_[label(metrics_, "route", most_routes, route.name)];
        if (!kept) kept = std::make_unique<OfRoute>(metrics_, label(metrics_, "route", most_routes, route.name));
        known = kept.get();
    }
    return *known;
}

void Figures::count_failure(std::string_view reason) {
    auto found = by_reason_.find(reason);
    if (found == by_reason_.end()) {
        const std::string_view name = by_reason_.size() < most_reasons ? reason : "other";
        Counter& counter = metrics_.counter("tollgate_failures_total",
                                            "Requests that the gateway answered by itself, or could not answer, by reason.",
                                            {{"reason", name}});
        found = by_reason_.try_emplace(std::string{name}, &counter).first;
    }
    found->second->add();
}

void Figures::count(Table& table, const Snapshot& snapshot, const Route& route, const Ended& ended) {
    OfRoute& figures = of_route(table, snapshot, route);
    figures.answers(ended.method, ended.status).add();
    figures.duration_.observe(ended.duration, ended.exemplar);
    if (ended.own) own_.observe(*ended.own, ended.exemplar);
    received_.observe(ended.received);
    sent_.observe(ended.sent);
    if (ended.received > 0) figures.received_.add(ended.received);
    if (ended.sent > 0) figures.sent_.add(ended.sent);
    if (!ended.reason.empty()) count_failure(ended.reason);
}

// Attempts -------------------------------------------------------------------------------------------------------

Figures::OfUpstream::OfUpstream(plugins::Metrics& metrics, const upstream::Upstream& upstream)
    : upstream_{upstream_label(metrics, upstream.name)},
      duration_{metrics.histogram("tollgate_upstream_duration_seconds",
                                  "From the beginning of an attempt to the first byte of its answer.", waiting,
                                  {{"upstream", upstream_}})},
      attempts_(upstream.targets.size()),
      tallies_(upstream.targets.size()) {}

Figures::OfUpstream& Figures::of_upstream(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream) {
    if (table.upstreams.empty()) table.upstreams.resize(snapshot.upstreams.size());
    auto& figures = table.upstreams[upstream.number];
    if (!figures) figures = std::make_unique<OfUpstream>(metrics_, upstream);
    return *figures;
}

void Figures::count(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream,
                    const Attempted& attempted) {
    OfUpstream& figures = of_upstream(table, snapshot, upstream);
    if (attempted.first_byte.count() > 0) figures.duration_.observe(attempted.first_byte, attempted.exemplar);
    TargetTally*& tally = figures.tallies_[attempted.target];
    if (!tally) tally = &tally_of(upstream.name, upstream.targets[attempted.target]->address());
    tally->count({attempted.outcome, attempted.status, attempted.first_byte}, attempted.ended);
    Counter*& counter = figures.attempts_[attempted.target][std::size_t(attempted.outcome)];
    if (!counter) {
        const auto& address = upstream.targets[attempted.target]->address();
        counter = &metrics_.counter("tollgate_upstream_attempts_total", "Attempts by upstream, target and how they ended.",
                                    {{"upstream", figures.upstream_},
                                     {"target", target_label(metrics_, address)},
                                     {"outcome", outcomes[std::size_t(attempted.outcome)]}});
    }
    counter->add();
}

// Targets of long ago are added up, where there have been more than a gateway has.
TargetTally& Figures::tally_of(const std::string& upstream, std::string_view address) {
    const std::lock_guard lock{tallies_mutex_};
    std::pair<std::string, std::string> name{upstream, address};
    if (tallies_.size() >= most_targets && !tallies_.contains(name)) name = {};
    auto& tally = tallies_[std::move(name)];
    if (!tally) tally = std::make_unique<TargetTally>();
    return *tally;
}

TargetTally::Reading Figures::target(const std::string& upstream, std::string_view address, net::TimePoint now) const {
    const std::lock_guard lock{tallies_mutex_};
    const auto found = tallies_.find({upstream, std::string{address}});
    return found == tallies_.end() ? TargetTally::Reading{} : found->second->read(now);
}

void Figures::count_retry(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream,
                          const std::string& reason) {
    OfUpstream& figures = of_upstream(table, snapshot, upstream);
    Counter*& counter = figures.retries_[reason];
    if (!counter)
        counter = &metrics_.counter("tollgate_upstream_retries_total",
                                    "Attempts begun after another one of the same request, by how that had ended.",
                                    {{"upstream", figures.upstream_}, {"reason", reason}});
    counter->add();
}

void Figures::count_refused_retry(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream) {
    OfUpstream& figures = of_upstream(table, snapshot, upstream);
    if (!figures.refused_retries_)
        figures.refused_retries_ = &metrics_.counter("tollgate_upstream_retries_refused_total",
                                                     "Retries that the upstream's budget did not allow.",
                                                     {{"upstream", figures.upstream_}});
    figures.refused_retries_->add();
}

void Figures::count_hedge(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream, HedgeEnd end) {
    OfUpstream& figures = of_upstream(table, snapshot, upstream);
    Counter*& counter = figures.hedges_[std::size_t(end)];
    if (!counter)
        counter = &metrics_.counter("tollgate_upstream_hedges_total",
                                    "Attempts beside one that was late, by whether their answer was taken.",
                                    {{"upstream", figures.upstream_}, {"result", hedge_ends[std::size_t(end)]}});
    counter->add();
}

// Copies for mirrors ---------------------------------------------------------------------------------------------

void Figures::count_copy(Table& table, const Snapshot& snapshot, const upstream::Upstream& upstream, CopyEnd end) {
    if (table.copies.empty()) table.copies.resize(snapshot.upstreams.size());
    Counter*& counter = table.copies[upstream.number][std::size_t(end)];
    if (!counter)
        counter = &metrics_.counter("tollgate_mirrored_requests_total",
                                    "Requests copied for a mirror, by its upstream and what became of the copy.",
                                    {{"upstream", upstream_label(metrics_, upstream.name)},
                                     {"outcome", copy_ends[std::size_t(end)]}});
    counter->add();
}

}  // namespace tollgate

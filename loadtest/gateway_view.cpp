// loadtest/gateway_view.cpp - reading metrics and routes, waiting until the gateway is quiet, telling what is wrong.
#include "loadtest/gateway_view.h"

#include "loadtest/metrics_text.h"
#include "loadtest/secrets.h"
#include "support/text.h"

#include <algorithm>
#include <thread>

namespace tollgate::loadtest {

namespace {

using Clock = std::chrono::steady_clock;

// Long enough for a loop that is off its CPU between ending a request and counting it.
constexpr std::chrono::milliseconds shortest_pause{50}, longest_pause{200};

Url metrics_url(const Options& options) {
    Url url = parse_url(options.metrics_url);
    if (url.path == "/") url.path = "/metrics";
    return url;
}

// Beside the metrics, so that a prefix that a proxy takes off is kept.
Url routes_url(Url url) {
    url.path.resize(std::min(url.path.find('?'), url.path.size()));
    url.path.replace(url.path.rfind('/') + 1, std::string::npos, "routes");
    return url;
}

std::string shown(const Url& url) {
    return (url.secure ? "https://" : "http://") + url.authority + without_secrets(url.path);
}

std::string refusal(int status, bool with_token) {
    if (status == 401)
        return with_token ? "answered 401: it wants another token"
                          : "answered 401: it wants a token (--metrics-token, or TOLLGATE_ADMIN_TOKEN)";
    std::string hint;
    if (status == 404) hint = "; is this the admin listener, and are its metrics there?";
    return "answered " + std::to_string(status) + ", expected 200" + hint;
}

// Who asked for none shall not be told that it failed.
void forget_reconciliation(GatewayView& view) {
    view.rows.clear();
    view.notes.clear();
    view.cause.clear();
    view.residual = 0;
    view.compared = view.reconciled = false;
}

}  // namespace

GatewayProbe::GatewayProbe(const Options& options, Nanoseconds patience)
    : options_{options}, access_{options.metrics_token, options.insecure, options.authorities}, patience_{patience},
      metrics_{metrics_url(options)}, routes_{routes_url(metrics_)} {}

GatewayCounts GatewayProbe::read() const {
    const Page page = fetch(metrics_, access_);
    if (page.status != 200) throw NoPage{refusal(page.status, !access_.token.empty())};
    std::string problem;
    const auto text = MetricsText::parse(page.body, problem);
    if (!text)
        throw NoPage{"expected Prometheus' text format, got " +
                     (page.content_type.empty() ? "something else" : text::quote(page.content_type)) + ": " + problem};
    auto counts = GatewayCounts::of(*text, problem);
    if (!counts) throw NoPage{problem};
    return *std::move(counts);
}

GatewayCounts GatewayProbe::read_when_quiet(std::uint64_t at_least, const char* when) {
    const auto deadline = Clock::now() + patience_;
    Nanoseconds pause = shortest_pause;
    GatewayCounts counts = read();
    for (;;) {
        std::this_thread::sleep_for(pause);  // it is another process, and tells nobody
        pause = std::min<Nanoseconds>(pause * 2, longest_pause);
        GatewayCounts next = read();
        const bool rose = next.requests != counts.requests;
        const bool quiet = !rose && counts.in_flight == 0 && next.in_flight == 0;
        counts = std::move(next);
        const bool anew = at_least > 0 && counts.started != counts_.started;  // what it lost will not come back
        if (quiet && (counts.all() >= at_least || anew)) return counts;
        if (Clock::now() < deadline) continue;
        if (!quiet)
            notes_.push_back("not quiet " + std::string{when} + ": " +
                             (rose ? "its counts still rose"
                                   : text::count(counts.in_flight, "request") + " under way"));
        return counts;
    }
}

std::optional<GatewayRoutes> GatewayProbe::read_routes(const char* when) {
    std::string problem;
    try {
        const Page page = fetch(routes_, access_);
        auto routes = page.status == 200 ? GatewayRoutes::parse(page.body, problem) : std::nullopt;
        if (routes) return routes;
        if (page.status != 200) problem = "answered " + std::to_string(page.status);
    } catch (const NoPage& error) {
        problem = error.what();
    }
    notes_.push_back("its routes could not be read " + std::string{when} + ", so all are one group: " + shown(routes_) +
                     ": " + problem);
    return std::nullopt;
}

void GatewayProbe::before() {
    try {
        counts_ = read_when_quiet(0, "before the run");
        routes_before_ = read_routes("before the run");
    } catch (const NoPage& error) {
        problem_ = error.what();
    }
}

std::string GatewayProbe::problem() const { return problem_.empty() ? "" : shown(metrics_) + ": " + problem_; }

// Of both tables: a reload may have come between them.
CandidatesByTarget GatewayProbe::candidates(const std::optional<GatewayRoutes>& after) const {
    if (!routes_before_ || !after) return {};
    CandidatesByTarget all;
    for (const Target& target : options_.targets) {
        auto names = routes_before_->candidates(target, options_.headers);
        for (auto& name : after->candidates(target, options_.headers))
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
        all.push_back(std::move(names));
    }
    return all;
}

GatewayView GatewayProbe::after(const Results& results) {
    GatewayView view;
    try {
        if (problem_.empty()) {
            const std::uint64_t answered = results.ledger.answered + results.warmup.ledger.answered;
            const GatewayCounts counts = read_when_quiet(counts_.all() + answered, "after the run");
            const auto routes = routes_before_ ? read_routes("after the run") : std::nullopt;
            view = reconcile(counts_, counts, candidates(routes), results);
            if (options_.reconcile == Reconcile::off) forget_reconciliation(view);
            view.notes.insert(view.notes.begin(), notes_.begin(), notes_.end());
        }
    } catch (const NoPage& error) {
        problem_ = std::string{"after the run: "} + error.what();
    }
    view.url = shown(metrics_);
    view.problem = problem_;
    return view;
}

}  // namespace tollgate::loadtest

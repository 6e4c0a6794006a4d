// core/gateway/passage_routing.cpp - the steps of the corridor that find a request's route and take it.
#include "config/script.h"
#include "gateway/forwarding.h"
#include "gateway/passage.h"
#include "gateway/trace.h"
#include "http/layout.h"
#include "snapshot/shaping.h"
#include "support/random.h"

#include <span>

namespace tollgate {

using http::Known;
using Layout = Headers::Layout;

const Route& Passage::route() {
    Request& request = exchange_.request;
    client_ip_ = client_address(exchange_.client(), request.headers(), snapshot_.trusted_proxies);
    request_id_ = tollgate::request_id(request.headers());
    if (Layout::find(request.headers(), Known::tollgate_trace)) listen_if_entitled();
    if (snapshot_.tracing) join_trace();
    if (exchange_.refusal) throw *exchange_.refusal;
    if (trace_) trace_->begin("gateway");
    if (!snapshot_.reserved_headers.empty()) snapshot_.reserved_headers.remove_from(request.headers());
    prepare_request(request, exchange_.client(), request_id_, snapshot_.trusted_proxies);
    // Not hop-by-hop for conditions and plugins, who may want to know, or to have it not offered.
    if (!exchange_.upgrade.empty()) Layout::of(request.headers()).append("Upgrade", exchange_.upgrade, Known::upgrade);
    if (trace_) {
        trace_->see(request, response_);
        trace_->begin("router");
    }
    if (snapshot_.has_cors && Cors::is_preflight(request)) return route_of_preflight();
    return route_for(request.method());
}

const Route& Passage::route_for(std::string_view method) {
    const auto matched = snapshot_.router.match(
        {method, exchange_.request.host(), exchange_.request.path()}, captures_,
        [this](std::uint32_t number, const routing::Captures& captures) { return takes(number, captures); });
    if (trace_) trace_routing(method, matched);
    return matched ? snapshot_.routes[*matched] : snapshot_.unmatched;
}

// Whether the conditions of a candidate hold; `when` is asked last.
bool Passage::takes(std::uint32_t number, const routing::Captures& captures) {
    const Route& candidate = snapshot_.routes[number];
    const routing::Facts facts{exchange_.request, client_ip_, candidate.parameter_names, captures};
    if (const auto* broken = candidate.conditions.broken(facts)) {
        if (trace_) trace_->lost(candidate, broken->why_not(facts));
        return false;
    }
    return candidate.when == 0 || when_holds(candidate, captures);
}

// What the function asks of its context is the candidate's; if it throws, the request stays without a route.
bool Passage::when_holds(const Route& candidate, const routing::Captures& captures) {
    struct Restore {
        Passage& passage;
        ~Restore() { passage.route_ = &passage.snapshot_.unmatched; }
    } restore{*this};
    route_ = &candidate;
    captures_ = captures;
    const RequestContext ctx{*this, 0};
    if (trace_) trace_->lost(candidate, "`when` fails");  // should the function not come back
    const bool holds = script()->test(candidate.when, ctx);
    if (trace_) trace_->lost(candidate, "`when` says no");  // for now, where it holds
    return holds;
}

void Passage::take(const Route& route) {
    route_ = &route;
    states_.resize(route.chain.size());
    if (captures_.count > 0) {
        // They view the path, and a plugin may change that.
        const auto path = exchange_.request.path();
        taken_path_ = path;
        for (auto& value : std::span{captures_.values}.first(captures_.count))
            if (!value.empty()) value = std::string_view{taken_path_}.substr(value.data() - path.data(), value.size());
    }
    if (route.shaping && route.shaping->cors) origin_ = exchange_.request.headers().get("Origin");
    if (!exchange_.has_body()) return;
    exchange_.limit_body(route.body_limit.value_or(snapshot_.limits.body));
    // Only a body without a length has trailers.
    if (!snapshot_.reserved_headers.empty() && !exchange_.body().length())
        request_body().refuse_trailers(snapshot_.reserved_headers);
}

// Whether a plugin is still to be asked. Once the route's own have let the request pass the branch is drawn, so that it
// may go by what they found out (`by = caller`), and the plugins of its upstream come next.
bool Passage::more_to_ask() {
    if (passed_ < chain().size()) return true;
    if (!route_->split || branch_) return false;
    draw_branch();
    return passed_ < chain().size();
}

void Passage::draw_branch() {
    const Split& split = *route_->split;
    std::string scratch;
    std::string_view key;
    if (split.by) key = split.by.of(RequestContext{*this, 0}, scratch);
    const bool drawn = key.empty();
    branch_ = &split.branches[drawn ? split.shares.drawn(random_point()) : split.shares.of_key(key)];
    states_.resize(branch_->chain.size());
    if (trace_) trace_branch(drawn);
}

// Whether conditions on the host, where a route has some, hold.
bool Passage::takes_host(std::uint32_t number) const {
    const Route& route = snapshot_.routes[number];
    return route.conditions.allow_host({exchange_.request, client_ip_, route.parameter_names, {}});
}

// Methods of the routes for this host and path, as a list in words.
std::string Passage::allowed_methods() const {
    const Request& request = exchange_.request;
    return snapshot_.router.allowed_methods(request.host(), request.path(),
                                            [this](std::uint32_t number) { return takes_host(number); });
}

// 405 only where another method would find a route of this host; a condition that did not hold is no matter of methods.
Failure Passage::no_route() const {
    const Request& request = exchange_.request;
    routing::Captures scratch;
    const auto allowed = route_ == &snapshot_.unmatched ? allowed_methods() : std::string{};
    const auto any_other = [this](std::uint32_t number, const routing::Captures&) { return takes_host(number); };
    if (allowed.empty() ||
        snapshot_.router.match({request.method(), request.host(), request.path()}, scratch, any_other))
        return {Culprit::client, 404, "no_route", "no route matches this request"};
    Failure failure{Culprit::client, 405, "method_not_allowed", "this path does not take this method"};
    failure.headers.add("Allow", allowed);
    return failure;
}

}  // namespace tollgate

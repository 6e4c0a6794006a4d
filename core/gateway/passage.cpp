// core/gateway/passage.cpp - the steps of the corridor.
#include "gateway/passage.h"

#include "config/script.h"
#include "gateway/forwarding.h"
#include "gateway/loop_share.h"
#include "gateway/shaping.h"
#include "gateway/trace.h"
#include "http/hop_by_hop.h"
#include "http/layout.h"
#include "support/log.h"

#include <span>

namespace tollgate {

using http::Known;
using Layout = Headers::Layout;

namespace {

Failure failure_of(const Refusal& refusal) {
    if (refusal.status() < 200 || refusal.status() > 599)
        return {Culprit::gateway, 500, "plugin_failed", "the gateway could not serve this request",
                "a plugin refused with the status " + std::to_string(refusal.status()) + ": expected 200 to 599"};
    Failure failure{refusal.status() < 500 ? Culprit::client : Culprit::gateway, refusal.status(), refusal.reason(),
                    refusal.message()};
    failure.headers = refusal.headers();
    return failure;
}

// Called while a door's exception is being handled: makes it this request's Failure.
[[noreturn]] void rethrow_from_door(const PluginUse& use, const char* door) {
    const auto broken = [&](const std::string& what) {
        return Failure{Culprit::gateway, 500, "plugin_failed", "the gateway could not serve this request",
                       std::string(use.descriptor->name) + " (" + use.where + "): " + door + ": " + what};
    };
    try {
        throw;
    } catch (const Failure&) {
        throw;
    } catch (const Refusal& refusal) {
        throw failure_of(refusal);
    } catch (const std::exception& problem) {
        throw broken(problem.what());
    } catch (...) {
        throw broken("threw something that is no std::exception");
    }
}

}  // namespace

Passage::Passage(LoopShare& share, SnapshotLease& lease, http::Exchange& exchange, Trace* trace)
    : share_{share}, lease_{lease}, snapshot_{*lease.snapshot}, exchange_{exchange}, route_{&snapshot_.unmatched},
      entered_{now()}, trace_{trace} {
    ++lease_.holders;
    share_.figures.request_began();
    states_.resize(route_->chain.size());
}

Passage::~Passage() {
    abandon_attempt();
    give_back_request();
    // Before the log, so that taps have had their last word.
    request_body_.reset();
    if (response_) {
        response_.set_body({});
        response_.layout().taps.end(BodyEnd::cut);
    }
    count();
    const bool logs = !trace_ || !trace_->rehearsed();
    for (std::uint32_t use = 0; logs && use < route_->chain.size(); ++use) {
        const PluginUse& plugin = *route_->chain[use];
        try {
            const LogContext ctx{*this, use};
            plugin.plugin->on_log(ctx);
        } catch (const std::exception& problem) {
            log::error(plugin.descriptor->name, std::string("on_log: ") + problem.what());
        } catch (...) {
            log::error(plugin.descriptor->name, "on_log: threw something that is no std::exception");
        }
    }
    for (auto& state : states_)
        if (state.memory) state.destroy(state.memory);
    share_.give_back(lease_);
}

// Without what was waited for from outside: the upstream between the call and its answer, the client after the first of
// the answer was written. Waiting that plugins do is part of it.
std::optional<net::Duration> Passage::own_time() const noexcept {
    if (answering_ == net::TimePoint{}) return std::nullopt;
    const net::Duration whole = answering_ - entered_;
    if (!attempt_) return whole;
    const auto& call = attempt_->call;
    const bool answered = call.time_to_first_byte.count() > 0;
    return whole - (answered ? call.time_to_first_byte : attempt_->ended.value_or(call.began) - call.began);
}

void Passage::count() noexcept {
    share_.figures.request_ended();
    if (over_ == net::TimePoint{}) over_ = net::Clock::now();
    const LogContext facts{*this, 0};
    // What follows a 101 is no request: it would have its hours among the milliseconds.
    const bool upgraded = facts.status() == 101 && answering_ != net::TimePoint{};
    const net::Duration to_answer = upgraded ? answering_ - exchange_.began : facts.duration();
    const std::string_view method = exchange_.head_only ? std::string_view{"HEAD"} : exchange_.request.method();
    try {
        share_.figures.count(lease_.figures, snapshot_, *route_,
                             {method, facts.status(), facts.reason(), to_answer, own_time(),
                              facts.bytes_received(), facts.bytes_sent()});
    } catch (const std::exception& problem) {
        log::error("gateway", std::string("a request could not be counted: ") + problem.what());
    }
}

net::TimePoint Passage::now() const noexcept { return share_.loop.now(); }

config::Script* Passage::script() const noexcept {
    return snapshot_.scripts.empty() ? nullptr : snapshot_.scripts[share_.loop.number()].get();
}

std::string_view Passage::captured(std::string_view name) const noexcept {
    const auto& names = route_->parameter_names;
    for (std::size_t i = 0; i < names.size() && i < captures_.count; ++i)
        if (names[i] == name) return captures_.values[i];
    return {};
}

// Routing --------------------------------------------------------------------------------------------------------

const Route& Passage::route() {
    Request& request = exchange_.request;
    client_ip_ = client_address(exchange_.client(), request.headers(), snapshot_.trusted_proxies);
    request_id_ = tollgate::request_id(request.headers());
    if (Layout::find(request.headers(), Known::tollgate_trace)) listen_if_entitled();
    if (exchange_.refusal) throw *exchange_.refusal;
    if (trace_) trace_->begin("gateway");
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
    if (exchange_.has_body()) exchange_.limit_body(route.body_limit.value_or(snapshot_.limits.body));
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

// The doors ------------------------------------------------------------------------------------------------------

Task<bool> Passage::answered_by_plugin() {
    if (preflight_) {
        answer_preflight();
        co_return true;
    }
    for (passed_ = 0; passed_ < route_->chain.size();) {
        const PluginUse& use = *route_->chain[passed_];
        RequestContext ctx{*this, passed_++};
        if (trace_) trace_->begin(use, "on_request");
        Verdict verdict;
        try {
            verdict = use.plugin->on_request(ctx);
            while (verdict.pending()) {
                auto later = verdict.take_later();
                verdict = co_await later;
            }
        } catch (...) {
            rethrow_from_door(use, "on_request");
        }
        if (verdict.refuses()) {
            if (trace_) trace_->see(exchange_.request, response_);
            blame(failure_of(verdict.take_refusal()));
            co_return true;
        }
        if (verdict.answers()) {
            response_ = verdict.take_answer();
            if (trace_) trace_answer();
            co_return true;
        }
        if (trace_) trace_->see(exchange_.request, response_);
    }
    if (route_->answer) {
        response_ = Response{route_->answer->status, route_->answer->headers, route_->answer->body};
        if (trace_) {
            trace_->begin("answer", route_->where);
            trace_answer();
        }
        co_return true;
    }
    if (route_->shaping && route_->shaping->redirect) {
        if (trace_) trace_->begin("redirect", route_->where);
        response_ = redirect_of(*route_->shaping->redirect);
        if (trace_) trace_answer();
        co_return true;
    }
    if (!route_->upstream) {
        if (trace_) trace_->begin("router");
        blame(no_route());
    }
    co_return blamed_;
}

void Passage::choose_target() {
    const auto& targets = route_->upstream->targets;
    if (chosen_ && targets[*chosen_]->begin_attempt()) return;
    chosen_.reset();
    for (std::size_t i = 0; i < targets.size() && !chosen_; ++i)
        if (targets[i]->available() && targets[i]->begin_attempt()) chosen_ = i;
    if (!chosen_)
        throw Failure{Culprit::upstream, 503, "no_target_available", "the upstream is not available",
                      route_->upstream->name + ": no target is available"};
}

Task<void> Passage::fetch_from_upstream() {
    const auto& upstream = *route_->upstream;
    chosen_.reset();
    if (attempt_) tried_.push_back(attempt_->target);
    for (std::uint32_t index = 0; index < route_->chain.size(); ++index) {
        const PluginUse& use = *route_->chain[index];
        UpstreamContext ctx{*this, index};
        if (trace_) trace_->begin(use, "on_upstream");
        Verdict verdict;
        try {
            verdict = use.plugin->on_upstream(ctx);
            while (verdict.pending()) {
                auto later = verdict.take_later();
                verdict = co_await later;
            }
        } catch (...) {
            rethrow_from_door(use, "on_upstream");
        }
        if (verdict.refuses()) {
            if (trace_) trace_->see(exchange_.request, response_);
            blame(failure_of(verdict.take_refusal()));
            co_return;
        }
        if (verdict.answers()) {
            response_ = verdict.take_answer();
            if (trace_) trace_answer();
            co_return;
        }
        if (trace_) trace_->see(exchange_.request, response_);
    }
    if (trace_) trace_->begin("upstream", upstream.where);
    choose_target();
    BodySource* body = request_body_ ? request_body_.get() : exchange_.has_body() ? &exchange_.body() : nullptr;
    attempt_.emplace(Attempt{upstream::Call{upstream, *upstream.targets[*chosen_], exchange_.request, body, this}, *chosen_});
    if (!exchange_.upgrade.empty()) offer_upgrade();
    attempt_->call.own_host = route_->shaping && route_->shaping->sets_host;
    ++attempts_;
    try {
        response_ = co_await share_.call(share_.pool, attempt_->call);
    } catch (...) {
        if (trace_) trace_attempt();
        end_attempt(attempt_->call.outcome);
        throw;
    }
    if (trace_) trace_attempt();
    if (!upgrade_.empty() && !attempt_->call.upgraded) Figures::Upgrades::add(share_.figures.upgrades.refused);
}

Task<void> Passage::on_interim(int status, const Headers& headers) {
    co_await exchange_.send_interim(status, headers);
}

// Whatever had been heard from the upstream: the rest of it will not be.
void Passage::abandon_attempt() {
    if (!attempt_ || attempt_->ended) return;
    const Outcome outcome = attempt_->call.outcome;
    end_attempt(outcome == Outcome::answered ? Outcome::abandoned : outcome);
}

void Passage::end_attempt(Outcome outcome) {
    attempt_->ended = now();
    attempt_->call.outcome = outcome;
    const auto& call = attempt_->call;
    call.target.end_attempt({outcome, call.status, call.time_to_first_byte});
    share_.figures.count(lease_.figures, snapshot_, attempt_->call.upstream,
                         {attempt_->target, outcome, attempt_->call.time_to_first_byte});
    for (std::uint32_t index = 0; index < route_->chain.size(); ++index) {
        const PluginUse& use = *route_->chain[index];
        try {
            const AttemptContext ctx{*this, index};
            use.plugin->on_attempt(ctx);
        } catch (const std::exception& problem) {
            log::error(use.descriptor->name, std::string("on_attempt: ") + problem.what());
        } catch (...) {
            log::error(use.descriptor->name, "on_attempt: threw something that is no std::exception");
        }
    }
}

Task<void> Passage::shape_response() {
    give_back_request();
    for (std::uint32_t index = blamed_ ? 0 : passed_; index-- > 0;) {
        const PluginUse& use = *route_->chain[index];
        ResponseContext ctx{*this, index};
        if (trace_) trace_->begin(use, "on_response");
        Verdict verdict;
        try {
            verdict = use.plugin->on_response(ctx);
            while (verdict.pending()) {
                auto later = verdict.take_later();
                verdict = co_await later;
            }
        } catch (...) {
            rethrow_from_door(use, "on_response");
        }
        if (verdict.refuses()) {
            if (trace_) trace_->see(exchange_.request, response_);
            blame(failure_of(verdict.take_refusal()));
            co_return;
        }
        if (verdict.answers()) response_ = verdict.take_answer();
        if (trace_) trace_->see(exchange_.request, response_);
    }
    if (!blamed_) co_await change_response();
}

// Bodies ---------------------------------------------------------------------------------------------------------

BodyRelay& Passage::request_body() {
    if (!request_body_) request_body_ = std::make_unique<BodyRelay>(exchange_.body());
    return *request_body_;
}

// The relay is the response's body from then on: a plugin that replaces the response replaces it too.
BodyRelay& Passage::response_body() {
    if (auto* relay = dynamic_cast<BodyRelay*>(response_.body().source())) return *relay;
    auto relay = std::make_unique<BodyRelay>(response_.body().take_source());
    BodyRelay& made = *relay;
    response_.set_body(std::unique_ptr<BodySource>{std::move(relay)});
    return made;
}

// Answering ------------------------------------------------------------------------------------------------------

// What every answer carries, whoever made it.
void Passage::finish_answer(Response& response) {
    Headers& headers = response.headers();
    auto& layout = Layout::of(headers);
    const auto& source = response.layout().source;
    if (source.upstream) {
        std::string passed_by;
        for (const auto& line : layout.lines)
            if (line.known == Known::via) passed_by.append(layout.value(line)).append(", ");
        Layout::remove(headers, Known::via);
        layout.append("Via", passed_by.append(via(source.version_minor)), Known::via);
    }
    Layout::remove(headers, Known::x_request_id);
    layout.append("X-Request-Id", request_id_, Known::x_request_id);
    if (const Layout* added = answer_headers_.layout()) layout.replace_by(*added);
    if (route_->shaping) shape_answer_headers(response);
    if (trace_) trace_end(response);
}

Task<void> Passage::send() {
    if (blamed_) co_return;
    finish_answer(response_);
    if (response_.status() == 101) co_return co_await go_over();
    Body& body = response_.body();
    BodySource* source = body.source();
    auto length = source ? source->length() : body.length();
    const auto& from = response_.layout().source;
    // What the answer stands for has a length that an upstream may know; of our own 304 nobody does.
    if ((from.upstream && exchange_.head_only) || response_.status() == 304) length = from.declared_length;
    exchange_.begin(response_, length, exchange_.head_only);
    if (!source) {
        auto& taps = response_.layout().taps;
        if (!taps.empty() && !body.bytes().empty()) taps.pass(body.bytes());
        if (attempt_ && !attempt_->ended) end_attempt(attempt_->call.outcome);
        co_await exchange_.send(exchange_.head_only ? std::string_view{} : body.bytes(), true);
        answering_ = over_ = net::Clock::now();
        taps.end(BodyEnd::complete);
        co_return;
    }
    bool last = false;
    while (!last) {
        std::string_view piece;
        if (!source->try_read(piece)) {
            if (exchange_.body_sent() == 0) {
                co_await exchange_.send({}, false);  // the head need not wait
                note_answering();
            }
            try {
                piece = co_await source->read();
            } catch (...) {
                if (attempt_ && !attempt_->ended) end_attempt(attempt_->call.outcome);
                throw;
            }
        }
        last = piece.empty();
        if (last && attempt_ && !attempt_->ended) end_attempt(Outcome::answered);
        co_await exchange_.send(piece, last, last ? source->trailers() : nullptr);
        note_answering();
    }
}

void Passage::blame(Failure failure) {
    if (trace_) trace_->fail(failure);
    blamed_ = true;
    failure_ = std::move(failure);
}

Task<void> Passage::settle() {
    if (!blamed_) co_return;
    abandon_attempt();
    give_back_request();
    if (failure_->culprit != Culprit::client && !failure_->detail.empty() && (!trace_ || !trace_->rehearsed()))
        log::warning("gateway", request_id_ + ": " + failure_->detail);
    if (exchange_.begun() || failure_->client_left) {
        exchange_.cut();
        co_return;
    }
    response_ = answer_to_failure();
    if (trace_) {
        trace_->forget_answer();
        trace_->see(exchange_.request, response_);
    }
    if (failure_->close) exchange_.close_after();
    blamed_ = false;  // the answer to the failure is sent like any other
    try {
        co_await send();
    } catch (const Failure&) {
        exchange_.cut();  // the client left while it was told; the first failure is what the log says
    }
}

namespace config {
Script* script_of(const Context& ctx) noexcept { return ctx.passage().script(); }
}  // namespace config

}  // namespace tollgate

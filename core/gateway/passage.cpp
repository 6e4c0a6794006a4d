// core/gateway/passage.cpp - the steps of the corridor.
#include "gateway/passage.h"

#include "config/script.h"
#include "gateway/doors.h"
#include "gateway/forwarding.h"
#include "gateway/loop_share.h"
#include "gateway/replay.h"
#include "gateway/request_spans.h"
#include "gateway/trace.h"
#include "http/layout.h"
#include "snapshot/shaping.h"
#include "support/log.h"

namespace tollgate {

using http::Known;
using Layout = Headers::Layout;

namespace {

history::CallerName name_of(const Caller* caller) {
    if (!caller) return {};
    return {caller->id(), caller->owner(), caller->tier()};
}

}  // namespace

Passage::Passage(LoopShare& share, SnapshotLease& lease, http::Exchange& exchange, Trace* trace)
    : share_{share}, lease_{lease}, snapshot_{*lease.snapshot}, exchange_{exchange}, route_{&snapshot_.unmatched},
      entered_{now()}, trace_{trace} {
    ++lease_.holders;
    share_.figures.request_began();
    states_.resize(chain().size());
}

Passage::~Passage() {
    if (news_) news_->asker = nullptr;
    abandon_attempt();
    give_back_request();
    if (!concealed_.empty()) hide_secrets();
    // Before the log, so that taps have had their last word.
    request_body_.reset();
    if (response_) {
        response_.set_body({});
        response_.layout().taps.end(BodyEnd::cut);
    }
    const bool real = !told_ && (!trace_ || !trace_->rehearsed());
    if (!told_) share_.figures.request_ended();
    if (real) count();
    if (real && spans_) end_trace();
    for (std::uint32_t use = 0; real && use < chain().size(); ++use) {
        const PluginUse& plugin = *chain()[use];
        try {
            const LogContext ctx{*this, use};
            const DoorSpan span{spans_, plugin, "on_log"};
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
    return answering_ - entered_ - waited_;
}

void Passage::count() noexcept {
    if (over_ == net::TimePoint{}) over_ = net::Clock::now();
    const LogContext facts{*this, 0};
    // What follows a 101 is no request: it would have its hours among the milliseconds.
    const bool upgraded = facts.status() == 101 && answering_ != net::TimePoint{};
    const net::Duration to_answer = upgraded ? answering_ - exchange_.began : facts.duration();
    const std::string_view method = exchange_.head_only ? std::string_view{"HEAD"} : exchange_.request.method();
    const history::Outlet::Ended ended{facts.status(), to_answer, own_time(), facts.bytes_received(), facts.bytes_sent()};
    const auto exemplar = this->exemplar();
    try {
        share_.figures.count(lease_.figures, snapshot_, *route_,
                             {method, ended.status, facts.reason(), to_answer, ended.own, ended.received, ended.sent,
                              exemplar ? &*exemplar : nullptr});
        if (share_.outlet.count(ended, now())) tell_feed(facts);
        share_.usage.count({route_->name, exchange_.request.path(), client_ip_, name_of(caller_.get()), ended.status,
                            to_answer},
                           over_);
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

// The doors ------------------------------------------------------------------------------------------------------

Task<bool> Passage::answered_by_plugin() {
    if (preflight_) {
        answer_preflight();
        co_return true;
    }
    while (more_to_ask()) {
        const PluginUse& use = *chain()[passed_];
        RequestContext ctx{*this, passed_++};
        if (trace_) trace_->begin(use, "on_request");
        const DoorSpan span{spans_, use, "on_request"};
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
    const bool changes = route_->shaping && !route_->shaping->request_functions.empty();
    if (changes && (route_->registration || upstream()) && co_await answered_by_function()) co_return true;
    if (route_->registration) {
        co_await answer_registration();
        co_return true;
    }
    if (!upstream()) {
        if (trace_) trace_->begin("router");
        blame(no_route());
    }
    co_return blamed_;
}

Task<void> Passage::shape_response() {
    if (!attempt_ || (attempt_->ended && !response_.layout().source.upstream)) place_.give_up();
    give_back_request();
    for (std::uint32_t index = blamed_ ? first_ : passed_; index-- > first_;) {
        const PluginUse& use = *chain()[index];
        ResponseContext ctx{*this, index};
        if (trace_) trace_->begin(use, "on_response");
        const DoorSpan span{spans_, use, "on_response"};
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
    if (!blamed_ && !told_) co_await change_response();
}

// Answering ------------------------------------------------------------------------------------------------------

// Lines that plugins said belong on every answer.
void Passage::say_answer_headers(Response& response) {
    if (const Layout* added = answer_headers_.layout()) Layout::of(response.headers()).replace_by(*added);
}

// What every answer carries, whoever made it.
void Passage::finish_answer(Response& response) {
    Headers& headers = response.headers();
    auto& layout = Layout::of(headers);
    const auto& source = response.layout().source;
    if (source.upstream && !source.via_said) say_via(headers, source.version_minor);
    Layout::remove(headers, Known::x_request_id);
    layout.append("X-Request-Id", request_id_, Known::x_request_id);
    if (!std::exchange(answer_headers_said_, false)) say_answer_headers(response);
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
        finish_attempt();
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
                finish_attempt();
                throw;
            }
        }
        last = piece.empty();
        if (last) finish_attempt();
        co_await exchange_.send(piece, last, last ? source->trailers() : nullptr);
        note_answering();
    }
}

void Passage::blame(Failure failure) {
    if (trace_) trace_->fail(failure);
    blamed_ = true;
    failure_ = std::move(failure);
}

void Passage::tell_log(Failure& failure) const {
    const bool ours = failure.culprit != Culprit::client && !failure.detail.empty();
    if (std::exchange(failure.known, true) || !ours || (trace_ && trace_->rehearsed())) return;
    log::warning("gateway", request_id_ + ": " + failure.detail);
}

Task<void> Passage::settle() {
    if (!blamed_) co_return;
    abandon_attempt();
    give_back_request();
    tell_log(*failure_);
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

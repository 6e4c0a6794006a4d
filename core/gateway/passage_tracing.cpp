// core/gateway/passage_tracing.cpp - a request's place in a trace (W3C Trace Context): whose it goes on with, what it says,
// and the spans that are recorded of it.
#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "gateway/request_spans.h"
#include "gateway/trace.h"
#include "http/hop_by_hop.h"
#include "http/layout.h"

namespace tollgate {

using http::Known;
using Layout = Headers::Layout;

// Plugins and the upstream see a step of the gateway's own, whose parent is what the client said. What `tracestate` says
// is of a trace that goes on (section 3.3), and of no other. What the client's Connection names goes first: it may name
// its own line, and not the gateway's (RFC 9110 section 7.6.1).
void Passage::join_trace() {
    const Tracing& tracing = *snapshot_.tracing;
    Headers& headers = exchange_.request.headers();
    http::strip_hop_by_hop(headers);
    const auto given = http::Traceparent::of(headers);
    step_ = tracing.sampler.step(given, exchange_.client().believed(snapshot_.trusted_proxies));
    Layout& layout = Layout::of(headers);
    if (layout.may_have(Known::tracestate)) {
        const auto state = given ? http::combined_tracestate(headers) : std::nullopt;
        Layout::remove(headers, Known::tracestate);
        if (state) layout.append("tracestate", *state, Known::tracestate);
    }
    Layout::remove(headers, Known::traceparent);
    layout.append("traceparent", step_.text(), Known::traceparent);
    if (step_.sampled() && tracing.destination && share_.spans && !(trace_ && trace_->rehearsed()))
        spans_ = std::make_unique<RequestSpans>(*share_.spans, tracing.noticeable, exchange_, given, step_);
}

// What was put in the line's place, or took it away, has the last word: the attempt does not say what it is then.
void Passage::join_trace(Attempt& attempt, std::string_view what) {
    attempt.step = step_.next();
    if (Layout::get(exchange_.request.headers(), Known::traceparent) == step_.text())
        attempt.call.traceparent = attempt.step.text();
    if (spans_) attempt.span = spans_->begin_attempt(attempt.call, attempt.step, attempt.number, what);
}

// A request whose answer is the client's own fault, or that the client left, has not failed here.
void Passage::end_trace() noexcept {
    const LogContext facts{*this, 0};
    const bool cut = failure_ && failure_->culprit != Culprit::client && !facts.complete();
    const Route* const route = route_ == &snapshot_.unmatched ? nullptr : route_;
    spans_->tell_of_request(exchange_, facts, route, facts.status() >= 500 || cut, over_);
}

std::string_view Passage::trace_id() const noexcept {
    if (step_) return step_.trace_id();
    const Headers& headers = exchange_.request.headers();
    if (!http::Traceparent::of(headers)) return {};
    constexpr std::size_t at = 3, size = 32;
    return Layout::get(headers, Known::traceparent).substr(at, size);
}

std::optional<plugins::Exemplar> Passage::exemplar() const noexcept {
    if (!step_ || !step_.sampled()) return std::nullopt;
    return plugins::Exemplar{step_.trace_id(), share_.loop.wall_clock()};
}

bool Passage::sampled() const noexcept {
    return step_ ? step_.sampled() : http::Traceparent::of(exchange_.request.headers()).sampled();
}

}  // namespace tollgate

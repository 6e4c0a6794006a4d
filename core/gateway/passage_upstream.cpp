// core/gateway/passage_upstream.cpp - the step of the corridor that asks an upstream: a choice, an attempt, its end.
#include "gateway/doors.h"
#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "gateway/request_spans.h"
#include "gateway/trace.h"
#include "snapshot/shaping.h"
#include "support/log.h"
#include "support/text.h"

#include <algorithm>

namespace tollgate {

using namespace std::chrono_literals;

namespace {

// Not asked, and for how long, in whole seconds. No line of the log for each request: why has been told.
Failure unavailable(const upstream::Upstream& upstream, const char* reason, const char* why,
                    net::Duration for_how_long) {
    Failure failure{Culprit::upstream, 503, reason, "the upstream is not available", upstream.name + ": " + why};
    failure.known = true;
    if (for_how_long > net::Duration::zero())
        failure.headers.add("Retry-After",
                            std::to_string(std::chrono::ceil<std::chrono::seconds>(for_how_long).count()));
    return failure;
}

}  // namespace

Failure Passage::none_available() const {
    const auto& upstream = *this->upstream();
    if (const auto wait = upstream::breakers::refuses_for(upstream); wait > net::Duration::zero())
        return unavailable(upstream, "breaker_open", "its breaker is open", wait);
    return unavailable(upstream, "no_target_available", "no target is available",
                       upstream::breakers::targets_refuse_for(upstream));
}

// Waits for a place where the upstream has only so many. False: there was none, and that is the request's failure.
Task<bool> Passage::enter_upstream() {
    const auto& upstream = *this->upstream();
    auto& state = *upstream.state;
    const auto since = now();
    const upstream::Gate::Limits limits{upstream.concurrency, upstream.queue,
                                        std::min<net::Duration>(upstream.queue_time, deadline_ - since)};
    const auto result = co_await upstream::Gate::Entering{state.gate, share_.loop, limits, place_};
    const net::Duration queued = now() - since;
    waited_ += queued;
    const bool entered = result == upstream::Gate::Result::entered;
    if (trace_ && (!entered || queued.count() > 0)) {
        trace_->begin("upstream", upstream.where);
        trace_->say("waited " + text::duration(queued) + " for one of " + text::count(upstream.concurrency, "place"));
    }
    if (entered) co_return true;
    const bool full = result == upstream::Gate::Result::full;
    Failure refusal = late()
                          ? upstream::deadline_exceeded(upstream.name + ": no request ended before the deadline")
                          : unavailable(upstream, "upstream_busy",
                                        full ? "as many requests as may are under way and waiting"
                                             : "no request ended within queue_time",
                                        std::max<net::Duration>(upstream.queue_time, 1s));
    refusal.known = true;  // told of below
    blame(std::move(refusal));
    constexpr auto pause = 10s;  // between two lines of the log about it
    auto told = state.told_of_crowd.load(std::memory_order_relaxed);
    if ((told == net::TimePoint{} || now() - told >= pause) && state.told_of_crowd.compare_exchange_strong(told, now()))
        log::warning("upstream", failure_->detail + ": requests are refused");
    co_return false;
}

// What chose has chosen, else the first that lets an attempt begin.
upstream::AttemptPass Passage::choose_target() {
    const auto& targets = upstream()->targets;
    if (chosen_)
        if (auto pass = targets[*chosen_]->begin_attempt()) return pass;
    for (const bool again : {false, true})  // those tried before come last
        for (std::size_t i = 0; i < targets.size(); ++i) {
            if (tried(i) != again) continue;
            chosen_ = i;
            if (auto pass = targets[i]->begin_attempt()) return pass;
        }
    return {};
}

Failure Passage::too_late() const {
    return upstream::deadline_exceeded(upstream()->name + ": the deadline has passed before an attempt");
}

// After an attempt that was to be followed by another one its own end stands: that says more of what is wrong.
void Passage::cannot_begin(Failure why) {
    if (attempts_ == 0 || (!response_ && !brought_)) return blame(std::move(why));
    if (trace_) trace_->say("no further attempt, " + why.detail + ": what the last one brought stands");
    if (brought_) std::rethrow_exception(std::exchange(brought_, nullptr));
}

// on_upstream, plugin after plugin, until one has something to say: the answer, or a refusal.
Task<Verdict> Passage::asked_at_upstream() {
    for (std::uint32_t index = first_; index < chain().size(); ++index) {
        const PluginUse& use = *chain()[index];
        UpstreamContext ctx{*this, index};
        if (trace_) trace_->begin(use, "on_upstream");
        const DoorSpan span{spans_, use, "on_upstream"};
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
        if (trace_ && !verdict.answers()) trace_->see(exchange_.request, response_);
        if (verdict.refuses() || verdict.answers()) co_return verdict;
    }
    co_return Verdict{};
}

Task<void> Passage::fetch_from_upstream() {
    const auto& upstream = *this->upstream();
    chosen_.reset();
    if (attempt_) tried_.push_back(attempt_->target);
    else if (upstream.deadline > net::Duration::zero()) deadline_ = now() + upstream.deadline;
    if (upstream::breakers::refuses_for(upstream) > net::Duration::zero()) co_return cannot_begin(none_available());
    if (upstream.concurrency > 0 && !place_ && !co_await enter_upstream()) co_return;
    if (!chain().empty()) {
        Verdict verdict = co_await asked_at_upstream();
        if (verdict.refuses()) co_return blame(failure_of(verdict.take_refusal()));
        if (verdict.answers()) {
            response_ = verdict.take_answer();
            if (trace_) trace_answer();
            co_return;
        }
    }
    if (trace_) trace_->begin("upstream", upstream.where);
    if (trace_) trace_targets();
    if (late()) co_return cannot_begin(too_late());
    const auto pass = choose_target();
    if (!pass) co_return cannot_begin(none_available());
    if (attempts_ > 0) follow_last_attempt();
    upstream::Call call{upstream, *upstream.targets[*chosen_], exchange_.request, nullptr, this};
    attempt_ = &in_turn_.emplace(Attempt{std::move(call), *chosen_, attempts_ + 1});
    attempt_->call.pass = pass;  // from here on it is given back, whatever throws
    if (attempts_ == 0) {
        if (route_->mirror) mirror_request();
        prepare_attempts();  // behind whoever taps the body: what is sent again they see once
    }
    attempt_->call.body = body_to_send();
    if (!exchange_.upgrade.empty()) offer_upgrade();
    if (step_) join_trace(*attempt_, {});
    attempt_->call.deadline = deadline_;
    attempt_->call.own_host = sets_host();
    ++attempts_;
    const auto heard = [this] { waited_ += std::max(net::Duration::zero(), now() - in_turn_->call.began); };
    try {
        if (const auto delay = upstream.hedges() ? hedge_delay() : std::nullopt)
            response_ = co_await ask_hedged(*delay);  // attempt_ may be another one then
        else
            response_ = co_await share_.call(share_.pool, attempt_->call);
    } catch (...) {
        heard();
        if (trace_) trace_attempt();
        end_attempt(attempt_->call.outcome);
        if (!plan_another_attempt()) throw;
        brought_ = std::current_exception();
        co_return;
    }
    heard();
    attempt_->call.target.head_came(attempt_->call.pass, attempt_->call.status);
    if (upstream.hedge_delay) upstream.hedge_delay->add(attempt_->call.time_to_first_byte, now());
    if (trace_) trace_attempt();
    if (attempt_->call.status >= 400 && plan_another_attempt()) co_return set_answer_aside();
    if (!upgrade_.empty() && !attempt_->call.upgraded) Figures::Upgrades::add(share_.figures.upgrades.refused);
}

Task<void> Passage::on_interim(int status, const Headers& headers) {
    if (hedge_ && !hedge_->ended) co_return;  // whose answer it will be is not known
    if (told_) {
        // It binds nobody (RFC 9110 section 15.2): others may wait for the errand, and another attempt is theirs too.
        if (told_->asker) (void)told_->asker->offer_interim(status, headers);
        co_return;
    }
    interim_sent_ = interim_sent_ || exchange_.request.version_minor() > 0;  // others are sent none
    co_await exchange_.send_interim(status, headers);
}

void Passage::abandon_attempt() {
    if (attempt_) {
        for (Attempt* attempt : {&*in_turn_, hedge_.get()}) {
            if (!attempt || attempt->ended) continue;
            const Outcome outcome = attempt->call.outcome;
            end_attempt(*attempt, outcome == Outcome::answered ? Outcome::abandoned : outcome);
        }
        end_hedge(HedgeEnd::lost);
    }
    place_.give_up();
}

// The last one, if there was any: what the request held of the upstream is free.
void Passage::finish_attempt() {
    if (attempt_ && !attempt_->ended) end_attempt(attempt_->call.outcome);
    place_.give_up();
}

void Passage::end_attempt(Attempt& attempt, Outcome outcome) {
    attempt.ended = now();
    auto& call = attempt.call;
    call.outcome = outcome;
    if (attempt.span) spans_->end_attempt(std::move(attempt.span), call, *attempt.ended);
    call.target.end_attempt(call.pass, {outcome, call.status, call.time_to_first_byte});
    const auto exemplar = this->exemplar();
    share_.figures.count(lease_.figures, snapshot_, call.upstream,
                         {attempt.target, outcome, call.time_to_first_byte,
                          exemplar ? &*exemplar : nullptr, call.status, *attempt.ended});
    Attempt* const counts = std::exchange(attempt_, &attempt);  // what plugins are shown
    for (std::uint32_t index = first_; index < chain().size(); ++index) {
        const PluginUse& use = *chain()[index];
        try {
            const AttemptContext ctx{*this, index};
            const DoorSpan span{spans_, use, "on_attempt"};
            use.plugin->on_attempt(ctx);
        } catch (const std::exception& problem) {
            log::error(use.descriptor->name, std::string("on_attempt: ") + problem.what());
        } catch (...) {
            log::error(use.descriptor->name, "on_attempt: threw something that is no std::exception");
        }
    }
    attempt_ = counts;
    if (told_) tell_asker();
}

}  // namespace tollgate

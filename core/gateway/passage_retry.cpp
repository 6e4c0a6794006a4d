// core/gateway/passage_retry.cpp - the step of the corridor that makes another attempt, where one failed and may do so.
#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "gateway/replay.h"
#include "gateway/trace.h"
#include "net/pause.h"
#include "support/random.h"
#include "upstream/retry.h"

#include <algorithm>

namespace tollgate {

bool Passage::tried(std::size_t target) const noexcept {
    return std::find(tried_.begin(), tried_.end(), target) != tried_.end();
}

net::TimePoint Passage::asked_upstream() const noexcept { return first_attempt_.value_or(attempt_->call.began); }

// Before the first attempt. Where there can be no other one this costs a look at the settings.
void Passage::prepare_attempts() {
    const auto& upstream = *this->upstream();
    if (!upstream::retries(upstream.retry, upstream.targets.size())) return;
    upstream.state->budget.count_request(share_.loop.number(), now());
    if (!has_body() || !upstream::may_be_repeated(upstream.retry, exchange_.request.method())) return;
    BodySource* body = body_to_send();
    if (const auto most = upstream.retry.body; body->length().value_or(0) <= most)
        replay_ = std::make_unique<Replay>(*body, most);
}

bool Passage::has_other_target() const noexcept {
    const auto& targets = attempt_->call.upstream.targets;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const bool other = i != attempt_->target && !tried(i);
        if ((other || !attempt_->call.upstream.retry.only_elsewhere) && targets[i]->available()) return true;
    }
    return false;
}

// What speaks against it beside the settings and the budget; null: nothing.
const char* Passage::why_no_other_attempt() const {
    const upstream::Call& call = attempt_->call;
    const auto& retry = call.upstream.retry;
    if (std::uint32_t(attempts_) >= retry.attempts) return "all attempts are made";
    if (interim_sent_) return "the client has an interim answer";
    if (call.sent) {
        if (!upstream::may_be_repeated(retry, call.request.method())) return "the method may not be repeated";
        if (!upgrade_.empty()) return "it offers an upgrade";
        if (call.body && !(replay_ && replay_->whole())) return "its body is not kept";
    }
    if (upstream::breakers::refuses_for(call.upstream) > net::Duration::zero()) return "the upstream's breaker is open";
    return has_other_target() ? nullptr : "no other target is available";
}

// After an attempt that failed; its answer, if that is one, is still here. True: try_again() is next.
bool Passage::plan_another_attempt() {
    const upstream::Call& call = attempt_->call;
    const auto& retry = call.upstream.retry;
    if (!upstream::retries(retry, call.upstream.targets.size())) return false;
    if (!retry.on.holds(call.outcome, call.status)) return false;
    const char* against = why_no_other_attempt();
    net::Duration pause = upstream::backoff(retry, std::uint32_t(attempts_), random_point());
    if (const auto line = response_ ? response_.headers().get("Retry-After") : std::string_view{}; !line.empty()) {
        const auto wanted = upstream::retry_after(line, share_.loop.wall_clock());
        pause = std::max(pause, wanted.value_or(pause));
        if (!against && pause > retry.longest_backoff) against = "Retry-After asks for more than longest_backoff";
    }
    if (!against && pause >= deadline_ - now()) against = "the deadline comes before it";
    // What reached nobody multiplies no outage, wherever it goes next.
    if (!against && call.sent && !call.upstream.state->budget.take(retry, now())) {
        against = "the upstream's budget of retries is spent";
        share_.figures.count_refused_retry(lease_.figures, snapshot_, call.upstream);
    }
    if (trace_) trace_retry(against, pause);
    if (against) return false;
    if (!first_attempt_) first_attempt_ = call.began;
    again_ = pause;
    return true;
}

// The attempt is over; its answer is for the client should no other one begin. It is not kept where that would hold a
// connection for long, or where the rest of the request still goes that way: then the gateway has to find its own words.
void Passage::set_answer_aside() {
    using namespace std::chrono_literals;
    constexpr net::Duration longest_held = 1s;
    end_attempt(Outcome::answered);
    const bool uploading = attempt_->call.body && !replay_->complete();
    if (response_.body().source() && (*again_ > longest_held || uploading)) drop_answer();
}

// A failure that the client will not see. What is here of it already is read, since that may free its connection.
void Passage::drop_answer() {
    constexpr int most_pieces = 64;
    try {
        std::string_view piece;
        BodySource* source = response_.body().source();
        for (int left = most_pieces; source && left > 0 && source->try_read(piece) && !piece.empty(); --left) continue;
    } catch (const Failure& failure) {
        if (failure.culprit == Culprit::client) throw;  // its own body broke meanwhile
        // The answer did: its connection is closed, and it was a failure anyway.
    }
    response_ = {};  // before its call, which it refers to
    attempt_->call.outcome = Outcome::answered;
    if (trace_) trace_->forget_answer();
}

// Another attempt begins: nobody will hear of the one before.
void Passage::follow_last_attempt() {
    const upstream::Call& last = attempt_->call;
    share_.figures.count_retry(lease_.figures, snapshot_, last.upstream,
                               upstream::name_of_end(last.outcome, last.status));
    if (response_) drop_answer();
    brought_ = nullptr;
    if (replay_) replay_->rewind();  // nobody reads it any more
}

Task<void> Passage::try_again() {
    const net::Duration pause = *std::exchange(again_, std::nullopt);
    if (const auto since = now(); pause > net::Duration::zero()) {
        co_await net::Pause{share_.loop, pause};
        waited_ += now() - since;
    }
    co_await fetch_from_upstream();
}

}  // namespace tollgate

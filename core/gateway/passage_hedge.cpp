// core/gateway/passage_hedge.cpp - an attempt beside the one that is late: the first head that comes is the answer.
#include "gateway/loop_share.h"
#include "gateway/passage.h"
#include "gateway/replay.h"
#include "gateway/trace.h"
#include "support/log.h"
#include "upstream/retry.h"

#include <algorithm>

namespace tollgate {

namespace {

constexpr std::size_t in_turn = 0, beside = 1;  // in the race

}  // namespace

// How long the attempt that begins may be without a head, before another begins beside it. nullopt: for ever.
std::optional<net::Duration> Passage::hedge_delay() const {
    const auto& upstream = attempt_->call.upstream;
    if (attempts_ > 1 || !upstream::retries(upstream.retry, upstream.targets.size()) || upstream.targets.size() < 2 ||
        !upstream::may_be_repeated(upstream.retry, exchange_.request.method()) || !upgrade_.empty() ||
        (attempt_->call.body && !replay_))
        return std::nullopt;
    // A probe that is given up would tell nothing: the next one would hang there too, and so for ever.
    if (!upstream::breakers::closed(attempt_->call.target)) return std::nullopt;
    if (!upstream.hedge_delay) return upstream.retry.hedge;
    return upstream.hedge_delay->quantile(upstream.retry.hedge_quantile, now());
}

// The answer, or the failure, of the attempt that counts in the end, which attempt_ is then. Any other has ended.
Task<Response> Passage::ask_hedged(net::Duration delay) {
    if (trace_ && trace_->rehearsed()) trace_hedge(delay, nullptr);  // nobody is late there
    net::Race<Response> race{share_.loop};
    race.enter(in_turn, share_.call(share_.pool, attempt_->call));
    if (!co_await race.next(delay)) co_await begin_hedge(race, delay);
    const auto& failures = attempt_->call.upstream.retry.on;
    for (;;) {
        const std::size_t ended = *co_await race.next();
        Attempt* const other = ended == in_turn ? hedge_.get() : &*in_turn_;  // null where none was begun
        attempt_ = ended == in_turn ? &*in_turn_ : hedge_.get();
        upstream::Call& call = attempt_->call;
        const bool good = call.outcome == Outcome::answered && !failures.holds(call.outcome, call.status);
        if (!race.holds(1 - ended) || good) {
            if (race.holds(1 - ended)) {
                race.cancel(1 - ended);
                give_up_late(*other);
            }
            end_hedge(good && ended == beside ? HedgeEnd::won : HedgeEnd::lost);
            co_return race.take(ended);
        }
        // The other one may do better.
        if (call.outcome == Outcome::answered) call.target.head_came(call.pass, call.status);
        if (trace_) trace_attempt();
        end_attempt(call.outcome);
        race.cancel(ended);
        attempt_ = other;
    }
}

// Elsewhere, where that may be; if not, the first is waited for as if nothing had been.
Task<void> Passage::begin_hedge(net::Race<Response>& race, net::Duration delay) {
    const auto& upstream = attempt_->call.upstream;
    const char* against = why_no_hedge();
    if (!against) {
        tried_.push_back(attempt_->target);
        chosen_.reset();
        against = co_await why_plugins_refuse_hedge();
        if (trace_ && !chain().empty()) trace_->begin("upstream", upstream.where);
    }
    if (race.ended() || interim_sent_ || late()) co_return;  // it was waited for meanwhile
    auto pass = against ? upstream::AttemptPass{} : choose_hedge_target();
    if (!pass && !against) against = "no other target is available";
    if (pass && !upstream.state->budget.take(upstream.retry, now())) {
        upstream.targets[*chosen_]->end_attempt(pass, {Outcome::abandoned, 0, {}});
        against = "the upstream's budget of retries is spent";
        share_.figures.count_hedge(lease_.figures, snapshot_, upstream, HedgeEnd::refused);
    }
    if (against) {
        if (trace_) trace_hedge(delay, against);
        co_return;
    }
    first_attempt_ = attempt_->call.began;
    upstream::Call call{upstream, *upstream.targets[*chosen_], exchange_.request};  // whose interim answers nobody gets
    hedge_ = std::make_unique<Attempt>(Attempt{std::move(call), *chosen_, ++attempts_});
    hedge_->call.pass = pass;  // from here on it is given back, whatever throws
    if (attempt_->call.body) hedge_body_ = std::make_unique<SecondReading>(*replay_);
    hedge_->call.body = hedge_body_.get();
    hedge_->call.deadline = deadline_;
    hedge_->call.own_host = attempt_->call.own_host;
    if (step_) join_trace(*hedge_, "hedge");
    tried_.push_back(*chosen_);
    if (trace_) trace_hedge(delay, nullptr);
    race.enter(beside, share_.call(share_.pool, hedge_->call));
}

// null: they let it pass, where there are any. What one of them cannot do for the hedge does not harm the first attempt.
Task<const char*> Passage::why_plugins_refuse_hedge() {
    if (chain().empty()) co_return nullptr;
    try {
        const Verdict verdict = co_await asked_at_upstream();
        co_return verdict.refuses() || verdict.answers() ? "a plugin does not let it pass" : nullptr;
    } catch (const Failure& failure) {
        if (failure.culprit == Culprit::client) throw;  // it is gone
        log::error("upstream", attempt_->call.upstream.name + ": no hedge: " +
                                   (failure.detail.empty() ? failure.message : failure.detail));
    }
    co_return "a plugin failed";
}

const char* Passage::why_no_hedge() const {
    const auto& targets = attempt_->call.upstream.targets;
    if (interim_sent_) return "the client has an interim answer";
    if (attempt_->call.body && !replay_->complete()) return "its body is not here yet";
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (fits_hedge(i)) return nullptr;
    return "no other target is available";
}

// Nor is it a probe: what is tried by few is for those who have nobody else.
bool Passage::fits_hedge(std::size_t target) const noexcept {
    const auto& other = *attempt_->call.upstream.targets[target];
    return target != attempt_->target && upstream::breakers::closed(other) && other.available();
}

// What chose has chosen, else the first that fits.
upstream::AttemptPass Passage::choose_hedge_target() {
    const auto& targets = attempt_->call.upstream.targets;
    if (chosen_ && fits_hedge(*chosen_))
        if (auto pass = targets[*chosen_]->begin_attempt()) return pass;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        if (!fits_hedge(i)) continue;
        chosen_ = i;
        if (auto pass = targets[i]->begin_attempt()) return pass;
    }
    return {};
}

// Once, where there was one.
void Passage::end_hedge(HedgeEnd end) {
    if (!hedge_ || std::exchange(hedge_counted_, true)) return;
    share_.figures.count_hedge(lease_.figures, snapshot_, hedge_->call.upstream, end);
}

// The other one was quicker. That it was so late has to be known of the first, or the delay would grow ever shorter:
// only quick answers would be left to reckon it from.
void Passage::give_up_late(Attempt& loser) {
    const auto& upstream = loser.call.upstream;
    if (&loser == &*in_turn_ && upstream.hedge_delay) upstream.hedge_delay->add(now() - loser.call.began, now());
    Attempt* const winner = std::exchange(attempt_, &loser);
    end_attempt(Outcome::abandoned);
    if (trace_) trace_attempt();
    attempt_ = winner;
}

}  // namespace tollgate

// core/upstream/breaker.cpp - the states of a breaker, and who may change them.
#include "upstream/breaker.h"

#include <algorithm>
#include <utility>

namespace tollgate::upstream {

bool Breaker::lets_through(const BreakerSettings& settings, net::TimePoint now) const noexcept {
    const auto state = this->state();
    if (state == State::closed) return true;
    // Half-open: a probe whose end is too long in coming makes way for another.
    return now >= until() ||
           (state == State::half_open && probes_.load(std::memory_order_relaxed) < settings.half_open);
}

net::Duration Breaker::refuses_for(const BreakerSettings& settings, net::TimePoint now) const noexcept {
    return lets_through(settings, now) ? net::Duration::zero() : std::max(net::Duration{1}, until() - now);
}

bool Breaker::begin(Pass& pass, Change& change, const BreakerSettings& settings, net::TimePoint now) noexcept {
    const std::uint32_t word = word_.load(std::memory_order_relaxed);
    pass = {word, true, false};
    if (state_of(word) == State::closed) return true;
    pass = {};
    if (!lets_through(settings, now)) return false;
    const std::lock_guard lock{mutex_};
    if (!lets_through(settings, now)) return false;
    if (state() == State::open) change = turn(State::half_open, settings, now);
    const bool probe = state() == State::half_open;  // it may have closed meanwhile
    if (probe) {
        probes_.fetch_add(1, std::memory_order_relaxed);
        until_.store((now + settings.open).time_since_epoch().count(), std::memory_order_relaxed);
    }
    pass = {word_.load(std::memory_order_relaxed), true, probe};
    return true;
}

Breaker::Change Breaker::answered(Pass& pass, const BreakerSettings& settings, net::TimePoint now) noexcept {
    if (!pass.probe) return {};
    const Pass probe = std::exchange(pass, {});
    const std::lock_guard lock{mutex_};
    if (probe.period != word_.load(std::memory_order_relaxed)) return {};
    const Change change = judge_probe(false, settings, now);
    pass = {word_.load(std::memory_order_relaxed), true, false};
    return change;
}

Breaker::Change Breaker::end(Pass& pass, bool failed, const BreakerSettings& settings, net::TimePoint now) noexcept {
    const Pass ended = std::exchange(pass, {});
    if (!ended.judged || ended.period != word_.load(std::memory_order_relaxed)) return {};
    const bool was_closed = state_of(ended.period) == State::closed;
    if (was_closed && !tally_.add(failed, settings.threshold, now)) return {};
    if (!was_closed && !ended.probe && !failed) return {};
    const std::lock_guard lock{mutex_};
    if (ended.period != word_.load(std::memory_order_relaxed)) return {};
    if (was_closed || !ended.probe) return turn(State::open, settings, now);
    return judge_probe(failed, settings, now);
}

void Breaker::abandon(Pass& pass) noexcept {
    const Pass ended = std::exchange(pass, {});
    if (!ended.probe) return;
    const std::lock_guard lock{mutex_};
    if (ended.period == word_.load(std::memory_order_relaxed)) probes_.fetch_sub(1, std::memory_order_relaxed);
}

Breaker::Change Breaker::judge_probe(bool failed, const BreakerSettings& settings, net::TimePoint now) noexcept {
    probes_.fetch_sub(1, std::memory_order_relaxed);
    if (failed) return turn(State::open, settings, now);
    if (++successes_ < settings.half_open) return {};
    return turn(State::closed, settings, now);
}

Breaker::Change Breaker::turn(State to, const BreakerSettings& settings, net::TimePoint now) noexcept {
    const std::uint32_t word = word_.load(std::memory_order_relaxed);
    Change change{true, state_of(word), to};
    if (to == State::open) {
        change.in_a_row = tally_.in_a_row();
        if (settings.threshold.rate > 0) change.lately = tally_.lately(settings.threshold, now);
        until_.store((now + settings.open).time_since_epoch().count(), std::memory_order_relaxed);
        opened_.fetch_add(1, std::memory_order_relaxed);
    }
    tally_.clear();
    probes_.store(0, std::memory_order_relaxed);
    successes_ = 0;
    since_ = now;
    word_.store((((word >> state_bits) + 1) << state_bits) | std::uint32_t(to), std::memory_order_release);
    return change;
}

Breaker::View Breaker::view() const noexcept {
    const std::lock_guard lock{mutex_};
    return {state(), since_, until(), opened(), tally_.in_a_row()};
}

}  // namespace tollgate::upstream

// core/upstream/breakers.cpp - asking two breakers as one, and telling the log of their changes.
#include "upstream/breakers.h"

#include "support/log.h"
#include "support/text.h"
#include "upstream/upstream.h"

#include <algorithm>
#include <string>

namespace tollgate::upstream::breakers {

namespace {

std::string why_opened(const Breaker::Change& change, const BreakerSettings& settings) {
    if (change.from == Breaker::State::half_open) return "opened again: tried in vain";
    const auto& threshold = settings.threshold;
    // A success on another loop may have ended the row since: that it was long enough is why there is a change.
    if (threshold.in_a_row > 0 && (change.in_a_row >= threshold.in_a_row || threshold.rate <= 0))
        return "opened: " + text::count(std::max(change.in_a_row, threshold.in_a_row), "attempt") + " failed in a row";
    return "opened: " + std::to_string(change.lately.of_kind) + " of " + text::count(change.lately.all, "attempt") +
           " failed within " + text::duration(threshold.window);
}

std::string words_for_end(const AttemptEnd& end) {
    return end.outcome == Outcome::answered ? "status " + std::to_string(end.status)
                                            : std::string{words_for(end.outcome)};
}

std::string words_for_change(const Breaker::Change& change, const BreakerSettings& settings, const AttemptEnd& last) {
    switch (change.to) {
        case Breaker::State::open:
            return why_opened(change, settings) + ", the last: " + words_for_end(last) + "; tried again in " +
                   text::duration(settings.open);
        case Breaker::State::half_open: return "half-open: it is tried";
        case Breaker::State::closed: return "closed";
    }
    return "";
}

std::string name_of(const UpstreamTarget& target) {
    return target.upstream().name + ": " + std::string{target.address()};
}

std::string_view name_of(const Upstream& upstream) { return upstream.name; }

// The state has changed, whether anybody can be told of it or not. `last`: the end of the attempt that changed it, where
// one did.
template <class Who>
void tell(const Breaker::Change& change, const Who& who, const BreakerSettings& settings, const AttemptEnd& last = {}) noexcept {
    if (!change) return;
    log::tell(change.to == Breaker::State::open ? Level::warning : Level::info, "upstream", [&] {
        return std::string{name_of(who)} + ": breaker " + words_for_change(change, settings, last);
    });
}

}  // namespace

net::Duration refuses_for(const Upstream& upstream) noexcept {
    const auto& settings = upstream.breaker;
    return settings && settings->of_upstream ? upstream.state->breaker.refuses_for(*settings, now())
                                             : net::Duration::zero();
}

net::Duration targets_refuse_for(const Upstream& upstream) noexcept {
    const auto& settings = upstream.breaker;
    if (!settings || !settings->of_target) return net::Duration::zero();
    auto shortest = net::Duration::max();
    for (const auto& target : upstream.targets)
        shortest = std::min(shortest, target->state().breaker.refuses_for(*settings, now()));
    return shortest;
}

bool lets_through(const UpstreamTarget& target) noexcept {
    const auto& settings = target.upstream().breaker;
    return !settings || !settings->of_target || target.state().breaker.lets_through(*settings, now());
}

bool closed(const UpstreamTarget& target) noexcept {
    const auto& upstream = target.upstream();
    const auto& settings = upstream.breaker;
    return !settings || ((!settings->of_target || target.state().breaker.closed()) &&
                         (!settings->of_upstream || upstream.state->breaker.closed()));
}

std::string why_out(const UpstreamTarget& target) {
    if (lets_through(target)) return {};
    const auto wait = target.state().breaker.refuses_for(*target.upstream().breaker, now());
    return "its breaker is " + std::string{name_of(target.state().breaker.state())} + ", and tried again " +
           (target.state().breaker.state() == Breaker::State::open ? "in " : "within ") + text::duration(wait);
}

bool begin(const UpstreamTarget& target, BreakerPasses& passes) noexcept {
    const auto& upstream = target.upstream();
    if (!upstream.breaker) return true;
    const auto& settings = *upstream.breaker;
    Breaker::Change change;
    if (settings.of_upstream) {
        if (!upstream.state->breaker.begin(passes.of_upstream, change, settings, now())) return false;
        tell(change, upstream, settings);
    }
    if (!settings.of_target) return true;
    change = {};
    if (target.state().breaker.begin(passes.of_target, change, settings, now())) {
        tell(change, target, settings);
        return true;
    }
    upstream.state->breaker.abandon(passes.of_upstream);
    return false;
}

void answered(const UpstreamTarget& target, BreakerPasses& passes, int status) noexcept {
    const auto& upstream = target.upstream();
    if (!upstream.breaker || upstream.breaker->on.holds(Outcome::answered, status)) return;
    const auto& settings = *upstream.breaker;
    tell(target.state().breaker.answered(passes.of_target, settings, now()), target, settings);
    tell(upstream.state->breaker.answered(passes.of_upstream, settings, now()), upstream, settings);
}

void end(const UpstreamTarget& target, BreakerPasses& passes, const AttemptEnd& end) noexcept {
    const auto& upstream = target.upstream();
    if (!upstream.breaker) return;
    const auto& settings = *upstream.breaker;
    if (end.outcome == Outcome::abandoned) {
        target.state().breaker.abandon(passes.of_target);
        upstream.state->breaker.abandon(passes.of_upstream);
        return;
    }
    const bool failed = settings.on.holds(end.outcome, end.status);
    tell(target.state().breaker.end(passes.of_target, failed, settings, now()), target, settings, end);
    tell(upstream.state->breaker.end(passes.of_upstream, failed, settings, now()), upstream, settings, end);
}

}  // namespace tollgate::upstream::breakers

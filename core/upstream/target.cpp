// core/upstream/target.cpp - what an attempt means to the target that it is made at.
#include "upstream/target.h"

#include "net/event_loop.h"
#include "support/log.h"
#include "support/text.h"
#include "upstream/upstream.h"

#include <exception>
#include <string>
#include <utility>

namespace tollgate::upstream {

net::TimePoint now() noexcept {
    const auto* loop = net::EventLoop::current();
    return loop ? loop->now() : net::Clock::now();
}

std::string_view words_for(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::answered: return "answered";
        case Outcome::not_connected: return "not connected";
        case Outcome::connect_timeout: return "no connection in time";
        case Outcome::reset: return "reset";
        case Outcome::timeout: return "no answer in time";
        case Outcome::garbage: return "answered what is not HTTP";
        case Outcome::cut: return "answer cut short";
        case Outcome::abandoned: return "abandoned";
        case Outcome::tls_failed: return "no TLS";
    }
    return "";
}

UpstreamTarget::UpstreamTarget(const Upstream& upstream, TargetAddress address, std::uint32_t weight,
                               std::shared_ptr<TargetState> state)
    : upstream_{upstream}, address_{std::move(address)}, weight_{weight}, state_{std::move(state)} {
    if (where().is_literal()) literal_ = where().resolve();
}

const std::shared_ptr<const net::TlsClientContext>& UpstreamTarget::tls() const noexcept {
    static const std::shared_ptr<const net::TlsClientContext> plainly;
    return address_.secure ? upstream_.tls : plainly;
}

double UpstreamTarget::warmth() const {
    return upstream_.slow_start.count() == 0 ? 1 : state_->health.warmth(upstream_.slow_start, now());
}

void UpstreamTarget::complain(const char* what, const std::exception& problem) const noexcept {
    log::tell(Level::error, "upstream", [&] {
        return upstream_.name + ": " + address_.text + ": " + what + ": " + problem.what();
    });
}

// There is a reason for it to be out: it may be over by now, or so many are out that it does not count.
bool UpstreamTarget::in_after_all() const noexcept {
    const Health& health = state_->health;
    Roster& roster = upstream_.state->roster;
    if ((health.out() & Health::ejected) && health.ejection_over(now())) {
        try {
            roster.end_ejections(now());
        } catch (const std::exception& problem) {  // the next who looks ends it
            complain("an ejection could not be ended", problem);
        }
    }
    return health.out() == 0 || ((health.out() & Health::drained) == 0 && roster.panicking());
}

AttemptPass UpstreamTarget::begin_attempt() const noexcept {
    AttemptPass pass;
    if (!available() || !breakers::begin(*this, pass.breakers)) return {};
    state_->in_flight.fetch_add(1, std::memory_order_relaxed);
    pass.begun = true;
    return pass;
}

void UpstreamTarget::end_attempt(AttemptPass& pass, const AttemptEnd& end) const noexcept {
    state_->in_flight.fetch_sub(1, std::memory_order_relaxed);
    breakers::end(*this, pass.breakers, end);
    if (!upstream_.eject || end.outcome == Outcome::abandoned) return;
    try {
        judge(end);
    } catch (const std::exception& problem) {  // the next failure is one too many again
        complain("it could not be ejected", problem);
    }
}

// What was given up says nothing of the target.
void UpstreamTarget::judge(const AttemptEnd& end) const {
    const EjectSettings& eject = *upstream_.eject;
    FailureTally& failures = state_->health.failures;
    const auto time = now();
    if (!failures.add(eject.on.holds(end.outcome, end.status), eject.threshold, time)) return;
    const auto in_a_row = failures.in_a_row();
    const auto lately = failures.lately(eject.threshold, time);
    std::string why = text::count(in_a_row, "attempt") + " failed in a row";
    if (eject.threshold.in_a_row == 0 || in_a_row < eject.threshold.in_a_row)
        why = std::to_string(lately.of_kind) + " of " + text::count(lately.all, "attempt") + " failed within " +
              text::duration(eject.threshold.window);
    const bool answered = end.outcome == Outcome::answered;
    why += ", the last: " + (answered ? "status " + std::to_string(end.status) : std::string{words_for(end.outcome)});
    upstream_.state->roster.eject(*state_, why, time);
}

}  // namespace tollgate::upstream

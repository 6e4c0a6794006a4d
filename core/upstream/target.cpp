// core/upstream/target.cpp - what an attempt means to the target that it is made at.
#include "upstream/target.h"

#include "net/event_loop.h"
#include "upstream/upstream.h"

#include <utility>

namespace tollgate::upstream {

net::TimePoint now() noexcept {
    const auto* loop = net::EventLoop::current();
    return loop ? loop->now() : net::Clock::now();
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
}

}  // namespace tollgate::upstream

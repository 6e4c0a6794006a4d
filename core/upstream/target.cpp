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

bool UpstreamTarget::begin_attempt() const noexcept {
    if (!available()) return false;
    state_->in_flight.fetch_add(1, std::memory_order_relaxed);
    return true;
}

void UpstreamTarget::end_attempt(const AttemptEnd&) const noexcept {
    state_->in_flight.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace tollgate::upstream

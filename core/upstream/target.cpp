// core/upstream/target.cpp - what an attempt means to the target that it is made at.
#include "upstream/target.h"

#include "net/event_loop.h"

#include <utility>

namespace tollgate::upstream {

net::TimePoint now() noexcept {
    const auto* loop = net::EventLoop::current();
    return loop ? loop->now() : net::Clock::now();
}

UpstreamTarget::UpstreamTarget(const Upstream& upstream, net::Address address, std::uint32_t weight,
                               std::shared_ptr<TargetState> state)
    : upstream_{upstream}, address_{std::move(address)}, weight_{weight}, state_{std::move(state)} {
    if (address_.is_literal()) literal_ = address_.resolve();
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

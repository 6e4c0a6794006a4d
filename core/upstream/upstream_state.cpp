// core/upstream/upstream_state.cpp - finding what is known of upstreams and targets by name.
#include "upstream/upstream_state.h"

#include "upstream/hedge_delay.h"

namespace tollgate::upstream {

namespace {

// The one of that name, if somebody holds it still; what nobody holds is forgotten when a new name comes.
template <class State>
std::shared_ptr<State> find_or_make(std::map<std::string, std::weak_ptr<State>>& known, const std::string& name) {
    if (auto state = known[name].lock()) return state;
    std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
    auto made = std::make_shared<State>();
    known[name] = made;
    return made;
}

}  // namespace

std::shared_ptr<HedgeDelay> UpstreamState::hedge_delay() {
    const std::lock_guard lock{mutex_};
    if (!hedge_delay_) hedge_delay_ = std::make_shared<HedgeDelay>();
    return hedge_delay_;
}

std::shared_ptr<TargetState> UpstreamState::target(const std::string& address) {
    const std::lock_guard lock{mutex_};
    return find_or_make(targets_, address);
}

std::shared_ptr<UpstreamState> UpstreamStates::of(const std::string& upstream) {
    const std::lock_guard lock{mutex_};
    return find_or_make(states_, upstream);
}

}  // namespace tollgate::upstream

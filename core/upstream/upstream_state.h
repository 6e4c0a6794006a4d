// core/upstream/upstream_state.h - UpstreamState: what is known of an upstream beyond one configuration.
#pragma once

#include "upstream/gate.h"
#include "upstream/retry_budget.h"
#include "upstream/roster.h"
#include "upstream/target.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace tollgate::upstream {

class HedgeDelay;

// Handed on through reloads by the upstream's name; lives until no configuration holds it. Any thread.
class UpstreamState {
public:
    // Its times to first byte; from the first call on they are kept here.
    std::shared_ptr<HedgeDelay> hedge_delay();
    // The state of the target of that address; a new one where there is none, or nobody holds it any more.
    std::shared_ptr<TargetState> target(const std::string& address);

    RetryBudget budget;
    Breaker breaker;  // of all its attempts
    Gate gate;        // where `concurrency` says how many requests may be under way
    std::atomic<net::TimePoint> told_of_crowd{};  // when the log heard last that it is full
    std::atomic<std::uint32_t> copies{0};  // of requests that are mirrored here, under way
    std::atomic<std::uint64_t> copied{0};  // bytes of those, and of those whose bodies are coming in
    Roster roster;

private:
    std::mutex mutex_;
    std::shared_ptr<HedgeDelay> hedge_delay_;
    std::map<std::string, std::weak_ptr<TargetState>> targets_;
};

// Those of one gateway, by the upstreams' names. Any thread.
class UpstreamStates {
public:
    std::shared_ptr<UpstreamState> of(const std::string& upstream);

private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<UpstreamState>> states_;
};

}  // namespace tollgate::upstream

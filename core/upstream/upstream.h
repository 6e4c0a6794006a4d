// core/upstream/upstream.h - Upstream: where requests may go, as one configuration says it.
#pragma once

#include "upstream/hedge_delay.h"
#include "upstream/settings.h"
#include "upstream/target.h"
#include "upstream/upstream_state.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::upstream {

struct Upstream {
    std::string name;
    std::string where;  // "routes.lua:12"
    std::size_t number = 0;  // in its snapshot
    std::vector<std::unique_ptr<UpstreamTarget>> targets;  // at least one
    std::shared_ptr<UpstreamState> state = std::make_shared<UpstreamState>();
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds{2};
    std::chrono::nanoseconds timeout = std::chrono::seconds{30};       // request sent to the whole head of the answer
    std::chrono::nanoseconds idle_timeout = std::chrono::seconds{30};  // between two pieces of the answer's body
    std::size_t keep_alive = 512;                                      // idle connections kept per loop and target
    std::chrono::nanoseconds keep_alive_time = std::chrono::seconds{60};
    std::shared_ptr<const net::TlsClientContext> tls;  // where there are https targets
    bool preserve_host = true;  // the client's Host goes on; false: the target's address
    std::optional<CheckSettings> health;
    std::optional<EjectSettings> eject;
    std::optional<BreakerSettings> breaker;
    RetrySettings retry;
    std::shared_ptr<HedgeDelay> hedge_delay;  // where retry.hedge_quantile goes by it
    bool hedges() const noexcept { return retry.hedge.count() > 0 || hedge_delay; }
    std::chrono::nanoseconds slow_start{0};  // in which a target that came back gets its whole share again
    double panic = 0;                        // fewer than this share of the targets in: all are taken for being in
    std::chrono::nanoseconds deadline{0};    // for waiting, attempts and pauses, to the answer's end; 0: none
    std::size_t concurrency = 0;             // requests under way here over all loops; 0: however many
    std::size_t queue = 0;                   // that may wait for one of those to end
    std::chrono::nanoseconds queue_time = std::chrono::seconds{1};
};

}  // namespace tollgate::upstream

// core/upstream/settings.h - what an `upstream` of routes.lua says of its survival: health, ejection, breaker, retries.
//
// Plain values with their defaults, immutable. The mechanisms that go by them keep what they know elsewhere
// (upstream_state.h), since that outlives a configuration.
#pragma once

#include "upstream/failure_set.h"
#include "upstream/failure_tally.h"

#include <bitset>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tollgate::upstream {

// `health`: a target is asked by itself whether it works.
struct CheckSettings {
    std::string path;
    std::string method = "GET";
    std::string host;                    // "": the target's address
    std::bitset<600> statuses = good_statuses();  // that tell of health
    std::chrono::nanoseconds every = std::chrono::seconds{5};
    std::chrono::nanoseconds timeout = std::chrono::seconds{2};  // from connecting to the head of the answer
    std::uint32_t rise = 2, fall = 3;    // checks in a row to come in, to go out
    bool operator==(const CheckSettings&) const = default;
    static std::bitset<600> good_statuses() {  // 2xx
        std::bitset<600> statuses;
        for (std::size_t status = 200; status < 300; ++status) statuses.set(status);
        return statuses;
    }
};

// `eject`: a target that fails requests goes out for a while.
struct EjectSettings {
    FailureThreshold threshold;
    FailureSet on = FailureSet::any_failure();
    std::chrono::nanoseconds time = std::chrono::seconds{10};     // the first time; each further one that much longer
    std::chrono::nanoseconds longest = std::chrono::minutes{5};
    double most = 0.5;                   // share of the targets that may be out so at a time; one always stays
};

// `breaker`: what fails is not asked at all for a while, then by few.
struct BreakerSettings {
    FailureThreshold threshold;
    FailureSet on = FailureSet::any_failure();
    std::chrono::nanoseconds open = std::chrono::seconds{10};
    std::uint32_t half_open = 1;         // probes at a time, and successes that close it
    bool of_target = true, of_upstream = false;
};

// `retry`: an attempt that failed may be followed by another.
struct RetrySettings {
    std::uint32_t attempts = 2;          // altogether; 1: no retry
    // Only where there is another target to be had: what holds without `retry`.
    bool only_elsewhere = true;
    FailureSet on = FailureSet{}.add(Outcome::not_connected).add(Outcome::connect_timeout).add(Outcome::tls_failed)
                                  .add(Outcome::reset);
    std::vector<std::string> methods;    // besides those that are idempotent; a connection not made is every method's
    std::chrono::nanoseconds backoff{0}; // the bound of the first pause, which doubles
    std::chrono::nanoseconds longest_backoff = std::chrono::seconds{1};
    std::uint64_t body = 64 << 10;       // bytes of a request's body that are kept to be sent again
    double budget = 0.2;                 // retries as a share of the requests of the last 10 seconds
    std::uint32_t budget_floor = 10;     // retries that the last 10 seconds may have in any case
    // Another attempt beside the first one, elsewhere, where that has no head after so long, or after that quantile of
    // the upstream's latest times to the first byte. Both 0: none.
    std::chrono::nanoseconds hedge{0};
    double hedge_quantile = 0;
};

}  // namespace tollgate::upstream

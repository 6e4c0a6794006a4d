// loadtest/upstream/instance.h - Instance: one upstream of the process, as all loops share it; Outcomes: what it did.
#pragma once

#include "loadtest/upstream/answers.h"
#include "loadtest/upstream/fates.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>

namespace tollgate::loadtest {

// What became of the requests that came. Each is in one of these.
struct Outcomes {
    std::map<int, std::uint64_t> answered;                 // by status
    std::map<int, std::uint64_t> health;                   // GET /health, by status
    std::array<std::uint64_t, fault_count> faults{};       // by Fault
    std::uint64_t refused = 0;                             // no request that can be served: 400, 413, ...
    std::uint64_t left = 0;                                // the client was gone before its answer was

    std::uint64_t requests() const noexcept;               // without health
    void add(const Outcomes& other);
    std::string text() const;  // "1200 requests (1188 x 200, 10 x 503, 2 hang), 40 health checks (40 x 200)"
};

// Immutable but for its numbers.
struct Instance {
    Instance(std::string id, const Behaviour& behaviour, unsigned place);

    const std::string id;
    const Behaviour& behaviour;
    const Fates fates;
    const Answer plain, healthy, failing;         // made once; `plain` has status 200
    std::atomic<std::uint64_t> requests{0}, checks{0};  // the numbers of the next ones, where they decide anything
    std::atomic<int> health{0};  // what a request said that GET /health is answered with; 0: none did
};

}  // namespace tollgate::loadtest

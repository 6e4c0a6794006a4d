// plugins/balancer/policy.h - Policy: which of several targets gets the next request. One small file per policy.
//
// Policies see targets as numbers from 0 and know nothing of requests. One policy serves all loops at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tollgate::balancer {

// What may be picked now. Asked during one pick, on the picking thread.
class Candidates {
public:
    virtual bool usable(std::size_t target) const = 0;

protected:
    ~Candidates() = default;
};

class Policy {
public:
    virtual ~Policy() = default;
    // One of the usable targets, or nullopt where there is none.
    virtual std::optional<std::size_t> pick(const Candidates& candidates) = 0;
};

// Whose turn it is. Outlives the policies that read it, so that a reload does not start again at target 0.
struct Turn {
    std::atomic<std::uint64_t> next{0};        // picks so far
    std::atomic<std::uint64_t> substitute{0};  // picks so far whose turn was an unusable target's
};

}  // namespace tollgate::balancer

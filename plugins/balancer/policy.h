// plugins/balancer/policy.h - Policy: which of several targets gets the next request. One small file per policy.
//
// Policies see targets as numbers from 0 and know nothing of requests. One policy serves all loops at once.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tollgate::balancer {

using TimePoint = std::chrono::steady_clock::time_point;

// What may be picked now, and for whom. Asked during one pick, on the picking thread.
class Candidates {
public:
    virtual bool usable(std::size_t target) const = 0;
    // Requests under way at a target, over all loops; a moment's figure.
    virtual std::uint32_t load(std::size_t target) const {
        (void)target;
        return 0;
    }
    virtual TimePoint now() const { return {}; }
    // The request was at a target before: what it takes now is nobody's turn.
    virtual bool once_more() const { return false; }
    // The hash of what the request goes by; nullopt where it has nothing of the kind.
    virtual std::optional<std::uint64_t> key() const { return std::nullopt; }

protected:
    ~Candidates() = default;
};

// How long a target took to answer.
struct Answer {
    std::chrono::nanoseconds took;
    bool whole = true;  // false: the wait ended without an answer, which would have taken longer
};

class Policy {
public:
    virtual ~Policy() = default;
    // One of the usable targets, or nullopt where there is none.
    virtual std::optional<std::size_t> pick(const Candidates& candidates) = 0;
    virtual void observe(std::size_t target, Answer answer, TimePoint now) { (void)target, (void)answer, (void)now; }
    // What spoke for a target, for people: "3 under way"; "" where nothing but its turn did.
    virtual std::string reason(std::size_t target, const Candidates& candidates) const {
        (void)target, (void)candidates;
        return {};
    }
};

// Whose turn it is. Outlives the policies that read it, so that a reload does not start again at target 0.
struct Turn {
    std::atomic<std::uint64_t> next{0};        // picks so far
    std::atomic<std::uint64_t> substitute{0};  // picks so far whose turn was an unusable target's
};

}  // namespace tollgate::balancer

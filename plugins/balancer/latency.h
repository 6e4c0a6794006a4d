// plugins/balancer/latency.h - Latency: how long a target takes to answer, by what it took of late.
#pragma once

#include "policy.h"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tollgate::balancer {

// A peak EWMA, as Finagle's: it jumps to what took longer at once, and comes down by time, not by the number of
// answers: after `decay` without news a third is left, so that who was slow is tried again. Figure and time are one
// word, which loops change by compare and swap; nobody waits for anybody. Outlives the policies that read it.
class Latency {
public:
    // One answer a millisecond counts, and each that takes longer than expected.
    void observe(Answer answer, TimePoint now, std::chrono::nanoseconds decay) noexcept;
    // Seconds; 0 where nothing is known yet.
    double expected(TimePoint now, std::chrono::nanoseconds decay) const noexcept;

private:
    std::atomic<std::uint64_t> word_{0};  // seconds as a float, then the lower half of steady_clock's milliseconds
};

}  // namespace tollgate::balancer

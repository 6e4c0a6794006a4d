// core/gateway/target_tally.h - TargetTally: how one loop's attempts at a target went, in all and lately.
#pragma once

#include <tollgate/context.h>

#include "history/latencies.h"
#include "net/timers.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace tollgate {

// One loop counts, any thread reads. Times are those of the last one to two minutes: what was slow yesterday says
// nothing of now.
class TargetTally {
public:
    struct Attempt {
        Outcome outcome;
        int status;                           // 0: no answer
        std::chrono::nanoseconds first_byte;  // 0: none came
    };
    void count(const Attempt& attempt, net::TimePoint now) noexcept;  // [its loop]

    // Of one loop, or of several added up.
    struct Reading {
        std::uint64_t attempts = 0, failures = 0;    // since the start; failures: no whole answer, or a status from 500 on
        std::uint64_t lately = 0, failed_lately = 0;
        std::uint64_t answered = 0;                  // lately, with a first byte
        std::chrono::nanoseconds waited{0};          // for all of those
        history::LatencyCounts times{};              // likewise
        void add(const Reading& other) noexcept;
    };
    Reading read(net::TimePoint now) const noexcept;

private:
    using Number = std::atomic<std::uint64_t>;
    struct Window {
        std::atomic<std::int64_t> minute{-1};  // which it is of
        Number attempts{0}, failures{0}, answered{0}, waited{0};
        history::Latencies times;
    };
    Window& window_of(std::int64_t minute) noexcept;

    Number attempts_{0}, failures_{0};
    std::array<Window, 2> windows_;
};

}  // namespace tollgate

// core/upstream/breaker.h - Breaker: what fails too often is not called for a while, then tried by a few calls.
//
// Closed, everything passes and is judged. Too many failures open it: nothing passes until `open` is over. Then it is
// half-open: as many probes as `half_open` says may be under way at a time, that many successes close it again, and the
// first failure opens it anew.
#pragma once

#include "upstream/failure_tally.h"
#include "upstream/settings.h"

#include <atomic>
#include <cstdint>
#include <mutex>

namespace tollgate::upstream {

// Of one target, or one upstream. Any thread. Closed it costs a load before a call, and after it what FailureTally costs;
// open it costs two loads. Settings come with each call, since it outlives them.
class Breaker {
public:
    enum class State : std::uint8_t { closed, half_open, open };

    // A call that was let through. How it went is of interest in the state in which it began, and in no later one.
    struct Pass {
        std::uint32_t period = 0;
        bool judged = false, probe = false;
    };
    // What a call did to the state: told once, to the one who did it.
    struct Change {
        bool happened = false;
        State from = State::closed, to = State::closed;
        std::uint32_t in_a_row = 0;      // failures, where it has opened
        RatioWindow::Sums lately{};      // likewise, where a rate is set
        explicit operator bool() const noexcept { return happened; }
    };

    bool closed() const noexcept { return state_of(word_.load(std::memory_order_relaxed)) == State::closed; }
    // Whether a call would get through.
    bool lets_through(const BreakerSettings& settings, net::TimePoint now) const noexcept;
    // Until another call may get through, unless probes change that before; 0 where one may now.
    net::Duration refuses_for(const BreakerSettings& settings, net::TimePoint now) const noexcept;

    // A call is about to begin. False: it may not.
    [[nodiscard]] bool begin(Pass& pass, Change& change, const BreakerSettings& settings, net::TimePoint now) noexcept;
    // The head of the answer is here, and is as it should be. Of a probe that is enough: its body may take hours, in
    // which nobody else would get through. What becomes of the body is judged like that of any call then.
    Change answered(Pass& pass, const BreakerSettings& settings, net::TimePoint now) noexcept;
    // The call is over.
    Change end(Pass& pass, bool failed, const BreakerSettings& settings, net::TimePoint now) noexcept;
    // It came to no end that says anything: the client left.
    void abandon(Pass& pass) noexcept;

    // What people are shown: of one moment.
    struct View {
        State state = State::closed;
        net::TimePoint since{};  // {}: from the beginning
        net::TimePoint until{};  // while open: when the first probe may go
        std::uint64_t opened = 0;
        std::uint32_t in_a_row = 0;
    };
    View view() const noexcept;
    State state() const noexcept { return state_of(word_.load(std::memory_order_relaxed)); }
    std::uint64_t opened() const noexcept { return opened_.load(std::memory_order_relaxed); }

private:
    static constexpr std::uint32_t state_bits = 2;
    static State state_of(std::uint32_t word) noexcept { return State(word & ((1u << state_bits) - 1)); }
    net::TimePoint until() const noexcept {
        return net::TimePoint{net::Duration{until_.load(std::memory_order_relaxed)}};
    }
    // mutex_ is held.
    Change turn(State to, const BreakerSettings& settings, net::TimePoint now) noexcept;
    Change judge_probe(bool failed, const BreakerSettings& settings, net::TimePoint now) noexcept;

    std::atomic<std::uint32_t> word_{0};  // the state, and above it the number of its period
    std::atomic<net::Duration::rep> until_{0};
    std::atomic<std::uint32_t> probes_{0};  // under way
    std::atomic<std::uint64_t> opened_{0};
    FailureTally tally_;
    mutable std::mutex mutex_;  // changes of the state, and what follows
    std::uint32_t successes_ = 0;
    net::TimePoint since_{};
};

constexpr const char* name_of(Breaker::State state) noexcept {
    switch (state) {
        case Breaker::State::closed: return "closed";
        case Breaker::State::half_open: return "half-open";
        case Breaker::State::open: return "open";
    }
    return "";
}

}  // namespace tollgate::upstream

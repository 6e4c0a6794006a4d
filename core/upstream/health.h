// core/upstream/health.h - Health: whether one target is in, as checks, the ends of requests and operators say.
#pragma once

#include "net/timers.h"
#include "upstream/settings.h"

#include <atomic>
#include <cstdint>
#include <string>

namespace tollgate::upstream {

// What one check found.
struct CheckResult {
    bool passed = false;
    std::string found;  // "status 503", "no connection: Connection refused"
};

// Knows no clock: each change is told its time.
class Health {
public:
    // Why a target is out; several may hold at once.
    using Reasons = std::uint8_t;
    static constexpr Reasons drained = 1, down = 2, ejected = 4;
    enum class Checked : std::uint8_t { never, passing, failing };

    // Any thread, without a lock -------------------------------------------------------------------------------------
    Reasons out() const noexcept { return out_.load(std::memory_order_relaxed); }  // 0: in
    bool ejection_over(net::TimePoint now) const noexcept {
        return now >= ejected_until_.load(std::memory_order_relaxed);
    }
    // Which share of its requests a target gets that came in a while ago: from 0.1 to 1 within `slow_start`.
    double warmth(net::Duration slow_start, net::TimePoint now) const noexcept;
    FailureTally failures;  // of attempts, for an ejection

    // One at a time: the Roster's ------------------------------------------------------------------------------------
    // It is in from now on, and nothing is known of it. `warming`: others of its upstream are at work already.
    void begin(bool warming, net::TimePoint now) noexcept;
    // The first check decides at once; from then on it takes `rise` or `fall` in a row. Coming in by checks ends an
    // ejection too: what failed requests is not what answers now.
    void check(const CheckResult& result, const CheckSettings& settings, net::TimePoint now);
    void forget_checks(net::TimePoint now) noexcept;  // it is checked no more
    // For how long. Each time longer; each time of that length (the first's) without one makes the next shorter again.
    net::Duration eject(std::string why, const EjectSettings& settings, net::TimePoint now);
    void end_ejection(net::TimePoint now) noexcept;
    void drain(bool out, net::TimePoint now) noexcept { set(drained, out, now); }

    struct Facts {
        net::TimePoint since;  // when it last came in or went out
        std::string why_out;   // "3 checks failed in a row, the last: status 503"; "" while it is in
        Checked checked;
        std::uint64_t passed, failed;  // checks
        std::uint32_t in_a_row;        // of the kind of the last
        std::string found;             // by the last check
        std::uint64_t ejections;
        net::TimePoint ejected_until;  // where it is ejected
    };
    Facts facts() const;
    net::TimePoint last_checked() const noexcept { return last_checked_; }  // TimePoint{}: never, or by other settings
    void check_anew() noexcept { last_checked_ = {}; }                      // the settings have changed

private:
    void set(Reasons reason, bool holds, net::TimePoint now) noexcept;

    std::atomic<Reasons> out_{0};
    std::atomic<net::TimePoint> ejected_until_{}, warming_since_{};  // TimePoint{}: never
    net::TimePoint since_{}, last_checked_{};
    Checked checked_ = Checked::never;
    bool last_passed_ = false;
    std::uint32_t in_a_row_ = 0, recent_ejections_ = 0;
    std::uint64_t passed_ = 0, failed_ = 0, ejections_ = 0;
    net::TimePoint ejection_ended_{};
    std::string found_, why_down_, why_ejected_;
};

}  // namespace tollgate::upstream

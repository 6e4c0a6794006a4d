// core/upstream/hedge_delay.h - HedgeDelay: after what time nearly all of an upstream's answers have begun, of late.
#pragma once

#include "net/timers.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace tollgate::upstream {

// A histogram of times by their logarithm over the last ten seconds, a ring of slots of a second each: what is older is
// forgotten, a slot at a time. Of one upstream, over all loops. Any thread, without locks; every add() is counted.
class HedgeDelay {
public:
    static constexpr std::uint64_t enough = 100;  // below so many times lately nothing is said

    // From the beginning of an attempt to the first byte of its answer.
    void add(net::Duration time, net::TimePoint now) noexcept;
    // The time within which that share of them was: at most an eighth too long. Reckoned anew at most every 100 ms, by
    // one of those who ask; the others get what was found last. nullopt: too few are known.
    std::optional<net::Duration> quantile(double share, net::TimePoint now) noexcept;

private:
    // Eight buckets to an octave, from 16 us on to beyond a minute; shorter times are in the first, longer in the last.
    static constexpr std::size_t by_octave = 8, octaves = 22, buckets = octaves * by_octave, slots = 10;
    static constexpr int least_bits = 14;  // of nanoseconds: 2^14 are 16 us
    static std::size_t bucket_of(net::Duration time) noexcept;
    static net::Duration end_of(std::size_t bucket) noexcept;
    static std::uint64_t period_of(net::TimePoint now) noexcept;
    std::optional<net::Duration> reckon(double share, net::TimePoint now) const noexcept;

    // One word each, so that a slot that begins anew loses nobody's count: its period, and in the lower half the count.
    std::array<std::array<std::atomic<std::uint64_t>, buckets>, slots> counts_{};
    std::atomic<net::TimePoint> reckoned_{};
    std::atomic<net::Duration> found_{net::Duration{0}};  // 0: too few
};

}  // namespace tollgate::upstream

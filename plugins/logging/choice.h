// plugins/logging/choice.h - Choice: which requests a log is told of.
#pragma once

#include <chrono>
#include <cstdint>

namespace tollgate::logging {

// Immutable; any thread.
struct Choice {
    bool errors = false, refusals = false, slow = false;  // only these; none of them: all
    std::chrono::nanoseconds slow_from{0};                // 0: nothing is slow
    double sample = 1;                                    // of those that are neither errors nor slow

    // `draw`: a random number from 0 up to 1.
    template <class Draw>
    bool takes(std::int64_t status, bool complete, std::chrono::nanoseconds duration, Draw draw) const {
        const bool is_error = status >= 500 || !complete;
        const bool is_slow = slow_from.count() > 0 && duration >= slow_from;
        if (errors || refusals || slow)
            if (!((errors && is_error) || (slow && is_slow) || (refusals && status >= 400 && status < 500)))
                return false;
        return sample >= 1 || is_error || is_slow || draw() < sample;
    }
    bool takes_all() const noexcept { return !(errors || refusals || slow) && sample >= 1; }
};

// Numbers from 0 up to 1, good for drawing samples and for nothing that must not be guessed.
class Dice {
public:
    explicit Dice(std::uint64_t seed) noexcept : state_{seed | 1} {}
    double operator()() noexcept {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<double>(state_ >> 11) * 0x1p-53;
    }

private:
    std::uint64_t state_;
};

}  // namespace tollgate::logging

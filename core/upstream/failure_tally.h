// core/upstream/failure_tally.h - FailureTally: when failures have become too many, in a row or as a share.
#pragma once

#include "upstream/ratio_window.h"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tollgate::upstream {

// What is too many: so many in a row, or such a share of at least `minimum` attempts within `window`.
struct FailureThreshold {
    std::uint32_t in_a_row = 5;  // 0: however many
    double rate = 0;             // 0: whatever share
    std::uint32_t minimum = 20;
    std::chrono::nanoseconds window = std::chrono::seconds{10};
    bool operator==(const FailureThreshold&) const = default;
};

// Of one target, or one upstream. Any thread. A success costs a load where the last attempt was one too, and a shared
// count where a rate is set.
class FailureTally {
public:
    // One attempt more. True where with it there are too many; who is told so clears the tally once it has acted.
    bool add(bool failed, const FailureThreshold& threshold, net::TimePoint now) noexcept {
        if (threshold.rate > 0) lately_.add(1, failed, threshold.window, now);
        if (!failed) {
            if (in_a_row_.load(std::memory_order_relaxed) != 0) in_a_row_.store(0, std::memory_order_relaxed);
            return false;
        }
        const std::uint32_t row = in_a_row_.fetch_add(1, std::memory_order_relaxed) + 1;
        if (threshold.in_a_row > 0 && row >= threshold.in_a_row) return true;
        if (threshold.rate <= 0) return false;
        const auto sums = lately_.sums(threshold.window, now);
        return sums.all >= threshold.minimum && sums.ratio() >= threshold.rate;
    }
    void clear() noexcept {
        in_a_row_.store(0, std::memory_order_relaxed);
        lately_.clear();
    }
    std::uint32_t in_a_row() const noexcept { return in_a_row_.load(std::memory_order_relaxed); }
    RatioWindow::Sums lately(const FailureThreshold& threshold, net::TimePoint now) const noexcept {
        return lately_.sums(threshold.window, now);
    }

private:
    std::atomic<std::uint32_t> in_a_row_{0};
    RatioWindow lately_;
};

}  // namespace tollgate::upstream

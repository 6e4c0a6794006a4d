// core/upstream/ratio_window.cpp - counting in slots that several threads share.
#include "upstream/ratio_window.h"

#include <algorithm>

namespace tollgate::upstream {

// The number of the slot's time, from 1 on: 0 is a slot that was never used. It wraps after 16 million slots, 46 hours of a
// window of 100 ms: what was counted in a slot then, and in none since, would count once more.
std::uint64_t RatioWindow::period_of(net::Duration window, net::TimePoint now) noexcept {
    const auto width = std::max<std::int64_t>(1, window.count() / 10);
    return std::uint64_t(now.time_since_epoch().count() / width) % period_mask + 1;
}

void RatioWindow::add(std::uint32_t all, std::uint32_t of_kind, net::Duration window, net::TimePoint now) noexcept {
    const std::uint64_t period = period_of(window, now);
    auto& slot = slots_[period % slots_.size()];
    std::uint64_t seen = slot.load(std::memory_order_relaxed), wanted = 0;
    do {
        std::uint64_t total = all, kind = of_kind;
        if (seen >> (2 * count_bits) == period) {
            total += (seen >> count_bits) & most;
            kind += seen & most;
        }
        if (total > most) {
            total /= 2;
            kind /= 2;
        }
        wanted = period << (2 * count_bits) | total << count_bits | kind;
    } while (!slot.compare_exchange_weak(seen, wanted, std::memory_order_relaxed));
}

RatioWindow::Sums RatioWindow::sums(net::Duration window, net::TimePoint now) const noexcept {
    const std::uint64_t period = period_of(window, now);
    Sums sums;
    for (const auto& slot : slots_) {
        const std::uint64_t seen = slot.load(std::memory_order_relaxed);
        const std::uint64_t age = (period + period_mask - (seen >> (2 * count_bits))) % period_mask;
        if (seen == 0 || age >= slots_.size()) continue;
        sums.all += (seen >> count_bits) & most;
        sums.of_kind += seen & most;
    }
    return sums;
}

void RatioWindow::clear() noexcept {
    for (auto& slot : slots_) slot.store(0, std::memory_order_relaxed);
}

}  // namespace tollgate::upstream

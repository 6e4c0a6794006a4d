// core/upstream/ratio_window.h - RatioWindow: how much happened lately, and how much of it was of one kind.
#pragma once

#include "net/timers.h"

#include <array>
#include <atomic>
#include <cstdint>

namespace tollgate::upstream {

// A ring of ten slots, each a tenth of the window: what is older than the window is forgotten, a tenth at a time. Any
// thread, without locks; every add() is counted, up to a million in a tenth of the window, of which the slot then keeps
// the proportion.
class RatioWindow {
public:
    struct Sums {
        std::uint64_t all = 0, of_kind = 0;
        double ratio() const noexcept { return all == 0 ? 0 : double(of_kind) / double(all); }
    };

    // `of_kind` of `all` more. At most 1000 at a time. The same `window` for every call, at least 10 ms; with another
    // one what was counted so far is forgotten.
    void add(std::uint32_t all, std::uint32_t of_kind, net::Duration window, net::TimePoint now) noexcept;
    // Of the last nine to ten tenths of the window.
    Sums sums(net::Duration window, net::TimePoint now) const noexcept;
    void clear() noexcept;

private:
    // One word, so that a slot that begins anew loses nobody's count: its period, `all` and `of_kind`.
    static constexpr int count_bits = 20, period_bits = 64 - 2 * count_bits;
    static constexpr std::uint64_t most = (std::uint64_t{1} << count_bits) - 1;
    static constexpr std::uint64_t period_mask = (std::uint64_t{1} << period_bits) - 1;
    static std::uint64_t period_of(net::Duration window, net::TimePoint now) noexcept;

    std::array<std::atomic<std::uint64_t>, 10> slots_{};
};

}  // namespace tollgate::upstream

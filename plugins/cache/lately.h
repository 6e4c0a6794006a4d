// plugins/cache/lately.h - Lately: keys of which something was seen a moment ago.
#pragma once

#include "store/key.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tollgate::cache {

// A table of fixed size, where who comes later takes the place of who was there: what it says may be forgotten early.
// Any thread.
class Lately {
public:
    using Instant = std::chrono::steady_clock::time_point;
    explicit Lately(std::chrono::seconds time) noexcept : time_{time} {}

    bool has(const Key& key, Instant now) const noexcept {
        const std::uint64_t seen = places_[key.low % places].load(std::memory_order_relaxed);
        return seen != 0 && (seen & of_key) == tag_of(key) && (seen & ~of_key) > seconds_of(now);
    }
    void add(const Key& key, Instant now) noexcept {
        const std::uint64_t until = (seconds_of(now) + static_cast<std::uint64_t>(time_.count())) & ~of_key;
        places_[key.low % places].store(tag_of(key) | until, std::memory_order_relaxed);
    }
    void remove(const Key& key) noexcept {
        auto& place = places_[key.low % places];
        std::uint64_t seen = place.load(std::memory_order_relaxed);
        if ((seen & of_key) == tag_of(key)) place.compare_exchange_strong(seen, 0, std::memory_order_relaxed);
    }

private:
    static constexpr std::size_t places = 8192;
    static constexpr std::uint64_t of_key = 0xffff'ffff'0000'0000;  // the rest: until when, in seconds
    static std::uint64_t tag_of(const Key& key) noexcept { return key.high & of_key; }
    static std::uint64_t seconds_of(Instant now) noexcept {
        return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
    }

    const std::chrono::seconds time_;
    std::array<std::atomic<std::uint64_t>, places> places_{};
};

}  // namespace tollgate::cache

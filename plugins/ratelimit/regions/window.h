// plugins/ratelimit/regions/window.h - Window: a stretch of time that begins and ends alike at all gateways.
#pragma once

#include <compare>
#include <cstdint>

namespace tollgate::ratelimit::regions {

// In milliseconds since 1970, by the wall clock.
struct Window {
    std::int64_t end = 0, length = 0;
    std::int64_t begin() const noexcept { return end - length; }
    auto operator<=>(const Window&) const = default;
};

}  // namespace tollgate::ratelimit::regions

// loadtest/upstream/steering.h - a request that says itself what is to become of it.
#pragma once

#include "loadtest/upstream/fates.h"

#include <tollgate/message.h>

#include <cstdint>
#include <optional>

namespace tollgate::loadtest {

inline constexpr std::uint64_t most_steered_size = 16u << 20;  // bytes; a client asks for it

// What X-Upstream-Size and X-Upstream-Slow-Body say.
struct SteeredBody {
    std::optional<std::uint64_t> size;
    std::optional<Nanoseconds> slow;
};

// Puts what X-Upstream-Status ("503"), -Delay ("50ms", "1ms..5ms", "exp:5ms") and -Fault ("reset", "none") say in the
// place of what was drawn. Throws UsageError: "X-Upstream-Status: expected ..., got ...".
SteeredBody steer(const Headers& headers, Fate& fate);

}  // namespace tollgate::loadtest

// plugins/cache/cache_status.h - what clients are told of where their answer is from: Cache-Status (RFC 9211), X-Cache.
#pragma once

#include "freshness.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::cache {

enum class Way : std::uint8_t {
    hit,          // kept, and fresh
    stale,        // kept, used although it is not fresh any more
    revalidated,  // kept, and the upstream said that it still holds
    miss,         // nothing was kept
    expired,      // what was kept was not fresh, and the upstream sent another
    pass,         // not asked of the cache: method, bypass, what the request says
    denied,       // known not to be kept
};
constexpr std::size_t ways = 7;

struct Told {
    Way way = Way::miss;
    std::optional<Milliseconds> fresh_for{};  // of what is kept; negative where it is stale
    int upstream_status = 0;                // where the upstream was asked and answered otherwise
    bool stored = false, collapsed = false;
};

// "HIT", "STALE", "REVALIDATED", "MISS", "EXPIRED", "BYPASS".
std::string_view x_cache(Way way) noexcept;
// The word metrics use: "hit".
std::string_view word(Way way) noexcept;
// Appends `tollgate; hit; ttl=5`.
void append_cache_status(std::string& text, const Told& told);

}  // namespace tollgate::cache

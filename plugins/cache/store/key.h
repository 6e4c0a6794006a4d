// plugins/cache/store/key.h - Key: what a store knows of a text that something is found by.
#pragma once

#include "sip_hash.h"

#include <cstdint>
#include <string_view>

namespace tollgate::cache {

// 128 bits: two texts that meet are not to be expected, but whoever must not mix them up compares the texts.
struct Key {
    std::uint64_t high = 0, low = 0;
    bool operator==(const Key&) const = default;
};

// Keyed, so that no client can make texts meet.
Key key_of(std::string_view text, const Secret& secret) noexcept;

}  // namespace tollgate::cache

// plugins/cache/store/key.h - Key: what a store knows of a text that something is found by.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tollgate::cache {

// 128 bits: two texts that meet are not to be expected, but whoever must not mix them up compares the texts.
struct Key {
    std::uint64_t high = 0, low = 0;
    bool operator==(const Key&) const = default;
};

using Secret = std::array<std::uint64_t, 2>;

Secret random_secret();

// SipHash-1-3 with 128 bits of result (Aumasson, Bernstein): keyed, so that no client can make texts meet.
Key key_of(std::string_view text, const Secret& secret) noexcept;

}  // namespace tollgate::cache

// plugins/ratelimit/key_hash.h - what a store knows of a key instead of the key itself.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tollgate::ratelimit {

using Secret = std::array<std::uint64_t, 2>;

Secret random_secret();

// SipHash-1-3 (Aumasson, Bernstein): keyed, so that no client can make keys collide. Never 0.
std::uint64_t hash_of(std::string_view text, const Secret& secret) noexcept;

}  // namespace tollgate::ratelimit

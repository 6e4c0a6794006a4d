// plugins/ratelimit/key_hash.h - what a store knows of a key instead of the key itself.
#pragma once

#include "sip_hash.h"

#include <cstdint>
#include <string_view>

namespace tollgate::ratelimit {

using tollgate::random_secret;
using tollgate::Secret;

// Keyed, so that no client can make keys collide. Never 0.
std::uint64_t hash_of(std::string_view text, const Secret& secret) noexcept;

}  // namespace tollgate::ratelimit

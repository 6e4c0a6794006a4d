// plugins/ratelimit/key_hash.cpp - SipHash with 64 bits of result.
#include "key_hash.h"

#include <algorithm>

namespace tollgate::ratelimit {

std::uint64_t hash_of(std::string_view text, const Secret& secret) noexcept {
    return std::max<std::uint64_t>(1, SipHash{text, secret, SipHash::Bits::of_64}.first());
}

}  // namespace tollgate::ratelimit

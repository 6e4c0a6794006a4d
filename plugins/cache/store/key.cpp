// plugins/cache/store/key.cpp - SipHash with 128 bits of result.
#include "store/key.h"

namespace tollgate::cache {

Key key_of(std::string_view text, const Secret& secret) noexcept {
    SipHash hash{text, secret, SipHash::Bits::of_128};
    const std::uint64_t low = hash.first();
    return {hash.second(), low};
}

}  // namespace tollgate::cache

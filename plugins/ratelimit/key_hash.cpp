// plugins/ratelimit/key_hash.cpp - SipHash with one round per word and three at the end.
#include "key_hash.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>

namespace tollgate::ratelimit {

Secret random_secret() {
    std::random_device device;
    const auto word = [&device] { return (std::uint64_t{device()} << 32) | device(); };
    return {word(), word()};
}

std::uint64_t hash_of(std::string_view text, const Secret& secret) noexcept {
    std::uint64_t a = secret[0] ^ 0x736f6d6570736575, b = secret[1] ^ 0x646f72616e646f6d;
    std::uint64_t c = secret[0] ^ 0x6c7967656e657261, d = secret[1] ^ 0x7465646279746573;
    const auto round = [&]() noexcept {
        a += b, c += d;
        b = std::rotl(b, 13) ^ a, d = std::rotl(d, 16) ^ c;
        a = std::rotl(a, 32);
        a += d, c += b;
        d = std::rotl(d, 21) ^ a, b = std::rotl(b, 17) ^ c;
        c = std::rotl(c, 32);
    };
    const auto absorb = [&](std::uint64_t word) noexcept {
        d ^= word;
        round();
        a ^= word;
    };
    std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56;
    for (; text.size() >= 8; text.remove_prefix(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), 8);
        absorb(word);
    }
    for (std::size_t i = 0; i < text.size(); ++i)
        last |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
    absorb(last);
    c ^= 0xff;
    round(), round(), round();
    return std::max<std::uint64_t>(1, a ^ b ^ c ^ d);
}

}  // namespace tollgate::ratelimit

// plugins/cache/store/key.cpp - SipHash with one round per word, and three before each half of the result.
#include "store/key.h"

#include <bit>
#include <cstring>
#include <random>

namespace tollgate::cache {

namespace {

struct State {
    std::uint64_t a, b, c, d;

    void round() noexcept {
        a += b, c += d;
        b = std::rotl(b, 13) ^ a, d = std::rotl(d, 16) ^ c;
        a = std::rotl(a, 32);
        a += d, c += b;
        d = std::rotl(d, 21) ^ a, b = std::rotl(b, 17) ^ c;
        c = std::rotl(c, 32);
    }
    void absorb(std::uint64_t word) noexcept {
        d ^= word;
        round();
        a ^= word;
    }
    std::uint64_t result() noexcept {
        round(), round(), round();
        return a ^ b ^ c ^ d;
    }
};

}  // namespace

Secret random_secret() {
    std::random_device device;
    const auto word = [&device] { return (std::uint64_t{device()} << 32) | device(); };
    return {word(), word()};
}

Key key_of(std::string_view text, const Secret& secret) noexcept {
    State state{secret[0] ^ 0x736f6d6570736575, secret[1] ^ 0x646f72616e646f6d ^ 0xee, secret[0] ^ 0x6c7967656e657261,
                secret[1] ^ 0x7465646279746573};
    std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56;
    for (; text.size() >= 8; text.remove_prefix(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), 8);
        state.absorb(word);
    }
    for (std::size_t i = 0; i < text.size(); ++i)
        last |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
    state.absorb(last);
    state.c ^= 0xee;
    const std::uint64_t low = state.result();
    state.b ^= 0xdd;
    return {state.result(), low};
}

}  // namespace tollgate::cache

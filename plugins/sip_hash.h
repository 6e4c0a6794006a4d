// plugins/sip_hash.h - SipHash-1-3 (Aumasson, Bernstein), for plugins whose tables clients choose the keys of.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

namespace tollgate {

using Secret = std::array<std::uint64_t, 2>;

inline Secret random_secret() {
    std::random_device device;
    const auto word = [&device] { return (std::uint64_t{device()} << 32) | device(); };
    return {word(), word()};
}

// One round for each word, three for each half of the result. Who does not know the secret cannot make texts meet.
class SipHash {
public:
    enum class Bits : std::uint8_t { of_64 = 0, of_128 = 0xee };

    SipHash(std::string_view text, const Secret& secret, Bits bits) noexcept
        : a_{secret[0] ^ 0x736f6d6570736575},
          b_{secret[1] ^ 0x646f72616e646f6d ^ static_cast<std::uint64_t>(bits)},
          c_{secret[0] ^ 0x6c7967656e657261},
          d_{secret[1] ^ 0x7465646279746573} {
        std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56;
        for (; text.size() >= 8; text.remove_prefix(8)) {
            std::uint64_t word = 0;
            std::memcpy(&word, text.data(), 8);
            absorb(word);
        }
        for (std::size_t i = 0; i < text.size(); ++i)
            last |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
        absorb(last);
        c_ ^= bits == Bits::of_64 ? 0xff : 0xee;
    }
    // Once; of 128 bits the low half, and then the high one.
    std::uint64_t first() noexcept { return result(); }
    std::uint64_t second() noexcept {
        b_ ^= 0xdd;
        return result();
    }

private:
    void round() noexcept {
        a_ += b_, c_ += d_;
        b_ = std::rotl(b_, 13) ^ a_, d_ = std::rotl(d_, 16) ^ c_;
        a_ = std::rotl(a_, 32);
        a_ += d_, c_ += b_;
        d_ = std::rotl(d_, 21) ^ a_, b_ = std::rotl(b_, 17) ^ c_;
        c_ = std::rotl(c_, 32);
    }
    void absorb(std::uint64_t word) noexcept {
        d_ ^= word;
        round();
        a_ ^= word;
    }
    std::uint64_t result() noexcept {
        round(), round(), round();
        return a_ ^ b_ ^ c_ ^ d_;
    }

    std::uint64_t a_, b_, c_, d_;
};

}  // namespace tollgate

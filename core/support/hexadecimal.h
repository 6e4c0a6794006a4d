// core/support/hexadecimal.h - bytes as hexadecimal digits.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace tollgate {

namespace detail {

// "000102...feff"
inline constexpr std::array<char, 512> hexadecimal = [] {
    constexpr char digits[] = "0123456789abcdef";
    std::array<char, 512> pairs{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
        pairs[2 * byte] = digits[byte >> 4];
        pairs[2 * byte + 1] = digits[byte & 15];
    }
    return pairs;
}();

}  // namespace detail

// Writes the lowest `bytes` of `word`, highest first, two digits each. Returns the end.
inline char* put_hexadecimal(char* to, std::uint64_t word, int bytes) noexcept {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8, to += 2)
        std::memcpy(to, &detail::hexadecimal[2 * (word >> shift & 0xff)], 2);
    return to;
}

}  // namespace tollgate

// core/support/hexadecimal.h - bytes as hexadecimal digits, and digits as what they say.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

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

// The bytes in their order, two lower-case digits each.
inline std::string hexadecimal(std::span<const unsigned char> bytes) {
    std::string text;
    text.reserve(2 * bytes.size());
    for (const unsigned char byte : bytes) text.append(&detail::hexadecimal[2 * std::size_t{byte}], 2);
    return text;
}

// What a hexadecimal digit says, in either case; -1 where `c` is none.
constexpr int digit_of(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace tollgate

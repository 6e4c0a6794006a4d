// core/support/hash.h - a hash that is the same in every process, version and machine: gateways must agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tollgate {

// Every bit of the result depends on every bit of `x` (the finisher of splitmix64).
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

// Of a text; changing it sends every client of a split somewhere else. Whoever knows it can choose texts that meet.
constexpr std::uint64_t stable_hash(std::string_view text) noexcept {
    std::uint64_t sum = (text.size() + 1) * 0x9e3779b97f4a7c15;
    for (std::size_t begin = 0; begin < text.size(); begin += 8) {
        std::uint64_t word = 0;
        for (std::size_t i = begin; i < text.size() && i < begin + 8; ++i)
            word |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * (i - begin));
        sum = mix(sum ^ word) + 0x9e3779b97f4a7c15;
    }
    return mix(sum);
}

}  // namespace tollgate

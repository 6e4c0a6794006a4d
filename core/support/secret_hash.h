// core/support/secret_hash.h - a quick hash under a secret, for tables in memory whose names clients choose.
#pragma once

#include "support/random.h"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace tollgate {

// Two words into one by the halves of their product, which loses none of what distinguishes them.
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Of this process only: never kept, never shown. Who does not know the secret cannot choose texts that meet.
class SecretHash {
public:
    SecretHash() : first_{random_word() | 1}, second_{random_word() | 1} {}

    std::uint64_t operator()(std::string_view text) const noexcept {
        std::uint64_t sum = first_ ^ text.size();
        while (text.size() > 8) {
            sum = fold(sum ^ word(text.data(), 8), second_);
            text.remove_prefix(8);
        }
        return fold(sum ^ word(text.data(), text.size()), second_ ^ 0x9e3779b97f4a7c15);
    }

private:
    static std::uint64_t word(const char* from, std::size_t size) noexcept {
        std::uint64_t bits = 0;
        std::memcpy(&bits, from, size);
        return bits;
    }

    const std::uint64_t first_, second_;
};

}  // namespace tollgate

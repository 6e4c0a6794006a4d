// core/support/digest.h - Digest: the SHA-256 of a secret, which is all that is kept of one, and its comparison.
#pragma once

#include <array>
#include <string_view>

namespace tollgate {

using Digest = std::array<unsigned char, 32>;

// Any thread. Throws std::runtime_error where OpenSSL has no SHA-256 to offer.
Digest sha256(std::string_view text);

// Takes the same time wherever the two differ.
bool same(const Digest& a, const Digest& b) noexcept;

}  // namespace tollgate

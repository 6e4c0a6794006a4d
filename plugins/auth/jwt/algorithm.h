// plugins/auth/jwt/algorithm.h - Algorithm: how a JWS is signed (RFC 7518 section 3, RFC 8037). There is no "none".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

typedef struct evp_md_st EVP_MD;  // NOLINT(modernize-use-using): as openssl/types.h has it

namespace tollgate::auth::jwt {

enum class Algorithm : std::uint8_t {
    hs256, hs384, hs512, rs256, rs384, rs512, ps256, ps384, ps512, es256, es384, es512, eddsa
};

// What sort of key an algorithm goes with. A key of one sort never serves another: a public key is no shared secret.
enum class Family : std::uint8_t { hmac, rsa, ec, ed25519 };

struct AlgorithmFacts {
    Algorithm algorithm;
    std::string_view name;  // "RS256"
    Family family;
    std::size_t hash;       // bits of SHA-2; 0 for EdDSA, which has its own
    bool pss = false;       // RSA's padding
    const char* curve = nullptr;   // of ec: OpenSSL's name
    std::size_t coordinate = 0;    // of ec: bytes of each half of a signature
};

std::span<const AlgorithmFacts> all_algorithms() noexcept;
const AlgorithmFacts& facts_of(Algorithm algorithm) noexcept;
std::optional<Algorithm> algorithm_named(std::string_view name) noexcept;  // case counts
const EVP_MD* digest_of(Algorithm algorithm) noexcept;                     // null for EdDSA

// Some of them.
class AlgorithmSet {
public:
    void add(Algorithm algorithm) noexcept { bits_ |= bit(algorithm); }
    bool has(Algorithm algorithm) const noexcept { return (bits_ & bit(algorithm)) != 0; }
    bool empty() const noexcept { return bits_ == 0; }

private:
    static std::uint32_t bit(Algorithm algorithm) noexcept { return 1u << static_cast<unsigned>(algorithm); }
    std::uint32_t bits_ = 0;
};

}  // namespace tollgate::auth::jwt

// plugins/auth/jwt/algorithm.cpp - the table of signature algorithms.
#include "algorithm.h"

#include <openssl/evp.h>

namespace tollgate::auth::jwt {

namespace {

constexpr AlgorithmFacts table[] = {
    {Algorithm::hs256, "HS256", Family::hmac, 256},
    {Algorithm::hs384, "HS384", Family::hmac, 384},
    {Algorithm::hs512, "HS512", Family::hmac, 512},
    {Algorithm::rs256, "RS256", Family::rsa, 256},
    {Algorithm::rs384, "RS384", Family::rsa, 384},
    {Algorithm::rs512, "RS512", Family::rsa, 512},
    {Algorithm::ps256, "PS256", Family::rsa, 256, true},
    {Algorithm::ps384, "PS384", Family::rsa, 384, true},
    {Algorithm::ps512, "PS512", Family::rsa, 512, true},
    {Algorithm::es256, "ES256", Family::ec, 256, false, "prime256v1", 32},
    {Algorithm::es384, "ES384", Family::ec, 384, false, "secp384r1", 48},
    {Algorithm::es512, "ES512", Family::ec, 512, false, "secp521r1", 66},
    {Algorithm::eddsa, "EdDSA", Family::ed25519, 0},
};

}  // namespace

std::span<const AlgorithmFacts> all_algorithms() noexcept { return table; }

const AlgorithmFacts& facts_of(Algorithm algorithm) noexcept { return table[static_cast<std::size_t>(algorithm)]; }

std::optional<Algorithm> algorithm_named(std::string_view name) noexcept {
    for (const AlgorithmFacts& facts : table)
        if (facts.name == name) return facts.algorithm;
    return std::nullopt;
}

const EVP_MD* digest_of(Algorithm algorithm) noexcept {
    switch (facts_of(algorithm).hash) {
        case 256: return EVP_sha256();
        case 384: return EVP_sha384();
        case 512: return EVP_sha512();
        default: return nullptr;
    }
}

}  // namespace tollgate::auth::jwt

// plugins/auth/jwt/key.h - Key: what the signature of a token is verified with.
#pragma once

#include "algorithm.h"
#include "json.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

typedef struct evp_pkey_st EVP_PKEY;  // NOLINT(modernize-use-using): as openssl/types.h has it

namespace tollgate::auth::jwt {

// Immutable; verify() is safe from any thread.
class Key {
public:
    // A shared secret, for HS only.
    static Key of_secret(std::string secret);
    // A public key: RSA of 2048 to 8192 bits, EC on P-256, P-384 or P-521, Ed25519. Where it is none of these,
    // `problem` says so.
    static std::optional<Key> of_public(std::shared_ptr<EVP_PKEY> key, std::string& problem);
    // A member of a JWK set (RFC 7517): kty RSA, EC or OKP; for signatures, by "use" and "key_ops". A kty "oct" is not
    // taken: a secret in what is published is none.
    static std::optional<Key> of_jwk(const Json& jwk, std::string& problem);

    const std::string& id() const noexcept { return id_; }  // kid, or ""
    bool fits(Algorithm algorithm) const noexcept;
    // False for any signature but the right one. Only for an algorithm that fits.
    bool verify(Algorithm algorithm, std::string_view input, std::string_view signature) const;

private:
    Key() = default;
    bool verify_hmac(Algorithm algorithm, std::string_view input, std::string_view signature) const;
    bool verify_public(Algorithm algorithm, std::string_view input, std::string_view signature) const;

    Family family_ = Family::hmac;
    std::string id_, secret_;
    std::string curve_;  // of ec, OpenSSL's name
    std::optional<Algorithm> only_;  // "alg" of a JWK
    std::shared_ptr<EVP_PKEY> key_;  // null for hmac
};

}  // namespace tollgate::auth::jwt

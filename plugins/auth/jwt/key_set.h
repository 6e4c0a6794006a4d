// plugins/auth/jwt/key_set.h - KeySet: the keys of one issuer, out of a JWK set (RFC 7517) or PEM.
#pragma once

#include "key.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::auth::jwt {

// Immutable; shared by all threads.
class KeySet {
public:
    static constexpr std::size_t most_keys = 100, largest = 1 << 20;

    // A text that begins with '{' is a JWK set, another one PEM. Of a JWK set keys that are of no use here are passed
    // over (section 5 wants it so), but one must be left; of PEM each block must be a public key or a certificate. On
    // failure `problem` says why.
    static std::optional<KeySet> parse(std::string_view text, std::string& problem);
    static KeySet of_secret(std::string secret);

    std::size_t size() const noexcept { return keys_.size(); }
    // Those algorithms that some key fits.
    AlgorithmSet algorithms() const noexcept;
    // Whether some key may be meant by a token of that kid ("" for none), whatever its algorithm.
    bool knows(std::string_view id) const noexcept;
    // Whether a key that may be meant by kid and fits the algorithm made the signature. A key without an id may be
    // meant by any kid, and a token without kid may mean any key; of those that fit the first few are tried.
    bool verify(std::string_view id, Algorithm algorithm, std::string_view input, std::string_view signature) const;

private:
    static std::optional<KeySet> parse_jwks(std::string_view text, std::string& problem);
    static std::optional<KeySet> parse_pem(std::string_view text, std::string& problem);

    std::vector<Key> keys_;
};

}  // namespace tollgate::auth::jwt

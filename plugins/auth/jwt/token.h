// plugins/auth/jwt/token.h - Token: a compact JWS (RFC 7515 section 7.1) taken apart; nothing of it is verified yet.
#pragma once

#include "algorithm.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::auth::jwt {

// Why a token is refused. Fine enough for figures; clients are told less.
enum class Fault : std::uint8_t {
    malformed,      // no JWS, no JSON, a member twice, `crit`
    algorithm,      // "none", unknown, or not accepted here
    key_unknown,    // no key of that kid
    signature,
    expired,
    not_yet_valid,  // nbf or iat lie ahead
    issuer,
    audience,
    claims,         // a claim that must be there is not, or is of another form
    no_key_signed,  // a token without kid, and none of the keys made its signature
    type,           // typ is none that is accepted
};
inline constexpr std::size_t fault_count = 11;

struct Token {
    static constexpr std::size_t longest = 8192;

    // `text` must outlive the Token. nullopt and `fault` where it is none, or of an algorithm that is not `accepted`.
    static std::optional<Token> parse(std::string_view text, AlgorithmSet accepted, Fault& fault);

    Algorithm algorithm{};
    std::string key_id;            // kid, or ""
    std::string type;              // typ, or ""
    std::string_view input;        // what was signed
    std::string_view payload;      // still base64url
    std::string signature;
};

}  // namespace tollgate::auth::jwt

// plugins/auth/jwt/verify.h - verify: whether a token is what it says, and what that is.
#pragma once

#include "claims.h"
#include "json.h"
#include "key_set.h"
#include "token.h"

#include <string_view>
#include <variant>

namespace tollgate::auth::jwt {

struct Verified {
    Json claims;     // an object
    double end = 0;  // seconds since 1970: from then on it is no good
};

// The signature first: of what nobody signed nothing is read but the header. Any thread.
std::variant<Verified, Fault> verify(std::string_view token, const KeySet& keys, AlgorithmSet accepted,
                                     const Rules& rules, double now);

}  // namespace tollgate::auth::jwt

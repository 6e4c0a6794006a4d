// plugins/auth/jwt/claims.h - Rules: what the claims of a verified token must say (RFC 7519 section 4.1).
#pragma once

#include "json.h"
#include "token.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::auth::jwt {

struct Rules {
    std::vector<std::string> issuers, audiences;  // empty: anybody
    double leeway = 30;                           // seconds
    bool expiry_required = true;
    std::vector<std::string> types{};             // of the header, in lower case, without "application/"; empty: any
};

// Whether `type` (RFC 7515 section 4.1.9: a media type, in any case) is one that `rules` take.
bool takes_type(const Rules& rules, std::string_view type);

// Why the claims will not do at `now` (seconds since 1970); nullopt where they do. `end` is then when they do no more,
// leeway included; infinite without exp.
std::optional<Fault> fault_of(const Json& claims, const Rules& rules, double now, double& end);

}  // namespace tollgate::auth::jwt

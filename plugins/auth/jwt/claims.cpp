// plugins/auth/jwt/claims.cpp - times, issuer and audience of a token.
#include "claims.h"

#include "../words.h"

#include <algorithm>
#include <limits>

namespace tollgate::auth::jwt {

namespace {

bool is_one_of(const Json& claim, const std::vector<std::string>& wanted) {
    return claim.is(Json::Kind::text) && std::find(wanted.begin(), wanted.end(), claim.text) != wanted.end();
}

// A text or a list of them (section 4.1.3).
bool meant_for(const Json& audience, const std::vector<std::string>& wanted) {
    if (!audience.is(Json::Kind::list)) return is_one_of(audience, wanted);
    return std::any_of(audience.elements.begin(), audience.elements.end(),
                       [&](const Json& one) { return is_one_of(one, wanted); });
}

}  // namespace

bool takes_type(const Rules& rules, std::string_view type) {
    if (rules.types.empty()) return true;
    constexpr std::string_view family = "application/";
    std::string plain{type};
    std::transform(plain.begin(), plain.end(), plain.begin(), lower);
    if (plain.starts_with(family)) plain.erase(0, family.size());
    return std::find(rules.types.begin(), rules.types.end(), plain) != rules.types.end();
}

std::optional<Fault> fault_of(const Json& claims, const Rules& rules, double now, double& end) {
    const Json *expires = claims.find("exp"), *begins = claims.find("nbf"), *issued = claims.find("iat");
    for (const Json* time : {expires, begins, issued})
        if (time && !time->is(Json::Kind::number)) return Fault::claims;
    if (!expires && rules.expiry_required) return Fault::claims;
    end = expires ? expires->number + rules.leeway : std::numeric_limits<double>::infinity();
    if (now >= end) return Fault::expired;
    for (const Json* time : {begins, issued})
        if (time && time->number > now + rules.leeway) return Fault::not_yet_valid;
    if (!rules.issuers.empty()) {
        const Json* issuer = claims.find("iss");
        if (!issuer || !is_one_of(*issuer, rules.issuers)) return Fault::issuer;
    }
    if (!rules.audiences.empty()) {
        const Json* audience = claims.find("aud");
        if (!audience || !meant_for(*audience, rules.audiences)) return Fault::audience;
    }
    return std::nullopt;
}

}  // namespace tollgate::auth::jwt

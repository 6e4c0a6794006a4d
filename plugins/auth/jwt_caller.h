// plugins/auth/jwt_caller.h - the Caller that a verified token speaks of.
#pragma once

#include "caller_ids.h"
#include "jwt/json.h"

#include <tollgate/context.h>

#include <memory>
#include <string>
#include <vector>

namespace tollgate::auth {

// Which claims say what; "" for those that none does.
struct ClaimNames {
    std::string id, owner, tier;
    std::vector<std::string> scopes;
};

// claim("scopes") are the scopes of all `names.scopes` with blanks between, claim("org") a text, a number as it was
// written, "true" or "false", or a list of those with blanks between, and claim("realm.roles") what lies within an
// object; names that begin with "tollgate." are the gateway's own, and "". Null where the claim of the id is absent, or a claim that was named is neither text nor number, too long or
// has control characters: what cannot be logged and sent on is no name.
std::shared_ptr<const Caller> make_jwt_caller(jwt::Json claims, const ClaimNames& names, const CallerIds& id_of);

}  // namespace tollgate::auth

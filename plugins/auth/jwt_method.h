// plugins/auth/jwt_method.h - the method "jwt": who is asking, by a signed token (RFC 7519).
#pragma once

#include "method.h"

#include <memory>

namespace tollgate::auth {

// Throws ConfigError.
std::unique_ptr<Method> make_jwt_method(const Settings& settings, Host& host);

}  // namespace tollgate::auth

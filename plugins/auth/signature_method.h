// plugins/auth/signature_method.h - the method "signature": requests that are signed (RFC 9421).
#pragma once

#include "method.h"

#include <memory>

namespace tollgate::auth {

// Throws ConfigError.
std::unique_ptr<Method> make_signature_method(const Settings& settings, Host& host);

}  // namespace tollgate::auth

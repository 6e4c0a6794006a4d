// plugins/auth/basic_method.h - the method "basic": who is asking, by name and password (RFC 7617).
#pragma once

#include "method.h"

#include <memory>

namespace tollgate::auth {

// Throws ConfigError.
std::unique_ptr<Method> make_basic_method(const Settings& settings, Host& host);

}  // namespace tollgate::auth

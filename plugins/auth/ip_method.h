// plugins/auth/ip_method.h - the method "ip": who may come in, and who is known, by the client's address.
#pragma once

#include "method.h"

#include <memory>

namespace tollgate::auth {

// Throws ConfigError.
std::unique_ptr<Method> make_ip_method(const Settings& settings, Host& host);

}  // namespace tollgate::auth

// plugins/auth/certificate_method.h - the method "certificate": who is asking, by the certificate of the connection.
#pragma once

#include "method.h"

#include <memory>

namespace tollgate::auth {

// Throws ConfigError.
std::unique_ptr<Method> make_certificate_method(const Settings& settings, Host& host);

}  // namespace tollgate::auth

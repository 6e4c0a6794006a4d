// plugins/auth/key_method.h - the method "key": who is asking, by a key whose SHA-256 stands in a file or in the database.
#pragma once

#include "method.h"

#include <memory>

namespace tollgate::auth {

// Throws ConfigError.
std::unique_ptr<Method> make_key_method(const Settings& settings, Host& host);

}  // namespace tollgate::auth

// plugins/auth/fields.h - what a use of auth can be told, and by which methods each of it is understood.
#pragma once

#include <tollgate/settings.h>

#include <span>
#include <string_view>

namespace tollgate::auth {

extern const std::span<const Field> all_fields;

// Throws ConfigError where the use says something that its method does not understand: a word that is read by nobody
// would look as if it protected something.
void expect_fields_of(std::string_view method, const Settings& settings);

}  // namespace tollgate::auth

// core/support/secrets.h - telling by its name what must not be shown, and what is shown instead.
#pragma once

#include <string_view>

namespace tollgate {

// What stands in for a secret wherever one would be shown.
inline constexpr std::string_view hidden = "(hidden)";

// Whether a header line, a query's parameter or a cookie of that name holds a secret; without case, '-' and '_'.
// plugins/logging has the same list. What settings of routes.lua are secret is another question (config/secrets.h):
// there a `key` says where a key stands.
bool names_a_secret(std::string_view name);

}  // namespace tollgate

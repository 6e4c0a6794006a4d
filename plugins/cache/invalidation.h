// plugins/cache/invalidation.h - what a request that may have changed something makes stale (RFC 9111 section 4.4).
#pragma once

#include "lines.h"

#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

// GET, HEAD, OPTIONS, TRACE (RFC 9110 section 9.2.1). Of a method that nobody knows it is not known either.
bool is_safe(std::string_view method) noexcept;

// The path and query of what Location and Content-Location name, where that is at the same scheme and host: whoever
// answers for one host cannot make another's answers stale. `base_path` is what was asked for, without query.
std::vector<std::string> named_targets(Lines answer, std::string_view scheme, std::string_view host,
                                       std::string_view base_path);

}  // namespace tollgate::cache

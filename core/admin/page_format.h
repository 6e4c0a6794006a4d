// core/admin/page_format.h - in which text, and how packed, whoever scrapes wants to read the figures.
#pragma once

#include "plugins/exposition.h"

#include <string>
#include <string_view>

namespace tollgate::admin {

// By the value of an Accept line (RFC 9110, section 12.5.1). OpenMetrics is for who names it, in version 1.0.0 or none,
// and wants it no less than plain text; everybody else gets plain text, which everybody reads.
plugins::Exposition::Format wanted_format(std::string_view accept);

// Whether an Accept-Encoding line (section 12.5.3) takes gzip.
bool takes_gzip(std::string_view accept_encoding);

// As quickly as can be, not as small.
std::string gzip(std::string_view text);

}  // namespace tollgate::admin

// plugins/ratelimit/json_text.h - texts of the pages that tell of limits, as JSON has them.
#pragma once

#include <string>
#include <string_view>

namespace tollgate::ratelimit {

// In double quotes; control bytes as \u001b, bytes beyond ASCII as they are.
std::string quoted(std::string_view text);

}  // namespace tollgate::ratelimit

// tests/plugins/cache/made_lines.h - header lines for tests, written as people write them.
#pragma once

#include "lines.h"

#include <initializer_list>
#include <vector>

namespace tollgate::cache {

using MadeLines = std::vector<Line>;

inline MadeLines cache_control(std::string_view value) { return {{"Cache-Control", value}}; }

}  // namespace tollgate::cache

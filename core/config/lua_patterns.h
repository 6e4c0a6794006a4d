// core/config/lua_patterns.h - Lua's string patterns with every step counted.
#pragma once

struct lua_State;

namespace tollgate::config {

// Adds find, match, gmatch and gsub to the table on the top of the stack. They behave as Lua's own (manual 5.1,
// section 5.4.1), which may run for years within one call: no instruction hook sees that.
void add_pattern_functions(lua_State* state);

}  // namespace tollgate::config

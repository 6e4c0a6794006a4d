// core/config/sandbox.h - what scripts may call of Lua's own library: nothing that reaches outside, runs long in one
// call, or gives another order each time.
#pragma once

struct lua_State;

namespace tollgate::config {

inline constexpr const char* environment_key = "tollgate.environment";  // of the registry

// Opens the library and makes the environment. Raises Lua errors.
void open_sandbox(lua_State* state);

}  // namespace tollgate::config

// core/config/lua_json.h - json.encode, json.decode, json.array and json.null of scripts (RFC 8259), with their cost
// counted.
#pragma once

struct lua_State;

namespace tollgate::config {

// Adds them to the table on the top of the stack.
void add_json_functions(lua_State* state);

}  // namespace tollgate::config

// core/config/lua_bulk.h - what of Lua's library works on whole texts and lists in one call, with its cost counted.
#pragma once

struct lua_State;

namespace tollgate::config {

// Both add to the table on the top of the stack; manual 5.1, sections 5.4 and 5.5. No instruction hook sees how long a
// call of the originals takes.
void add_bulk_text_functions(lua_State* state);  // format, lower, rep, reverse, upper
// concat, insert, maxn, remove, sort. `sort` is stable, and knows no invalid order: any order function gives some list.
void add_table_functions(lua_State* state);

}  // namespace tollgate::config

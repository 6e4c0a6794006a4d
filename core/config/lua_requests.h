// core/config/lua_requests.h - requests as functions of routes.lua may change them, and what those made of them.
#pragma once

#include "config/script.h"

struct lua_State;

namespace tollgate::config {

// Makes what push_request() needs, once for each VM: `view` is the place in the registry of what tells of requests.
// Raises Lua errors.
void open_requests(lua_State* state, int view);

// Pushes { headers, body }, and behind them all that the view tells.
void push_request(lua_State* state, const RequestFacts& request);
// What became of the table at `table` since it was pushed; the function returned what is at the top of the stack.
// Throws Complaint.
RequestChange changed_request(lua_State* state, int table, const RequestFacts& request);

}  // namespace tollgate::config

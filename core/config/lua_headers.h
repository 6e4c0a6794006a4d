// core/config/lua_headers.h - texts and header lines in the tables that functions of routes.lua are given and return.
#pragma once

#include "snapshot/header_changes.h"

#include <lua.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::config {

void push_text(lua_State* state, std::string_view text);
// A text or a number at `index`, without changing it there.
std::optional<std::string> text_of(lua_State* state, int index);
std::string kind_of(lua_State* state, int index);  // what stands there, for a complaint
// The text at `index` as a message's body, or as a header's value. Throw Complaint.
std::string body_of(lua_State* state, int index);
// `known`: what stood there before. Left as it was it may be whatever it was.
std::string header_value(lua_State* state, int index, const std::string& name,
                         std::optional<std::string_view> known = {});
// Pushes the field `name` of the table at `table`, without its metatable, and says where it is.
int push_field(lua_State* state, int table, std::string_view name);
void make_metatable(lua_State* state, const char* key, lua_CFunction index, lua_CFunction newindex);

// Which headers are not a function's to see and change: problem_of_answer_header or problem_of_request_header.
using HeaderProblem = const char* (*)(std::string_view name) noexcept;

// Makes what push_headers() needs, once for each VM. Raises Lua errors.
void open_headers(lua_State* state);
// Pushes a table of the first line of each name, whatever its case; what is absent is the empty text. `key`: of the
// metatable that it has instead, in the registry.
constexpr const char* headers_key = "tollgate.headers";
void push_headers(lua_State* state, const Headers& headers, HeaderProblem problem, const char* key = headers_key);
// Guarded, the fields of such tables: a line, "" where there is none, and another one.
int header_field(lua_State* state);
int set_header_field(lua_State* state);
// What became of it, or another table at `index`, since it was pushed. Throws Complaint.
HeaderChanges changed_headers(lua_State* state, int index, const Headers& headers, HeaderProblem problem);
// The lines of a table at `index`. Throws Complaint.
Headers said_headers(lua_State* state, int index, HeaderProblem problem);

}  // namespace tollgate::config

// core/config/lua_answers.h - failures and answers as functions of routes.lua see them, and what those made of them.
#pragma once

#include "config/script.h"

#include <optional>
#include <string_view>

struct lua_State;

namespace tollgate::config {

// Makes what push_answer() needs, once for each VM. Raises Lua errors.
void open_answers(lua_State* state);

// Pushes { status, reason, message, request_id, culprit }.
void push_failure(lua_State* state, const Failure& failure, std::string_view request_id);
// The value at the top of the stack: nothing, a body, or { status, body, type, headers }. Throws Complaint, which calls
// it `what`.
std::optional<SaidAnswer> said_answer(lua_State* state, const char* what);

// Pushes { status, headers, body, time, from_upstream, target }.
void push_answer(lua_State* state, const AnswerFacts& answer);
// What became of the table at the top of the stack since it was pushed. Throws Complaint.
AnswerChange changed_answer(lua_State* state, const AnswerFacts& answer);

}  // namespace tollgate::config

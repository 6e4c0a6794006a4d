// core/config/lua_answers.cpp - tables of failures and answers, there and back; nothing here calls a script.
#include "config/lua_answers.h"

#include "config/lua.h"
#include "config/lua_headers.h"
#include "support/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace tollgate::config {

namespace {

constexpr const char* answer_key = "tollgate.answer";  // a metatable, in the registry
constexpr std::array<std::string_view, 6> answer_names = {"status", "headers",       "body",
                                                         "time",   "from_upstream", "target"};
constexpr std::array<std::string_view, 4> said_names = {"status", "body", "type", "headers"};

int status_of(lua_State* state, int index) {
    const double number = lua_type(state, index) == LUA_TNUMBER ? lua_tonumber(state, index) : 0;
    if (number < 200 || number > 599 || number != std::floor(number))
        throw Complaint{"status: expected 200 to 599, got " + kind_of(state, index)};
    return int(number);
}

template <std::size_t size>
void expect_names(lua_State* state, int table, const char* what, const std::array<std::string_view, size>& names) {
    for (lua_pushnil(state); lua_next(state, table); lua_pop(state, 1)) {
        const auto name = text_of(state, lua_gettop(state) - 1);
        if (name && std::find(names.begin(), names.end(), *name) != names.end()) continue;
        throw Complaint{std::string{what} + " has no " + kind_of(state, lua_gettop(state) - 1) +
                        (name ? text::did_you_mean(*name, names) : std::string{})};
    }
}

// What a script reads or writes of an answer that is not there.
int unknown_answer_field(lua_State* state) {
    const auto name = text_of(state, 2).value_or(luaL_typename(state, 2));
    if (name == "body") return 0;  // it may be read as nothing
    throw Complaint{"a response has no " + text::quote(name) + text::did_you_mean(name, answer_names)};
}
int new_answer_field(lua_State* state) {
    const auto name = text_of(state, 2).value_or(luaL_typename(state, 2));
    if (std::find(answer_names.begin(), answer_names.end(), name) == answer_names.end())
        throw Complaint{"a response has no " + text::quote(name) + text::did_you_mean(name, answer_names)};
    lua_rawset(state, 1);
    return 0;
}

}  // namespace

void open_answers(lua_State* state) {
    make_metatable(state, answer_key, guarded<unknown_answer_field>, guarded<new_answer_field>);
    open_headers(state);
}

void push_failure(lua_State* state, const Failure& failure, std::string_view request_id) {
    constexpr std::array<std::string_view, 3> culprits = {"client", "gateway", "upstream"};
    const auto set = [state](const char* name, std::string_view text) {
        push_text(state, text);
        lua_setfield(state, -2, name);
    };
    lua_createtable(state, 0, 5);
    lua_pushinteger(state, failure.status);
    lua_setfield(state, -2, "status");
    set("reason", failure.reason);
    set("message", failure.message);
    set("request_id", request_id);
    set("culprit", culprits[std::size_t(failure.culprit)]);
}

std::optional<SaidAnswer> said_answer(lua_State* state, const char* what) {
    const int top = lua_gettop(state);
    if (!lua_toboolean(state, top)) return std::nullopt;
    SaidAnswer said;
    if (lua_type(state, top) != LUA_TTABLE) {
        said.body = text_of(state, top);
        if (said.body) return said;
        throw Complaint{"expected a body, { status, body, type, headers } or nothing to be returned, got " +
                        kind_of(state, top)};
    }
    expect_names(state, top, what, said_names);
    if (const int at = push_field(state, top, "status"); !lua_isnil(state, at)) said.status = status_of(state, at);
    if (const int at = push_field(state, top, "body"); !lua_isnil(state, at)) said.body = body_of(state, at);
    if (const int at = push_field(state, top, "type"); !lua_isnil(state, at))
        said.type = header_value(state, at, "type");
    if (const int at = push_field(state, top, "headers"); !lua_isnil(state, at))
        said.headers = said_headers(state, at, problem_of_answer_header);
    return said;
}

void push_answer(lua_State* state, const AnswerFacts& answer) {
    lua_createtable(state, 0, int(answer_names.size()));
    const int table = lua_gettop(state);
    lua_pushinteger(state, answer.response.status());
    lua_setfield(state, table, "status");
    lua_pushnumber(state, answer.time);
    lua_setfield(state, table, "time");
    lua_pushboolean(state, answer.from_upstream);
    lua_setfield(state, table, "from_upstream");
    push_text(state, answer.target);
    lua_setfield(state, table, "target");
    if (answer.body) {
        push_text(state, *answer.body);
        lua_setfield(state, table, "body");
    }
    push_headers(state, answer.response.headers(), problem_of_answer_header);
    lua_setfield(state, table, "headers");
    lua_getfield(state, LUA_REGISTRYINDEX, answer_key);
    lua_setmetatable(state, table);
}

AnswerChange changed_answer(lua_State* state, const AnswerFacts& answer) {
    const int table = lua_gettop(state);
    AnswerChange change;
    // As it was given it stands, also where it is one that no function could choose (101).
    if (const int at = push_field(state, table, "status");
        lua_type(state, at) != LUA_TNUMBER || lua_tonumber(state, at) != answer.response.status())
        change.status = status_of(state, at);
    const int body = push_field(state, table, "body");
    if (!lua_isnil(state, body) || answer.body) {
        auto text = lua_isnil(state, body) ? std::string{} : body_of(state, body);
        if (!answer.body || text != *answer.body) change.body = std::move(text);
    }
    change.headers = changed_headers(state, push_field(state, table, "headers"), answer.response.headers(),
                                     problem_of_answer_header);
    return change;
}

}  // namespace tollgate::config

// core/config/lua_answers.cpp - tables of failures and answers, there and back; nothing here calls a script.
#include "config/lua_answers.h"

#include "config/lua.h"
#include "support/text.h"

#include <lua.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace tollgate::config {

namespace {

constexpr const char* answer_key = "tollgate.answer";  // metatables, in the registry
constexpr const char* headers_key = "tollgate.answer.headers";
constexpr std::array<std::string_view, 5> answer_names = {"status", "headers", "body", "time", "from_upstream"};
constexpr std::array<std::string_view, 4> said_names = {"status", "body", "type", "headers"};
constexpr std::size_t longest_header_name = 1 << 10, longest_header_value = 16 << 10, most_headers = 256;
constexpr std::size_t most_header_bytes = 256 << 10;  // of all lines together: a list may hold one text many times

void push_text(lua_State* state, std::string_view text) { lua_pushlstring(state, text.data(), text.size()); }

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

// "x-request-tag" as people write it.
std::string capitals(std::string_view name) {
    std::string out{name};
    bool first = true;
    for (char& c : out) {
        if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
        first = c == '-';
    }
    return out;
}

// A text or a number at `index`, without changing it there.
std::optional<std::string> text_of(lua_State* state, int index) {
    const int type = lua_type(state, index);
    if (type != LUA_TSTRING && type != LUA_TNUMBER) return std::nullopt;
    lua_pushvalue(state, index);
    std::size_t size = 0;
    const char* text = lua_tolstring(state, -1, &size);
    std::string copy{text, size};
    lua_pop(state, 1);
    return copy;
}

std::string kind_of(lua_State* state, int index) {
    if (const auto text = text_of(state, index))
        return lua_type(state, index) == LUA_TNUMBER ? *text : text::quote(*text, 40);
    return std::string{"a "} + luaL_typename(state, index) + " value";
}

int status_of(lua_State* state, int index) {
    const double number = lua_type(state, index) == LUA_TNUMBER ? lua_tonumber(state, index) : 0;
    if (number < 200 || number > 599 || number != std::floor(number))
        throw Complaint{"status: expected 200 to 599, got " + kind_of(state, index)};
    return int(number);
}

std::string body_of(lua_State* state, int index) {
    auto body = text_of(state, index);
    if (!body) {
        const bool table = lua_type(state, index) == LUA_TTABLE;
        throw Complaint{"body: expected a text, got " + kind_of(state, index) +
                        (table ? "; json.encode makes a text of a table" : "")};
    }
    return *std::move(body);
}

// `known`: what stood there before. Left as it was it may be whatever it was.
std::string header_value(lua_State* state, int index, const std::string& name,
                         std::optional<std::string_view> known = {}) {
    auto value = text_of(state, index);
    if (!value)
        throw Complaint{"headers: " + name + ": expected a text or a list of texts, got " + kind_of(state, index)};
    if (known && *value == *known) return *std::move(value);
    if (!can_be_header_value(*value) || value->size() > longest_header_value)
        throw Complaint{"headers: " + name + ": expected a text of one line and of at most 16 kilobytes, got " +
                        text::quote(*value, 40)};
    return *std::move(value);
}

// The first lines of an answer, by their names in lower case.
using Before = std::map<std::string, std::string_view>;

// The table of headers at `index`, names in lower case. Two writings of one name are one name.
std::map<std::string, std::vector<std::string>> headers_of(lua_State* state, int index, const Before& before = {}) {
    if (lua_type(state, index) != LUA_TTABLE)
        throw Complaint{"headers: expected { [\"Name\"] = \"value\" }, got " + kind_of(state, index)};
    std::map<std::string, std::vector<std::string>> headers;
    std::size_t bytes = 0;
    const auto keep = [&bytes](std::vector<std::string>& values, const std::string& name, std::string value) {
        bytes += name.size() + value.size();
        if (bytes > most_header_bytes)
            throw Complaint{"headers: expected at most " + text::count(most_header_bytes >> 10, "kilobyte")};
        values.push_back(std::move(value));
    };
    for (lua_pushnil(state); lua_next(state, index); lua_pop(state, 1)) {
        if (lua_type(state, -2) != LUA_TSTRING)
            throw Complaint{"headers: expected names, got " + kind_of(state, lua_gettop(state) - 1)};
        const std::string name = *text_of(state, lua_gettop(state) - 1);
        const auto known = before.find(lower(name));
        const auto old = known == before.end() ? std::nullopt : std::optional{known->second};
        if (!old && name.size() > longest_header_name)
            throw Complaint{"headers: expected a shorter name, got " + text::quote(name, 40)};
        if (const char* problem = problem_of_answer_header(name))
            throw Complaint{"headers: " + text::quote(name) + ": " + problem};
        if (headers.size() == most_headers)
            throw Complaint{"headers: expected at most " + std::to_string(most_headers)};
        auto& values = headers[lower(name)];
        const int value = lua_gettop(state);
        if (lua_type(state, value) == LUA_TTABLE) {
            const auto count = lua_objlen(state, value);
            if (count > most_headers)
                throw Complaint{"headers: " + name + ": expected at most " + std::to_string(most_headers) + " lines"};
            for (std::size_t i = 1; i <= count; ++i) {
                lua_rawgeti(state, value, int(i));
                keep(values, name, header_value(state, lua_gettop(state), name));
                lua_pop(state, 1);
            }
        } else {
            keep(values, name, header_value(state, value, name, old));
        }
    }
    return headers;
}

// Pushes the field `name` of the table at `table`, without its metatable.
int push_field(lua_State* state, int table, std::string_view name) {
    push_text(state, name);
    lua_rawget(state, table);
    return lua_gettop(state);
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

// Names of headers in any case; what is absent is the empty text, as with requests.
int header_field(lua_State* state) {
    if (lua_type(state, 2) != LUA_TSTRING)
        throw Complaint{std::string{"expected a header's name, got a "} + luaL_typename(state, 2) + " value"};
    const auto name = lower(*text_of(state, 2));
    push_field(state, 1, name);
    if (lua_isnil(state, -1)) push_text(state, {});
    return 1;
}
int set_header_field(lua_State* state) {
    if (lua_type(state, 2) != LUA_TSTRING)
        throw Complaint{std::string{"expected a header's name, got a "} + luaL_typename(state, 2) + " value"};
    push_text(state, lower(*text_of(state, 2)));
    lua_pushvalue(state, 3);
    lua_rawset(state, 1);
    return 0;
}

void make_metatable(lua_State* state, const char* key, lua_CFunction index, lua_CFunction newindex) {
    lua_createtable(state, 0, 3);
    lua_pushcfunction(state, index);
    lua_setfield(state, -2, "__index");
    lua_pushcfunction(state, newindex);
    lua_setfield(state, -2, "__newindex");
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_setfield(state, LUA_REGISTRYINDEX, key);
}

}  // namespace

void open_answers(lua_State* state) {
    make_metatable(state, answer_key, guarded<unknown_answer_field>, guarded<new_answer_field>);
    make_metatable(state, headers_key, guarded<header_field>, guarded<set_header_field>);
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

std::optional<SaidAnswer> said_answer(lua_State* state) {
    const int top = lua_gettop(state);
    if (!lua_toboolean(state, top)) return std::nullopt;
    SaidAnswer said;
    if (lua_type(state, top) != LUA_TTABLE) {
        said.body = text_of(state, top);
        if (said.body) return said;
        throw Complaint{"expected a body, { status, body, type, headers } or nothing to be returned, got " +
                        kind_of(state, top)};
    }
    expect_names(state, top, "the answer to a failure", said_names);
    if (const int at = push_field(state, top, "status"); !lua_isnil(state, at)) said.status = status_of(state, at);
    if (const int at = push_field(state, top, "body"); !lua_isnil(state, at)) said.body = body_of(state, at);
    if (const int at = push_field(state, top, "type"); !lua_isnil(state, at))
        said.type = header_value(state, at, "type");
    if (const int at = push_field(state, top, "headers"); !lua_isnil(state, at))
        for (const auto& [name, values] : headers_of(state, at))
            for (const auto& value : values) said.headers.add(capitals(name), value);
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
    if (answer.body) {
        push_text(state, *answer.body);
        lua_setfield(state, table, "body");
    }
    lua_createtable(state, 0, int(answer.response.headers().size()));
    for (const auto& line : answer.response.headers()) {
        if (problem_of_answer_header(line.name)) continue;  // the gateway's own
        const auto name = lower(line.name);
        push_field(state, table + 1, name);
        const bool first = lua_isnil(state, -1);
        lua_pop(state, 1);
        if (!first) continue;
        push_text(state, name);
        push_text(state, line.value);
        lua_rawset(state, table + 1);
    }
    lua_getfield(state, LUA_REGISTRYINDEX, headers_key);
    lua_setmetatable(state, table + 1);
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
    Before before;
    for (const auto& line : answer.response.headers())
        if (!problem_of_answer_header(line.name)) before.try_emplace(lower(line.name), line.value);
    const auto now = headers_of(state, push_field(state, table, "headers"), before);
    for (const auto& [name, value] : before)
        if (!now.contains(name)) change.headers.append({HeaderChanges::Kind::remove, name});
    for (const auto& [name, values] : now) {
        const auto known = before.find(name);
        if (known != before.end() && values.size() == 1 && values[0] == known->second) continue;
        if (values.empty()) change.headers.append({HeaderChanges::Kind::remove, name});
        for (std::size_t i = 0; i < values.size(); ++i)
            change.headers.append(
                {i == 0 ? HeaderChanges::Kind::set : HeaderChanges::Kind::add, capitals(name), values[i]});
    }
    return change;
}

}  // namespace tollgate::config

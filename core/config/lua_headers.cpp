// core/config/lua_headers.cpp - reading and pushing texts and header lines; nothing here calls a script.
#include "config/lua_headers.h"

#include "config/lua.h"
#include "http/layout.h"
#include "support/text.h"

#include <map>
#include <vector>

namespace tollgate::config {

namespace {

constexpr std::size_t longest_header_name = 1 << 10, longest_header_value = 16 << 10, most_headers = 256;
constexpr std::size_t most_header_bytes = 256 << 10;  // of all lines together: a list may hold one text many times

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

}  // namespace

void push_text(lua_State* state, std::string_view text) { lua_pushlstring(state, text.data(), text.size()); }

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

std::string body_of(lua_State* state, int index) {
    auto body = text_of(state, index);
    if (!body) {
        const bool table = lua_type(state, index) == LUA_TTABLE;
        throw Complaint{"body: expected a text, got " + kind_of(state, index) +
                        (table ? "; json.encode makes a text of a table" : "")};
    }
    return *std::move(body);
}

std::string header_value(lua_State* state, int index, const std::string& name,
                         std::optional<std::string_view> known) {
    auto value = text_of(state, index);
    if (!value)
        throw Complaint{"headers: " + name + ": expected a text or a list of texts, got " + kind_of(state, index)};
    if (known && *value == *known) return *std::move(value);
    if (!can_be_header_value(*value) || value->size() > longest_header_value)
        throw Complaint{"headers: " + name + ": expected a text of one line and of at most 16 kilobytes, got " +
                        text::quote(*value, 40)};
    return *std::move(value);
}

int push_field(lua_State* state, int table, std::string_view name) {
    push_text(state, name);
    lua_rawget(state, table);
    return lua_gettop(state);
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

namespace {

// The first lines of a message, by their names in lower case.
using Before = std::map<std::string, std::string_view>;

// The table of headers at `index`, names in lower case. Two writings of one name are one name.
std::map<std::string, std::vector<std::string>> headers_of(lua_State* state, int index, HeaderProblem problem_of,
                                                          const Before& before = {}) {
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
        const auto known = before.find(text::lower(name));
        const auto old = known == before.end() ? std::nullopt : std::optional{known->second};
        if (!old && name.size() > longest_header_name)
            throw Complaint{"headers: expected a shorter name, got " + text::quote(name, 40)};
        if (const char* problem = problem_of(name))
            throw Complaint{"headers: " + text::quote(name) + ": " + problem};
        if (headers.size() == most_headers)
            throw Complaint{"headers: expected at most " + std::to_string(most_headers)};
        auto& values = headers[text::lower(name)];
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

}  // namespace

// Names of headers in any case; what is absent is the empty text, as with requests.
int header_field(lua_State* state) {
    if (lua_type(state, 2) != LUA_TSTRING)
        throw Complaint{std::string{"expected a header's name, got a "} + luaL_typename(state, 2) + " value"};
    const auto name = text::lower(*text_of(state, 2));
    push_field(state, 1, name);
    if (lua_isnil(state, -1)) push_text(state, {});
    return 1;
}
int set_header_field(lua_State* state) {
    if (lua_type(state, 2) != LUA_TSTRING)
        throw Complaint{std::string{"expected a header's name, got a "} + luaL_typename(state, 2) + " value"};
    push_text(state, text::lower(*text_of(state, 2)));
    lua_pushvalue(state, 3);
    lua_rawset(state, 1);
    return 0;
}

void open_headers(lua_State* state) {
    make_metatable(state, headers_key, guarded<header_field>, guarded<set_header_field>);
}

void push_headers(lua_State* state, const Headers& headers, HeaderProblem problem, const char* key) {
    lua_createtable(state, 0, int(headers.size()));
    const int table = lua_gettop(state);
    for (const auto& line : headers) {
        if (problem(line.name)) continue;  // the gateway's own
        const auto name = text::lower(line.name);
        push_field(state, table, name);
        const bool first = lua_isnil(state, -1);
        lua_pop(state, 1);
        if (!first) continue;
        push_text(state, name);
        push_text(state, line.value);
        lua_rawset(state, table);
    }
    lua_getfield(state, LUA_REGISTRYINDEX, key);
    lua_setmetatable(state, table);
}

HeaderChanges changed_headers(lua_State* state, int index, const Headers& headers, HeaderProblem problem) {
    HeaderChanges changes;
    Before before;
    for (const auto& line : headers)
        if (!problem(line.name)) before.try_emplace(text::lower(line.name), line.value);
    const auto now = headers_of(state, index, problem, before);
    for (const auto& [name, value] : before)
        if (!now.contains(name)) changes.append({HeaderChanges::Kind::remove, name});
    for (const auto& [name, values] : now) {
        const auto known = before.find(name);
        if (known != before.end() && values.size() == 1 && values[0] == known->second) continue;
        if (values.empty()) changes.append({HeaderChanges::Kind::remove, name});
        for (std::size_t i = 0; i < values.size(); ++i)
            changes.append({i == 0 ? HeaderChanges::Kind::set : HeaderChanges::Kind::add, capitals(name), values[i]});
    }
    return changes;
}

Headers said_headers(lua_State* state, int index, HeaderProblem problem) {
    Headers said;
    for (const auto& [name, values] : headers_of(state, index, problem))
        for (const auto& value : values) said.add(capitals(name), value);
    return said;
}

}  // namespace tollgate::config

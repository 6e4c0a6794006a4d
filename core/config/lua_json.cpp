// core/config/lua_json.cpp - values of Lua as JSON and back. What json.decode makes of an array is marked as one, so
// that an empty list and an empty object stay apart.
#include "config/lua_json.h"

#include "config/lua.h"
#include "support/json_text.h"

#include <lua.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::config {

namespace {

constexpr int deepest = 64;
constexpr const char* array_key = "tollgate.json.array";  // of the registry: the metatable that marks arrays
constexpr std::int64_t cost_of_a_value = 10;
constexpr std::size_t bytes_per_step = 16;

void mark_as_array(lua_State* state) {
    lua_getfield(state, LUA_REGISTRYINDEX, array_key);
    lua_setmetatable(state, -2);
}

bool is_marked(lua_State* state, int index) {
    if (!lua_getmetatable(state, index)) return false;
    lua_getfield(state, LUA_REGISTRYINDEX, array_key);
    const bool marked = lua_rawequal(state, -1, -2);
    lua_pop(state, 2);
    return marked;
}

class Encoder {
public:
    explicit Encoder(lua_State* state) : state_{state}, lua_{Lua::of(state)} {}
    std::string take() && { return std::move(out_); }
    void add(int index, int depth);

private:
    void put(std::string_view text) {
        lua_.expect_room(out_.size() + text.size(), "json.encode");
        lua_.charge(std::int64_t(1 + text.size() / bytes_per_step));
        out_ += text;
    }
    void add_number(double number);
    void add_list(int index, int depth);
    void add_names(int index, int depth);
    std::vector<std::string_view> names_of(int index);

    lua_State* state_;
    Lua& lua_;
    std::string out_;
};

void Encoder::add(int index, int depth) {
    lua_.charge(cost_of_a_value);
    switch (lua_type(state_, index)) {
        case LUA_TNIL: return put("null");
        case LUA_TBOOLEAN: return put(lua_toboolean(state_, index) ? "true" : "false");
        case LUA_TNUMBER: return add_number(lua_tonumber(state_, index));
        case LUA_TSTRING: {
            std::size_t size = 0;
            const char* text = lua_tolstring(state_, index, &size);
            lua_.expect_room(out_.size() + size, "json.encode");
            return put(text::json_quoted({text, size}));
        }
        case LUA_TLIGHTUSERDATA:
            if (!lua_touserdata(state_, index)) return put("null");
            break;
        case LUA_TTABLE:
            if (depth == deepest) throw Complaint{"json.encode: tables are nested too deep; does one hold itself?"};
            luaL_checkstack(state_, 4, "tables are nested too deep");
            return is_marked(state_, index) || lua_objlen(state_, index) > 0 ? add_list(index, depth)
                                                                             : add_names(index, depth);
        default: break;
    }
    throw Complaint{std::string{"json.encode: expected texts, numbers, booleans, lists and tables, got a "} +
                    luaL_typename(state_, index) + " value"};
}

void Encoder::add_number(double number) {
    if (!std::isfinite(number)) throw Complaint{"json.encode: JSON has no number for inf and nan"};
    constexpr double exact = 9007199254740992;  // 2^53: up to there each whole number is itself, and not "1e+05"
    char digits[32];
    const bool whole = std::fabs(number) <= exact && number == std::trunc(number);
    const auto end = whole ? std::to_chars(digits, digits + sizeof digits, static_cast<std::int64_t>(number)).ptr
                           : std::to_chars(digits, digits + sizeof digits, number).ptr;
    put({digits, std::size_t(end - digits)});
}

void Encoder::add_list(int index, int depth) {
    const int length = int(lua_objlen(state_, index));
    int entries = 0;
    for (lua_pushnil(state_); lua_next(state_, index); lua_pop(state_, 1))
        if (++entries % 64 == 0) lua_.charge(64);
    if (entries != length)
        throw Complaint{
            "json.encode: expected a list without holes, or names alone, got a table with a list and names"};
    put("[");
    for (int i = 1; i <= length; ++i) {
        if (i > 1) put(",");
        lua_rawgeti(state_, index, i);
        add(lua_gettop(state_), depth + 1);
        lua_pop(state_, 1);
    }
    put("]");
}

std::vector<std::string_view> Encoder::names_of(int index) {
    std::vector<std::string_view> names;
    for (lua_pushnil(state_); lua_next(state_, index); lua_pop(state_, 1)) {
        if (lua_type(state_, -2) != LUA_TSTRING)
            throw Complaint{std::string{"json.encode: expected texts as names, got a "} + luaL_typename(state_, -2) +
                            " value"};
        std::size_t size = 0;
        const char* name = lua_tolstring(state_, -2, &size);
        names.emplace_back(name, size);
        lua_.charge(cost_of_a_value);
    }
    std::sort(names.begin(), names.end());
    return names;
}

// In ascending order, so that what is made of equal tables is equal.
void Encoder::add_names(int index, int depth) {
    put("{");
    bool first = true;
    for (const auto name : names_of(index)) {
        if (!first) put(",");
        first = false;
        put(text::json_quoted(name));
        put(":");
        lua_pushlstring(state_, name.data(), name.size());
        lua_rawget(state_, index);
        add(lua_gettop(state_), depth + 1);
        lua_pop(state_, 1);
    }
    put("}");
}

// Pushes each value as it is read.
class Decoder {
public:
    Decoder(lua_State* state, std::string_view text) : state_{state}, lua_{Lua::of(state)}, reader_{text} {}
    void push_whole() {
        push(0);
        if (!reader_.at_end()) refuse("the end");
    }

private:
    [[noreturn]] void refuse(const std::string& wanted) const {
        throw Complaint{"json.decode: expected " + wanted + " at byte " + std::to_string(reader_.position() + 1) +
                        ", got " + reader_.next_described()};
    }
    void push(int depth);
    void push_list(int depth);
    void push_names(int depth);
    void push_text();

    lua_State* state_;
    Lua& lua_;
    text::JsonText reader_;
};

void Decoder::push(int depth) {
    lua_.charge(cost_of_a_value);
    if (depth == deepest) throw Complaint{"json.decode: nested more than " + std::to_string(deepest) + " deep"};
    luaL_checkstack(state_, 4, "nested too deep");
    switch (reader_.peek()) {
        case '{': return push_names(depth);
        case '[': return push_list(depth);
        case '"': return push_text();
        default: break;
    }
    if (reader_.take_word("true")) return lua_pushboolean(state_, 1);
    if (reader_.take_word("false")) return lua_pushboolean(state_, 0);
    if (reader_.take_word("null")) return lua_pushlightuserdata(state_, nullptr);
    if (const auto number = reader_.take_number()) return lua_pushnumber(state_, *number);
    refuse("a value");
}

void Decoder::push_text() {
    const std::size_t begin = reader_.position();
    std::string text;
    const bool whole = reader_.take_text(text);
    lua_.charge(std::int64_t((reader_.position() - begin) / bytes_per_step));
    if (!whole) refuse("the rest of a text");
    lua_pushlstring(state_, text.data(), text.size());
}

void Decoder::push_list(int depth) {
    reader_.take('[');
    lua_newtable(state_);
    mark_as_array(state_);
    if (reader_.take(']')) return;
    for (int i = 1;; ++i) {
        push(depth + 1);
        lua_rawseti(state_, -2, i);
        if (reader_.take(']')) return;
        if (!reader_.take(',')) refuse("\",\" or \"]\"");
    }
}

void Decoder::push_names(int depth) {
    reader_.take('{');
    lua_newtable(state_);
    if (reader_.take('}')) return;
    while (true) {
        if (reader_.peek() != '"') refuse("a name in double quotes");
        push_text();
        if (!reader_.take(':')) refuse("\":\"");
        push(depth + 1);
        lua_rawset(state_, -3);
        if (reader_.take('}')) return;
        if (!reader_.take(',')) refuse("\",\" or \"}\"");
    }
}

int encode(lua_State* state) {
    luaL_checkany(state, 1);
    lua_settop(state, 1);
    Encoder encoder{state};
    encoder.add(1, 0);
    const std::string text = std::move(encoder).take();
    lua_pushlstring(state, text.data(), text.size());
    return 1;
}

int decode(lua_State* state) {
    std::size_t size = 0;
    const char* text = luaL_checklstring(state, 1, &size);
    Decoder{state, {text, size}}.push_whole();
    return 1;
}

int array(lua_State* state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    lua_settop(state, 1);
    mark_as_array(state);
    return 1;
}

}  // namespace

void add_json_functions(lua_State* state) {
    lua_newtable(state);
    lua_setfield(state, LUA_REGISTRYINDEX, array_key);
    const luaL_Reg functions[] = {{"encode", guarded<encode>}, {"decode", guarded<decode>}, {"array", guarded<array>}};
    for (const auto& [name, function] : functions) {
        lua_pushcfunction(state, function);
        lua_setfield(state, -2, name);
    }
    lua_pushlightuserdata(state, nullptr);
    lua_setfield(state, -2, "null");
}

}  // namespace tollgate::config

// core/config/sandbox.cpp - chooses from Lua's library and replaces what would break a bound: `pcall`, patterns,
// `pairs`.
#include "config/sandbox.h"

#include "config/lua.h"
#include "config/lua_bulk.h"
#include "config/lua_json.h"
#include "config/lua_patterns.h"

#include <lua.hpp>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::config {

namespace {

// As Lua's own, but what ends a call for good cannot be caught. Raising and catching takes as long as hundreds of
// instructions, and is counted so.
int protected_call(lua_State* state) {
    luaL_checkany(state, 1);
    const int status = lua_pcall(state, lua_gettop(state) - 1, LUA_MULTRET, 0);
    if (Lua::of(state).exhausted()) raise(state);
    if (status != 0) Lua::of(state).charge(500);
    lua_pushboolean(state, status == 0);
    lua_insert(state, 1);
    return lua_gettop(state);
}

struct Key {
    int type;
    double number;
    std::string_view text;
    int index;  // in the table of keys as they were found
};

// Counts what it does: texts may be long and alike.
struct Before {
    Lua& lua;
    std::int64_t spent = 0;

    bool operator()(const Key& a, const Key& b) {
        if ((spent += 1 + std::int64_t(std::min(a.text.size(), b.text.size()) / 64)) >= 256)
            lua.charge(std::exchange(spent, 0));
        if (a.type != b.type) return a.type < b.type;
        return a.type == LUA_TSTRING ? a.text < b.text : a.number < b.number;
    }
};

int next_pair(lua_State* state) {
    const auto keys = lua_upvalueindex(2);
    auto at = lua_tointeger(state, lua_upvalueindex(3));
    while (true) {
        lua_rawgeti(state, keys, int(++at));
        if (lua_isnil(state, -1)) return 1;
        lua_pushvalue(state, -1);
        lua_rawget(state, lua_upvalueindex(1));
        if (!lua_isnil(state, -1)) break;  // else it was taken out meanwhile
        lua_pop(state, 2);
    }
    lua_pushinteger(state, at);
    lua_replace(state, lua_upvalueindex(3));
    return 2;
}

// Numbers first, then texts, each in ascending order. Lua's own order differs from run to run, and the order of routes
// must not; nor must the VMs of two loops disagree about it.
int pairs(lua_State* state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    lua_settop(state, 1);
    std::vector<Key> keys;
    lua_newtable(state);
    for (lua_pushnil(state); lua_next(state, 1); lua_pop(state, 1)) {
        const int type = lua_type(state, -2);
        Key key{type, 0, {}, int(keys.size()) + 1};
        if (type == LUA_TSTRING) {
            std::size_t size = 0;
            const char* text = lua_tolstring(state, -2, &size);
            key.text = {text, size};
        } else if (type == LUA_TNUMBER) {
            key.number = lua_tonumber(state, -2);
        } else if (type == LUA_TBOOLEAN) {
            key.number = lua_toboolean(state, -2);
        }
        lua_pushvalue(state, -2);
        lua_rawseti(state, 2, key.index);
        keys.push_back(key);
        if (keys.size() % 64 == 0) Lua::of(state).charge(64);
    }
    Before before{Lua::of(state)};
    std::sort(keys.begin(), keys.end(), std::ref(before));
    lua_pushvalue(state, 1);
    lua_createtable(state, int(keys.size()), 0);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        lua_rawgeti(state, 2, keys[i].index);
        lua_rawseti(state, -2, int(i) + 1);
    }
    lua_pushinteger(state, 0);
    lua_pushcclosure(state, next_pair, 3);
    return 1;
}

constexpr const char* base_names[] = {"ipairs", "type", "tostring", "tonumber", "select", "unpack", "error", "assert"};
constexpr const char* string_names[] = {"byte", "char", "len", "sub"};
constexpr const char* math_names[] = {"abs", "ceil", "exp",  "floor", "fmod", "huge",   "log",
                                      "max", "min",  "modf", "pi",    "pow",  "random", "sqrt"};

// Copies names from the table at `from` (an absolute index) to the one on the top.
template <std::size_t size>
void copy(lua_State* state, int from, const char* const (&names)[size]) {
    for (const char* name : names) {
        lua_getfield(state, from, name);
        lua_setfield(state, -2, name);
    }
}

template <std::size_t size>
void make_library(lua_State* state, lua_CFunction open, const char* library, const char* const (&names)[size]) {
    lua_pushcfunction(state, open);
    lua_pushstring(state, library);
    lua_call(state, 1, 0);
    lua_newtable(state);
    lua_getglobal(state, library);
    const int from = lua_gettop(state);
    lua_pushvalue(state, from - 1);
    copy(state, from, names);
    lua_settop(state, from - 1);
}

}  // namespace

void open_sandbox(lua_State* state) {
    lua_newtable(state);
    const int environment = lua_gettop(state);
    lua_pushcfunction(state, luaopen_base);
    lua_pushliteral(state, "");
    lua_call(state, 1, 0);
    lua_pushvalue(state, environment);
    copy(state, LUA_GLOBALSINDEX, base_names);
    lua_pop(state, 1);
    lua_pushcfunction(state, protected_call);
    lua_setfield(state, environment, "pcall");
    lua_pushcfunction(state, guarded<pairs>);
    lua_setfield(state, environment, "pairs");

    make_library(state, luaopen_string, "string", string_names);
    add_pattern_functions(state);
    add_bulk_text_functions(state);
    // ("x"):rep(3) finds its functions through the metatable of texts.
    lua_pushliteral(state, "");
    lua_getmetatable(state, -1);
    lua_pushvalue(state, -3);
    lua_setfield(state, -2, "__index");
    lua_pop(state, 2);
    lua_setfield(state, environment, "string");
    lua_newtable(state);
    add_table_functions(state);
    lua_setfield(state, environment, "table");
    lua_newtable(state);
    add_json_functions(state);
    lua_setfield(state, environment, "json");
    make_library(state, luaopen_math, "math", math_names);
    lua_setfield(state, environment, "math");
    lua_setfield(state, LUA_REGISTRYINDEX, environment_key);
}

}  // namespace tollgate::config

// core/config/lua_bulk.cpp - string.format, lower, rep, reverse, upper and the table library, charged by what they do.
#include "config/lua_bulk.h"

#include "config/lua.h"

#include <lua.hpp>

#include <algorithm>
#include <climits>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace tollgate::config {

namespace {

// What an instruction's time is good for.
constexpr std::size_t bytes_copied = 64, letters_changed = 16;
constexpr std::int64_t number_written = 50;
constexpr int entries_per_charge = 64;

std::string_view text_at(lua_State* state, int index) {
    std::size_t size = 0;
    const char* text = luaL_checklstring(state, index, &size);
    return {text, size};
}

int push(lua_State* state, std::string_view text) {
    lua_pushlstring(state, text.data(), text.size());
    return 1;
}

void charge_bytes(lua_State* state, std::size_t bytes, std::size_t per_step) {
    Lua::of(state).charge(std::int64_t(bytes / per_step));
}

int rep(lua_State* state) {
    const auto text = text_at(state, 1);
    const double times = std::max(0.0, luaL_checknumber(state, 2));
    const double size = text.empty() ? 0 : double(text.size()) * times;
    Lua::of(state).expect_room(size < 1e15 ? std::size_t(size) : SIZE_MAX, "string.rep");
    std::string out;
    const std::size_t whole = text.empty() ? 0 : std::size_t(times);
    charge_bytes(state, text.size() * whole,
                 text.size() > 1 && text.size() < bytes_copied ? letters_changed : bytes_copied);
    if (text.size() == 1) return out.assign(whole, text[0]), push(state, out);
    out.reserve(text.size() * whole);
    for (std::size_t i = whole; i > 0; --i) out += text;
    return push(state, out);
}

char lower_of(char c) { return c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c; }
char upper_of(char c) { return c >= 'a' && c <= 'z' ? char(c - ('a' - 'A')) : c; }

template <char (*change)(char)>
int changed(lua_State* state) {
    std::string out{text_at(state, 1)};
    charge_bytes(state, out.size(), letters_changed);
    std::transform(out.begin(), out.end(), out.begin(), change);
    return push(state, out);
}

int reverse(lua_State* state) {
    std::string out{text_at(state, 1)};
    charge_bytes(state, out.size(), letters_changed);
    std::reverse(out.begin(), out.end());
    return push(state, out);
}

// Lua's own does the work, in this call's place: its messages name the function as the script called it.
int format(lua_State* state) {
    static const lua_CFunction original = [] {
        lua_State* scratch = luaL_newstate();
        if (!scratch) throw std::bad_alloc{};
        luaL_openlibs(scratch);
        lua_getglobal(scratch, "string");
        lua_getfield(scratch, -1, "format");
        const lua_CFunction function = lua_tocfunction(scratch, -1);
        lua_close(scratch);
        return function;
    }();
    std::int64_t cost = 0;
    for (int i = lua_gettop(state); i > 0; --i)
        cost += lua_type(state, i) == LUA_TSTRING ? std::int64_t(lua_objlen(state, i) / letters_changed) + 1
                                                  : number_written;
    Lua::of(state).charge(cost);
    return original(state);
}

int length_at(lua_State* state, int index) {
    luaL_checktype(state, index, LUA_TTABLE);
    return int(std::min<std::size_t>(lua_objlen(state, index), INT_MAX - 1));
}

int concat(lua_State* state) {
    const int length = length_at(state, 1);
    const auto separator = lua_isnoneornil(state, 2) ? std::string_view{} : text_at(state, 2);
    const auto first = luaL_optinteger(state, 3, 1), last = luaL_optinteger(state, 4, length);
    Lua& lua = Lua::of(state);
    std::string out;
    for (auto i = first; i <= last; ++i) {
        if (i < INT_MIN || i > INT_MAX)
            lua_pushnil(state);
        else
            lua_rawgeti(state, 1, int(i));
        if (!lua_isstring(state, -1))
            throw Complaint{std::string{"invalid value ("} + luaL_typename(state, -1) + ") at index " +
                            std::to_string(i) + " in table for 'concat'"};
        const bool number = lua_type(state, -1) == LUA_TNUMBER;
        const auto text = text_at(state, -1);
        lua.expect_room(out.size() + text.size() + separator.size(), "table.concat");
        lua.charge(number ? number_written : std::int64_t(1 + (text.size() + separator.size()) / bytes_copied));
        out += text;
        if (i < last) out += separator;
        lua_pop(state, 1);
    }
    return push(state, out);
}

// Moves t[from] to t[from + by], for each from `from` to the one before `to`.
void move(lua_State* state, std::int64_t from, std::int64_t to, int by) {
    const int step = from < to ? 1 : -1;
    for (std::int64_t i = from, moved = 0; i != to; i += step) {
        lua_rawgeti(state, 1, int(i));
        lua_rawseti(state, 1, int(i) + by);
        if (++moved % entries_per_charge == 0) Lua::of(state).charge(entries_per_charge);
    }
}

int insert(lua_State* state) {
    const int end = length_at(state, 1) + 1, arguments = lua_gettop(state);
    if (arguments != 2 && arguments != 3) throw Complaint{"wrong number of arguments to 'insert'"};
    const auto asked = arguments == 3 ? luaL_checkinteger(state, 2) : end;
    const int position = int(std::clamp<lua_Integer>(asked, INT_MIN + 1, end));
    move(state, std::int64_t{end} - 1, std::int64_t{position} - 1, 1);
    lua_pushvalue(state, arguments);
    lua_rawseti(state, 1, position);
    return 0;
}

int remove(lua_State* state) {
    const int end = length_at(state, 1);
    const auto asked = luaL_optinteger(state, 2, end);
    if (asked < 1 || asked > end) return 0;
    const int position = int(asked);
    lua_rawgeti(state, 1, position);
    move(state, std::int64_t{position} + 1, std::int64_t{end} + 1, -1);
    lua_pushnil(state);
    lua_rawseti(state, 1, end);
    return 1;
}

int maxn(lua_State* state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    lua_settop(state, 1);
    double most = 0;
    int seen = 0;
    for (lua_pushnil(state); lua_next(state, 1); lua_pop(state, 1)) {
        if (lua_type(state, -2) == LUA_TNUMBER) most = std::max(most, lua_tonumber(state, -2));
        if (++seen % entries_per_charge == 0) Lua::of(state).charge(entries_per_charge);
    }
    lua_pushnumber(state, most);
    return 1;
}

// Whether the value on the top comes before the one below it; takes both off. Two texts may be long and alike.
bool take_before(lua_State* state) {
    std::int64_t cost = 4;
    if (lua_type(state, -1) == LUA_TSTRING && lua_type(state, -2) == LUA_TSTRING)
        cost += std::int64_t(std::min(lua_objlen(state, -1), lua_objlen(state, -2)) / bytes_copied);
    Lua::of(state).charge(cost);
    bool before = false;
    if (lua_isnil(state, 2)) {
        before = lua_lessthan(state, -1, -2);
        lua_pop(state, 2);
    } else {
        lua_pushvalue(state, 2);
        lua_insert(state, -3);
        lua_insert(state, -2);
        lua_call(state, 2, 1);
        before = lua_toboolean(state, -1);
        lua_pop(state, 1);
    }
    return before;
}

// Merges the sorted [from, middle) and [middle, to) of the list at `source` into the one at `target`.
void merge(lua_State* state, int source, int target, int from, int middle, int to) {
    int left = from, right = middle;
    for (int at = from; at < to; ++at) {
        bool from_right = left == middle;
        if (!from_right && right < to) {
            lua_rawgeti(state, source, left);
            lua_rawgeti(state, source, right);
            from_right = take_before(state);
        }
        lua_rawgeti(state, source, from_right ? right++ : left++);
        lua_rawseti(state, target, at);
    }
}

// By merging, in two lists of its own: nothing an order function says or does can lead outside of them.
int sort(lua_State* state) {
    const int length = length_at(state, 1);
    if (!lua_isnoneornil(state, 2)) luaL_checktype(state, 2, LUA_TFUNCTION);
    lua_settop(state, 2);
    lua_createtable(state, length, 0);
    lua_createtable(state, length, 0);
    int source = 3, target = 4;
    Lua::of(state).charge(length);
    for (int i = 1; i <= length; ++i) {
        lua_rawgeti(state, 1, i);
        lua_rawseti(state, source, i);
    }
    for (std::int64_t width = 1; width < length; width *= 2) {
        Lua::of(state).charge(length);
        for (std::int64_t from = 1; from <= length; from += 2 * width)
            merge(state, source, target, int(from), int(std::min<std::int64_t>(from + width, length + 1)),
                  int(std::min<std::int64_t>(from + 2 * width, length + 1)));
        std::swap(source, target);
    }
    for (int i = 1; i <= length; ++i) {
        lua_rawgeti(state, source, i);
        lua_rawseti(state, 1, i);
    }
    return 0;
}

template <std::size_t size>
void add(lua_State* state, const luaL_Reg (&functions)[size]) {
    for (const auto& [name, function] : functions) {
        lua_pushcfunction(state, function);
        lua_setfield(state, -2, name);
    }
}

}  // namespace

void add_bulk_text_functions(lua_State* state) {
    add(state, {{"format", guarded<format>},
                {"lower", guarded<changed<lower_of>>},
                {"rep", guarded<rep>},
                {"reverse", guarded<reverse>},
                {"upper", guarded<changed<upper_of>>}});
}

void add_table_functions(lua_State* state) {
    add(state, {{"concat", guarded<concat>},
                {"insert", guarded<insert>},
                {"maxn", guarded<maxn>},
                {"remove", guarded<remove>},
                {"sort", guarded<sort>}});
}

}  // namespace tollgate::config

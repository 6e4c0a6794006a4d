// core/config/lua_patterns.cpp - string.find, match, gmatch and gsub on LuaMatcher; string.rep with a bound.
#include "config/lua_patterns.h"

#include "config/lua.h"
#include "config/lua_matcher.h"

#include <lua.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace tollgate::config {

namespace {

std::string_view text_at(lua_State* state, int index) {
    std::size_t size = 0;
    const char* text = luaL_checklstring(state, index, &size);
    return {text, size};
}

int find_or_match(lua_State* state, bool find) {
    const auto subject = text_at(state, 1), pattern = text_at(state, 2);
    const auto size = std::ptrdiff_t(subject.size());
    std::ptrdiff_t start = luaL_optinteger(state, 3, 1);
    start = std::clamp<std::ptrdiff_t>(start < 0 ? size + start : start - 1, 0, size);
    if (find && (lua_toboolean(state, 4) || pattern.find_first_of("^$*+?.([%-") == pattern.npos)) {
        Lua::of(state).charge(size / 16);
        const auto at = subject.find(pattern, std::size_t(start));
        if (at == subject.npos) return lua_pushnil(state), 1;
        lua_pushinteger(state, lua_Integer(at) + 1);
        lua_pushinteger(state, lua_Integer(at + pattern.size()));
        return 2;
    }
    const bool anchored = pattern.starts_with('^');
    const char* p = pattern.data() + anchored;
    LuaMatcher matcher{state, subject, pattern};
    for (const char *s = subject.data() + start, *end = subject.data() + size; s <= end; ++s) {
        if (const char* e = matcher.match(s, p)) {
            if (!find) return matcher.push_all(state, s, e);
            lua_pushinteger(state, s - subject.data() + 1);
            lua_pushinteger(state, e - subject.data());
            return 2 + matcher.push_all(state, nullptr, nullptr);
        }
        if (anchored) break;
    }
    lua_pushnil(state);
    return 1;
}

int find(lua_State* state) { return find_or_match(state, true); }
int match(lua_State* state) { return find_or_match(state, false); }

int gmatch_next(lua_State* state) {
    const auto subject = text_at(state, lua_upvalueindex(1)), pattern = text_at(state, lua_upvalueindex(2));
    LuaMatcher matcher{state, subject, pattern};
    const char* end = subject.data() + subject.size();
    for (const char* s = subject.data() + lua_tointeger(state, lua_upvalueindex(3)); s <= end; ++s) {
        const char* e = matcher.match(s, pattern.data());
        if (!e) continue;
        lua_pushinteger(state, (e - subject.data()) + (e == s ? 1 : 0));
        lua_replace(state, lua_upvalueindex(3));
        return matcher.push_all(state, s, e);
    }
    return 0;
}

int gmatch(lua_State* state) {
    text_at(state, 1);
    text_at(state, 2);
    lua_settop(state, 2);
    lua_pushinteger(state, 0);
    lua_pushcclosure(state, guarded<gmatch_next>, 3);
    return 1;
}

void append_template(lua_State* state, const LuaMatcher& matcher, const char* s, const char* e, std::string& out) {
    const auto with = text_at(state, 3);
    for (std::size_t i = 0; i < with.size(); ++i) {
        if (with[i] != '%') {
            out += with[i];
            continue;
        }
        const char c = ++i < with.size() ? with[i] : '\0';
        if (c == '0') {
            out.append(s, e);
        } else if (std::isdigit(static_cast<unsigned char>(c))) {
            matcher.push(state, c - '1', s, e);
            out += text_at(state, -1);
            lua_pop(state, 1);
        } else {
            out += c;
        }
    }
}

// Appends what takes the place of one match.
void append_replacement(lua_State* state, const LuaMatcher& matcher, const char* s, const char* e, std::string& out) {
    const int type = lua_type(state, 3);
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(state, 3);
        lua_call(state, matcher.push_all(state, s, e), 1);
    } else if (type == LUA_TTABLE) {
        matcher.push(state, 0, s, e);
        lua_rawget(state, 3);
    } else {
        return append_template(state, matcher, s, e, out);
    }
    if (!lua_toboolean(state, -1))
        out.append(s, e);
    else if (lua_isstring(state, -1))
        out += text_at(state, -1);
    else
        throw Complaint{std::string{"expected a text to replace with, got a "} + luaL_typename(state, -1)};
    lua_pop(state, 1);
}

int gsub(lua_State* state) {
    // The result is built outside of the VM's memory, so it has a bound of its own.
    constexpr std::size_t longest_result = 4 << 20;
    const auto subject = text_at(state, 1), pattern = text_at(state, 2);
    const int type = lua_type(state, 3);
    if (type != LUA_TNUMBER && type != LUA_TSTRING && type != LUA_TFUNCTION && type != LUA_TTABLE)
        throw Complaint{std::string{"expected a text, table or function to replace with, got "} +
                        luaL_typename(state, 3)};
    const auto most = luaL_optinteger(state, 4, lua_Integer(subject.size()) + 1);
    const bool anchored = pattern.starts_with('^');
    LuaMatcher matcher{state, subject, pattern};
    std::string out;
    lua_Integer count = 0;
    const char *s = subject.data(), *end = s + subject.size();
    while (count < most) {
        const char* e = matcher.match(s, pattern.data() + anchored);
        if (e) {
            ++count;
            append_replacement(state, matcher, s, e, out);
            if (out.size() > longest_result) throw Complaint{"string.gsub makes a text of more than 4 megabytes"};
        }
        if (e && e > s)
            s = e;
        else if (s < end)
            out += *s++;
        else
            break;
        if (anchored) break;
    }
    out.append(s, end);
    lua_pushlstring(state, out.data(), out.size());
    lua_pushinteger(state, count);
    return 2;
}

// As Lua's own, but a text that would fill the VM is refused with its line, not by the allocator.
int rep(lua_State* state) {
    constexpr double longest = 16 << 20;
    const auto text = text_at(state, 1);
    const double times = std::max(0.0, luaL_checknumber(state, 2));
    if (!(double(text.size()) * times <= longest)) throw Complaint{"string.rep makes a text of more than 16 megabytes"};
    std::string out;
    out.reserve(text.size() * std::size_t(times));
    for (std::size_t i = text.empty() ? 0 : std::size_t(times); i > 0; --i) out += text;
    Lua::of(state).charge(std::int64_t(out.size() / 64));
    lua_pushlstring(state, out.data(), out.size());
    return 1;
}

}  // namespace

void add_pattern_functions(lua_State* state) {
    const luaL_Reg functions[] = {{"find", guarded<find>},
                                  {"match", guarded<match>},
                                  {"gmatch", gmatch},
                                  {"gsub", guarded<gsub>},
                                  {"rep", guarded<rep>}};
    for (const auto& [name, function] : functions) {
        lua_pushcfunction(state, function);
        lua_setfield(state, -2, name);
    }
}

}  // namespace tollgate::config

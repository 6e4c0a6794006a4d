// core/config/lua_patterns.cpp - string.find, match, gmatch and gsub on LuaMatcher.
#include "config/lua_patterns.h"

#include "config/lua.h"
#include "config/lua_matcher.h"

#include <lua.hpp>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string>
#include <string_view>

namespace tollgate::config {

namespace {

std::string_view text_at(lua_State* state, int index) {
    std::size_t size = 0;
    const char* text = luaL_checklstring(state, index, &size);
    return {text, size};
}

bool is_plain(std::string_view pattern) { return pattern.find_first_of("^$*+?.([%-") == pattern.npos; }

// Where `text` has `wanted` first, or null; charged by what was gone through. memmem goes through both texts once
// (glibc has the two-way algorithm); string_view::find compares anew at each byte.
const char* search(lua_State* state, std::string_view text, std::string_view wanted) {
    const auto* found = static_cast<const char*>(::memmem(text.data(), text.size(), wanted.data(), wanted.size()));
    const auto gone = found ? std::size_t(found - text.data()) : text.size();
    Lua::of(state).charge(std::int64_t(gone / 16 + wanted.size() / 8));
    return found;
}

int find_plain(lua_State* state, std::string_view subject, std::string_view pattern, std::ptrdiff_t start) {
    const char* found = search(state, subject.substr(std::size_t(start)), pattern);
    if (!found) return lua_pushnil(state), 1;
    const auto at = found - subject.data();
    lua_pushinteger(state, at + 1);
    lua_pushinteger(state, at + lua_Integer(pattern.size()));
    return 2;
}

int find_or_match(lua_State* state, bool find) {
    const auto subject = text_at(state, 1), pattern = text_at(state, 2);
    const auto size = std::ptrdiff_t(subject.size());
    std::ptrdiff_t start = luaL_optinteger(state, 3, 1);
    start = std::clamp<std::ptrdiff_t>(start < 0 ? size + start : start - 1, 0, size);
    if (find) Lua::of(state).charge(std::int64_t(pattern.size() / 8));
    if (find && (lua_toboolean(state, 4) || is_plain(pattern)))
        return find_plain(state, subject, pattern, start);
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

// The result of gsub. It is built outside of the VM's memory, and never grows beyond what the VM would hold.
class Replaced {
public:
    Replaced(lua_State* state, const LuaMatcher& matcher) : state_{state}, matcher_{matcher} {}

    void add(std::string_view text) {
        Lua::of(state_).expect_room(out_.size() + text.size(), "string.gsub");
        matcher_.spend(1 + text.size() / 64);
        out_ += text;
    }
    // What takes the place of the match from `s` to `e`.
    void add_replacement(const char* s, const char* e) {
        const int type = lua_type(state_, 3);
        if (type == LUA_TFUNCTION) {
            lua_pushvalue(state_, 3);
            lua_call(state_, matcher_.push_all(state_, s, e), 1);
        } else if (type == LUA_TTABLE) {
            matcher_.push(state_, 0, s, e);
            lua_rawget(state_, 3);
        } else {
            return add_template(s, e);
        }
        if (!lua_toboolean(state_, -1))
            add({s, e});
        else if (lua_isstring(state_, -1))
            add(text_at(state_, -1));
        else
            throw Complaint{std::string{"expected a text to replace with, got a "} + luaL_typename(state_, -1)};
        lua_pop(state_, 1);
    }
    std::string_view text() const { return out_; }

private:
    void add_template(const char* s, const char* e) {
        const auto with = text_at(state_, 3);
        for (std::size_t i = 0; i < with.size(); ++i) {
            const auto plain = std::min(with.find('%', i), with.size());
            add(with.substr(i, plain - i));
            if ((i = plain) == with.size()) break;
            matcher_.spend(2);
            const char c = ++i < with.size() ? with[i] : '\0';
            if (c == '0') {
                add({s, e});
            } else if (std::isdigit(static_cast<unsigned char>(c))) {
                matcher_.push(state_, c - '1', s, e);
                add(text_at(state_, -1));
                lua_pop(state_, 1);
            } else {
                add({&c, 1});
            }
        }
    }

    lua_State* state_;
    const LuaMatcher& matcher_;
    std::string out_;
};

int gsub(lua_State* state) {
    const auto subject = text_at(state, 1), pattern = text_at(state, 2);
    const int type = lua_type(state, 3);
    if (type != LUA_TNUMBER && type != LUA_TSTRING && type != LUA_TFUNCTION && type != LUA_TTABLE)
        throw Complaint{std::string{"expected a text, table or function to replace with, got "} +
                        luaL_typename(state, 3)};
    const auto most = luaL_optinteger(state, 4, lua_Integer(subject.size()) + 1);
    const bool anchored = pattern.starts_with('^');
    // A `)` by itself is no pattern; only find takes it for a text.
    const bool plain = !pattern.empty() && is_plain(pattern) && pattern.find(')') == pattern.npos;
    LuaMatcher matcher{state, subject, pattern};
    Replaced out{state, matcher};
    lua_Integer count = 0;
    const char *s = subject.data(), *end = s + subject.size();
    while (count < most) {
        if (plain) {
            const char* found = search(state, {s, end}, pattern);
            if (!found) break;
            out.add({s, found});
            s = found;
        }
        const char* e = plain ? s + pattern.size() : matcher.match(s, pattern.data() + anchored);
        if (e) {
            ++count;
            out.add_replacement(s, e);
        }
        if (e && e > s)
            s = e;
        else if (s < end)
            out.add({s++, 1});
        else
            break;
        if (anchored) break;
    }
    out.add({s, end});
    lua_pushlstring(state, out.text().data(), out.text().size());
    lua_pushinteger(state, count);
    return 2;
}

}  // namespace

void add_pattern_functions(lua_State* state) {
    const luaL_Reg functions[] = {{"find", guarded<find>},
                                  {"match", guarded<match>},
                                  {"gmatch", gmatch},
                                  {"gsub", guarded<gsub>}};
    for (const auto& [name, function] : functions) {
        lua_pushcfunction(state, function);
        lua_setfield(state, -2, name);
    }
}

}  // namespace tollgate::config

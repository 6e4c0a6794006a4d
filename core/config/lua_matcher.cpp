// core/config/lua_matcher.cpp - Lua patterns (manual 5.1, section 5.4.1) by backtracking.
#include "config/lua_matcher.h"

#include "config/lua.h"

#include <lua.hpp>

#include <cctype>
#include <cstring>
#include <utility>

namespace tollgate::config {

namespace {

constexpr int deepest = 200;
constexpr std::ptrdiff_t open_capture = -1, position_capture = -2;
constexpr std::size_t steps_per_charge = 256;
constexpr std::ptrdiff_t set_letters_per_step = 8, bytes_per_step = 16;

bool in_class(unsigned char c, unsigned char name) {
    bool in = false;
    switch (std::tolower(name)) {
        case 'a': in = std::isalpha(c); break;
        case 'c': in = std::iscntrl(c); break;
        case 'd': in = std::isdigit(c); break;
        case 'g': in = std::isgraph(c); break;
        case 'l': in = std::islower(c); break;
        case 'p': in = std::ispunct(c); break;
        case 's': in = std::isspace(c); break;
        case 'u': in = std::isupper(c); break;
        case 'w': in = std::isalnum(c); break;
        case 'x': in = std::isxdigit(c); break;
        case 'z': in = c == 0; break;
        default: return name == c;
    }
    return std::isupper(name) ? !in : in;
}

// `p` at "[", `end` at its "]".
bool in_set(unsigned char c, const char* p, const char* end) {
    bool in = true;
    if (p[1] == '^') {
        in = false;
        ++p;
    }
    while (++p < end) {
        if (*p == '%') {
            if (in_class(c, static_cast<unsigned char>(*++p))) return in;
        } else if (p[1] == '-' && p + 2 < end) {
            if (static_cast<unsigned char>(p[0]) <= c && c <= static_cast<unsigned char>(p[2])) return in;
            p += 2;
        } else if (static_cast<unsigned char>(*p) == c) {
            return in;
        }
    }
    return !in;
}

struct Depth {
    int& depth;
    explicit Depth(int& d) : depth{d} {
        if (++depth > deepest) throw Complaint{"the pattern is too complex"};
    }
    ~Depth() { --depth; }
};

}  // namespace

LuaMatcher::LuaMatcher(lua_State* state, std::string_view subject, std::string_view pattern)
    : lua_{Lua::of(state)},
      begin_{subject.data()},
      end_{begin_ + subject.size()},
      last_{pattern.data() + pattern.size()} {}

const char* LuaMatcher::match(const char* s, const char* p) {
    level_ = 0;
    depth_ = 0;
    return walk(s, p);
}

void LuaMatcher::push(lua_State* state, int i, const char* s, const char* e) const {
    if (i < 0 || i >= level_) {
        if (i != 0) throw Complaint{"invalid capture index in the pattern"};
        lua_pushlstring(state, s, std::size_t(e - s));
    } else if (captures_[i].length == open_capture) {
        throw Complaint{"unfinished capture in the pattern"};
    } else if (captures_[i].length == position_capture) {
        lua_pushinteger(state, captures_[i].start - begin_ + 1);
    } else {
        lua_pushlstring(state, captures_[i].start, std::size_t(captures_[i].length));
    }
}

int LuaMatcher::push_all(lua_State* state, const char* s, const char* e) const {
    const int count = level_ == 0 && s ? 1 : level_;
    luaL_checkstack(state, count, "too many captures");
    for (int i = 0; i < count; ++i) push(state, i, s, e);
    return count;
}

void LuaMatcher::spend(std::size_t steps) const {
    steps_ += steps;
    if (steps_ >= steps_per_charge) lua_.charge(std::int64_t(std::exchange(steps_, 0)));
}

const char* LuaMatcher::class_end(const char* p) const {
    if (*p++ == '%') {
        if (p == last_) throw Complaint{"malformed pattern (ends with \"%\")"};
        return p + 1;
    }
    if (p[-1] != '[') return p;
    const char* begin = p;
    if (p != last_ && *p == '^') ++p;
    do {  // a "]" that comes first is one of the set
        if (p == last_) throw Complaint{"malformed pattern (missing \"]\")"};
        if (*p++ == '%' && p != last_) ++p;
    } while (p == last_ || *p != ']');
    spend(std::size_t((p - begin) / set_letters_per_step));
    return p + 1;
}

bool LuaMatcher::one(const char* s, const char* p, const char* after) {
    spend(1 + std::size_t((after - p) / set_letters_per_step));
    if (s >= end_) return false;
    const auto c = static_cast<unsigned char>(*s);
    switch (*p) {
        case '.': return true;
        case '%': return in_class(c, static_cast<unsigned char>(p[1]));
        case '[': return in_set(c, p, after - 1);
        default: return static_cast<unsigned char>(*p) == c;
    }
}

// Items that take exactly what they take are gone through here; any that may take more or less goes on by a call.
const char* LuaMatcher::walk(const char* s, const char* p) {
    const Depth guard{depth_};
    while (s && p != last_) {
        step();
        if (*p == '(') {
            const bool position = p + 1 != last_ && p[1] == ')';
            return position ? start_capture(s, p + 2, position_capture) : start_capture(s, p + 1, open_capture);
        }
        if (*p == ')') return end_capture(s, p + 1);
        if (*p == '$' && p + 1 == last_) return s == end_ ? s : nullptr;
        bool is_special = *p == '%' && p + 1 != last_;
        if (is_special) s = special(s, p, is_special);
        if (is_special) continue;
        const char* after = class_end(p);
        switch (after == last_ ? '\0' : *after) {
            case '?':
                if (one(s, p, after))
                    if (const char* e = walk(s + 1, after + 1)) return e;
                p = after + 1;
                break;
            case '*': return longest(s, p, after);
            case '+': return one(s, p, after) ? longest(s + 1, p, after) : nullptr;
            case '-': return shortest(s, p, after);
            default:
                if (!one(s, p, after)) return nullptr;
                ++s;
                p = after;
        }
    }
    return s;
}

// %b(), %f[set] and %1: moves `p` behind the item and returns where the subject goes on.
const char* LuaMatcher::special(const char* s, const char*& p, bool& is_special) {
    const char kind = p[1];
    if (kind == 'b') {
        s = balanced(s, p + 2);
        p += 4;
    } else if (kind == 'f') {
        s = frontier(s, p);
    } else if (std::isdigit(static_cast<unsigned char>(kind))) {
        s = same_again(s, kind);
        p += 2;
    } else {
        is_special = false;
    }
    return s;
}

const char* LuaMatcher::frontier(const char* s, const char*& p) const {
    p += 2;
    if (p == last_ || *p != '[') throw Complaint{"missing \"[\" after \"%f\" in the pattern"};
    const char* after = class_end(p);
    const auto before = static_cast<unsigned char>(s == begin_ ? '\0' : s[-1]);
    const auto here = static_cast<unsigned char>(s == end_ ? '\0' : *s);
    spend(1 + std::size_t((after - p) / set_letters_per_step));
    const bool fits = !in_set(before, p, after - 1) && in_set(here, p, after - 1);
    p = after;
    return fits ? s : nullptr;
}

const char* LuaMatcher::longest(const char* s, const char* p, const char* after) {
    std::ptrdiff_t i = 0;
    while (one(s + i, p, after)) ++i;
    for (; i >= 0; --i)
        if (const char* e = walk(s + i, after + 1)) return e;
    return nullptr;
}

const char* LuaMatcher::shortest(const char* s, const char* p, const char* after) {
    while (true) {
        if (const char* e = walk(s, after + 1)) return e;
        if (!one(s, p, after)) return nullptr;
        ++s;
    }
}

const char* LuaMatcher::start_capture(const char* s, const char* p, std::ptrdiff_t kind) {
    if (level_ >= most_captures) throw Complaint{"too many captures in the pattern"};
    captures_[level_++] = {s, kind};
    const char* e = walk(s, p);
    if (!e) --level_;
    return e;
}

const char* LuaMatcher::end_capture(const char* s, const char* p) {
    int i = level_ - 1;
    while (i >= 0 && captures_[i].length != open_capture) --i;
    if (i < 0) throw Complaint{"unexpected \")\" in the pattern"};
    captures_[i].length = s - captures_[i].start;
    const char* e = walk(s, p);
    if (!e) captures_[i].length = open_capture;
    return e;
}

const char* LuaMatcher::balanced(const char* s, const char* p) {
    if (last_ - p < 2) throw Complaint{"malformed pattern (missing arguments to \"%b\")"};
    if (s == end_ || *s != *p) return nullptr;
    int open = 1;
    while (++s < end_) {
        step();
        if (*s == p[1]) {
            if (--open == 0) return s + 1;
        } else if (*s == p[0]) {
            ++open;
        }
    }
    return nullptr;
}

const char* LuaMatcher::same_again(const char* s, char digit) const {
    const int i = digit - '1';
    if (i < 0 || i >= level_ || captures_[i].length == open_capture)
        throw Complaint{"invalid capture index in the pattern"};
    const auto length = captures_[i].length;
    if (length > 0) spend(std::size_t(length / bytes_per_step));
    if (length < 0 || end_ - s < length || std::memcmp(captures_[i].start, s, std::size_t(length)) != 0) return nullptr;
    return s + length;
}

}  // namespace tollgate::config

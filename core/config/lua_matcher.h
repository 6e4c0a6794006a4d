// core/config/lua_matcher.h - LuaMatcher: matches one subject against one Lua pattern, counting every step.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

struct lua_State;

namespace tollgate::config {

class Lua;

// Positions are pointers into subject and pattern; null is no match. Throws Complaint for what is no pattern; raises a
// Lua error where the steps use up the VM's bounds.
class LuaMatcher {
public:
    LuaMatcher(lua_State* state, std::string_view subject, std::string_view pattern);

    // The end of a match of the pattern from `p` on that begins exactly at `s`.
    const char* match(const char* s, const char* p);
    // Pushes capture `i`, or the whole match if there are none.
    void push(lua_State* state, int i, const char* s, const char* e) const;
    // Pushes all captures; without any, the whole match unless `s` is null.
    int push_all(lua_State* state, const char* s, const char* e) const;

    // Counts what is done on behalf of a match.
    void spend(std::size_t steps) const;

private:
    static constexpr int most_captures = 32;
    struct Capture {
        const char* start;
        std::ptrdiff_t length;  // or open_capture, position_capture
    };

    void step() const { spend(1); }
    const char* walk(const char* s, const char* p);
    const char* longest(const char* s, const char* p, const char* after);
    const char* shortest(const char* s, const char* p, const char* after);
    const char* start_capture(const char* s, const char* p, std::ptrdiff_t kind);
    const char* end_capture(const char* s, const char* p);
    const char* special(const char* s, const char*& p, bool& is_special);
    const char* balanced(const char* s, const char* p);
    const char* frontier(const char* s, const char*& p) const;
    const char* same_again(const char* s, char digit) const;
    const char* class_end(const char* p) const;
    bool one(const char* s, const char* p, const char* after);

    Lua& lua_;
    const char *begin_, *end_, *last_;
    std::array<Capture, most_captures> captures_;
    int level_ = 0, depth_ = 0;
    mutable std::size_t steps_ = 0;  // not charged yet
};

}  // namespace tollgate::config

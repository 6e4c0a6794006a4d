// plugins/cache/targeted.cpp - reads a dictionary of structured fields, and what of it are cache directives.
#include "targeted.h"

#include <algorithm>
#include <array>

namespace tollgate::cache {

namespace {

enum class Kind : std::uint8_t { yes, no, integer, text, other };
struct Value {
    Kind kind = Kind::yes;
    std::string text;  // of an integer its digits, of a string what is in it
};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_small(char c) noexcept { return c >= 'a' && c <= 'z'; }

// RFC 8941 section 4.2.2; what is read is taken off the front.
class Dictionary {
public:
    explicit Dictionary(std::string_view text) noexcept : rest_{text} {}

    // False where it is none.
    template <class Take>
    bool read(Take take) {
        blanks(true);
        while (!rest_.empty()) {
            std::string name;
            Value value;
            if (!key(name) || (eat('=') ? !item_or_list(value) : !parameters())) return false;
            if (!take(name, value)) return false;
            blanks(true);
            if (rest_.empty()) return true;
            if (!eat(',')) return false;
            blanks(true);
            if (rest_.empty()) return false;
        }
        return true;
    }

private:
    void blanks(bool tabs) noexcept {
        while (!rest_.empty() && (rest_[0] == ' ' || (tabs && rest_[0] == '\t'))) rest_.remove_prefix(1);
    }
    bool eat(char c) noexcept {
        if (rest_.empty() || rest_[0] != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    template <class Holds>
    std::string_view run(Holds holds) noexcept {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), holds);
        const auto part = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(part.size());
        return part;
    }
    bool key(std::string& name) {
        if (rest_.empty() || !(is_small(rest_[0]) || rest_[0] == '*')) return false;
        name = run([](char c) { return is_small(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*'; });
        return true;
    }
    bool parameters() {
        while (eat(';')) {
            blanks(false);
            std::string name;
            Value value;
            if (!key(name) || (eat('=') && !bare(value))) return false;
        }
        return true;
    }
    bool item_or_list(Value& value) {
        if (!eat('(')) return bare(value) && parameters();
        value.kind = Kind::other;
        for (Value item;;) {
            blanks(false);
            if (eat(')')) return parameters();
            if (!bare(item) || !parameters() || rest_.empty() || (rest_[0] != ' ' && rest_[0] != ')')) return false;
        }
    }
    bool bare(Value& value) {
        if (rest_.empty()) return false;
        const char sign = rest_[0];
        if (sign == '"') return string(value);
        if (sign == '?') return boolean(value);
        if (sign == ':') return bytes(value);
        if (sign == '-' || is_digit(sign)) return number(value);
        if (!is_small(lower(sign)) && sign != '*') return false;
        value.kind = Kind::other;
        run([](char c) { return c == ':' || c == '/' || is_token({&c, 1}); });
        return true;
    }
    bool string(Value& value) {
        value = {Kind::text, {}};
        for (rest_.remove_prefix(1); !rest_.empty(); rest_.remove_prefix(1)) {
            if (eat('"')) return true;
            if (rest_[0] == '\\') {
                rest_.remove_prefix(1);
                if (rest_.empty() || (rest_[0] != '"' && rest_[0] != '\\')) return false;
            }
            if (rest_[0] < ' ' || rest_[0] > '~') return false;
            value.text += rest_[0];
        }
        return false;
    }
    bool boolean(Value& value) {
        rest_.remove_prefix(1);
        value.kind = eat('1') ? Kind::yes : Kind::no;
        return value.kind == Kind::yes || eat('0');
    }
    bool bytes(Value& value) {
        value.kind = Kind::other;
        rest_.remove_prefix(1);
        run([](char c) { return is_small(lower(c)) || is_digit(c) || c == '+' || c == '/' || c == '='; });
        return eat(':');
    }
    bool number(Value& value) {
        value = {Kind::integer, eat('-') ? "-" : ""};
        const auto whole = run(is_digit);
        if (whole.empty() || whole.size() > 15) return false;
        value.text += whole;
        if (!eat('.')) return true;
        value.kind = Kind::other;
        const auto fraction = run(is_digit);
        return whole.size() <= 12 && !fraction.empty() && fraction.size() <= 3;
    }

    std::string_view rest_;
};

constexpr std::array<std::string_view, 4> times{"max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"};
constexpr std::array<std::string_view, 10> flags{"no-store",         "no-cache",        "private",      "public",
                                                 "must-revalidate",  "must-understand", "no-transform", "immutable",
                                                 "proxy-revalidate", "only-if-cached"};

// False where the value is of no type that the directive can have.
bool take(Directives& directives, const std::string& name, const Value& value) {
    if (std::find(times.begin(), times.end(), name) != times.end()) {
        if (value.kind != Kind::integer) return false;
        apply(directives, name, value.text, true, false);
        return true;
    }
    if (std::find(flags.begin(), flags.end(), name) != flags.end()) {
        const bool of_fields = value.kind == Kind::text && (name == "no-cache" || name == "private");
        if (value.kind == Kind::no) return true;
        if (value.kind != Kind::yes && !of_fields) return false;
        apply(directives, name, value.text, of_fields, true);
    }
    return true;
}

}  // namespace

std::optional<Directives> parse_targeted(Lines lines, std::string_view name) {
    const std::string text = combined(lines, name);
    if (trimmed(text).empty()) return std::nullopt;
    Directives directives;
    Dictionary dictionary{text};
    if (!dictionary.read([&](const std::string& key, const Value& value) { return take(directives, key, value); }))
        return std::nullopt;
    directives.present = true;
    return directives;
}

Said said_by(Lines lines, std::span<const std::string> targets) {
    for (const std::string& target : targets)
        if (auto directives = parse_targeted(lines, target)) return {*std::move(directives), true};
    return {parse_directives(lines), false};
}

}  // namespace tollgate::cache

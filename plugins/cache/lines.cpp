// plugins/cache/lines.cpp - names without case, lists with quoted strings.
#include "lines.h"

#include <algorithm>

namespace tollgate::cache {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

std::string lowered(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool is_token(std::string_view text) noexcept {
    constexpr std::string_view signs = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        const char small = lower(c);
        return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || signs.find(c) != std::string_view::npos;
    });
}

bool has(Lines lines, std::string_view name) noexcept { return first(lines, name).has_value(); }

std::optional<std::string_view> first(Lines lines, std::string_view name) noexcept {
    for (const Line& line : lines)
        if (same(line.name, name)) return line.value;
    return std::nullopt;
}

std::string combined(Lines lines, std::string_view name) {
    std::string result;
    bool any = false;
    for (const Line& line : lines) {
        if (!same(line.name, name)) continue;
        if (any) result += ", ";
        any = true;
        result += line.value;
    }
    return result;
}

bool Members::next(std::string_view& member) noexcept {
    while (!rest_.empty()) {
        bool quoted = false;
        std::size_t end = 0;
        for (; end < rest_.size() && (quoted || rest_[end] != ','); ++end) {
            if (rest_[end] == '"') quoted = !quoted;
            else if (quoted && rest_[end] == '\\') ++end;
        }
        broken_ = broken_ || quoted;
        end = std::min(end, rest_.size());
        member = trimmed(rest_.substr(0, end));
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        if (!member.empty()) return true;
    }
    return false;
}

}  // namespace tollgate::cache

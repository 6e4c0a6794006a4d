// plugins/cache/cache_control.cpp - one directive after another; doubt is decided against storing.
#include "cache_control.h"

#include <algorithm>

namespace tollgate::cache {

namespace {

struct Argument {
    std::optional<std::string> text;  // nullopt: cannot be read
    bool quoted = false;
};

// A token, or a quoted string (RFC 9110 section 5.6.4).
Argument argument_of(std::string_view written) {
    if (written.empty() || written.front() != '"')
        return {is_token(written) ? std::optional<std::string>{written} : std::nullopt, false};
    std::string text;
    for (std::size_t i = 1; i < written.size(); ++i) {
        if (written[i] == '"') return {i + 1 == written.size() ? std::optional{text} : std::nullopt, true};
        if (written[i] == '\\' && ++i == written.size()) break;
        text += written[i];
    }
    return {std::nullopt, true};
}

std::vector<std::string> names_in(std::string_view list) {
    std::vector<std::string> names;
    Members members{list};
    for (std::string_view name; members.next(name);) names.push_back(lowered(name));
    return names;
}

void take_shortest(std::optional<Seconds>& slot, const std::optional<std::string>& value) {
    const Seconds seconds = value ? parse_seconds(*value).value_or(0) : 0;
    slot = slot ? std::min(*slot, seconds) : seconds;
}

// The one with names of fields holds for these only; any other form for all of them.
void take_fields(bool& whole, std::vector<std::string>& fields, const std::optional<std::string>& value, bool has_value,
                 bool quoted) {
    std::vector<std::string> names;
    if (has_value && quoted && value) names = names_in(*value);
    if (names.empty() || !std::all_of(names.begin(), names.end(), [](const auto& name) { return is_token(name); }))
        whole = true;
    else
        fields.insert(fields.end(), names.begin(), names.end());
}

}  // namespace

std::optional<Seconds> parse_seconds(std::string_view digits) noexcept {
    if (digits.empty()) return std::nullopt;
    Seconds seconds = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') return std::nullopt;
        seconds = std::min(seconds * 10 + (digit - '0'), Directives::longest);
    }
    return seconds;
}

void apply(Directives& d, std::string_view name, const std::optional<std::string>& value, bool has_value, bool quoted) {
    struct Flag {
        std::string_view name;
        bool Directives::* flag;
    };
    struct Time {
        std::string_view name;
        std::optional<Seconds> Directives::* time;
    };
    static constexpr Flag flags[] = {{"no-store", &Directives::no_store},
                                     {"public", &Directives::is_public},
                                     {"must-revalidate", &Directives::must_revalidate},
                                     {"proxy-revalidate", &Directives::proxy_revalidate},
                                     {"must-understand", &Directives::must_understand},
                                     {"no-transform", &Directives::no_transform},
                                     {"immutable", &Directives::immutable},
                                     {"only-if-cached", &Directives::only_if_cached}};
    static constexpr Time times[] = {{"max-age", &Directives::max_age},
                                     {"s-maxage", &Directives::s_maxage},
                                     {"stale-while-revalidate", &Directives::stale_while_revalidate},
                                     {"stale-if-error", &Directives::stale_if_error}};
    d.present = true;
    for (const Flag& flag : flags)
        if (same(name, flag.name)) d.*flag.flag = true;
    for (const Time& time : times)
        if (same(name, time.name)) take_shortest(d.*time.time, value);
    if (same(name, "no-cache")) take_fields(d.no_cache, d.no_cache_fields, value, has_value, quoted);
    if (same(name, "private")) take_fields(d.is_private, d.private_fields, value, has_value, quoted);
    if (same(name, "min-fresh"))
        d.min_fresh = std::max(d.min_fresh.value_or(0),
                               value ? parse_seconds(*value).value_or(Directives::any) : Directives::any);
    if (same(name, "max-stale")) {
        const Seconds allowed = !has_value ? Directives::any : value ? parse_seconds(*value).value_or(0) : 0;
        d.max_stale = d.max_stale ? std::min(*d.max_stale, allowed) : allowed;
    }
}

Directives parse_directives(Lines lines, std::string_view name) {
    Directives directives;
    for (const Line& line : lines) {
        if (!same(line.name, name)) continue;
        Members members{line.value};
        for (std::string_view member; members.next(member);) {
            const auto equals = member.find('=');
            const bool has_value = equals != std::string_view::npos;
            // "max-age =5" and "max-age= 5" are no directives; somebody meant max-age, and we do not guess how much.
            const Argument argument = has_value ? argument_of(member.substr(equals + 1)) : Argument{};
            const std::string_view directive = trimmed(member.substr(0, equals));
            const bool blank = has_value && directive.size() != equals;
            apply(directives, directive, blank ? std::nullopt : argument.text, has_value, argument.quoted);
        }
        if (members.broken()) directives.no_store = true;
    }
    return directives;
}

}  // namespace tollgate::cache

// plugins/cache/freshness.cpp - lifetimes and ages; what cannot be read is stale.
#include "freshness.h"

#include <algorithm>

namespace tollgate::cache {

namespace {

constexpr Seconds day = 86400;

Milliseconds milliseconds_of(Seconds seconds) noexcept { return std::chrono::seconds{seconds}; }

// When it was made, by its own word or else by ours.
Seconds date_of(Lines answer, Seconds now) {
    const auto text = first(answer, "Date");
    return text ? parse_date(*text, now).value_or(now) : now;
}

}  // namespace

bool cacheable_by_default(int status) noexcept {
    switch (status) {
        case 200: case 203: case 204: case 300: case 301: case 308:
        case 404: case 405: case 410: case 414: case 501: return true;
        default: return false;
    }
}

Lifetime said_lifetime(Lines answer, const Directives& directives, bool expires, Seconds now) {
    if (directives.s_maxage) return {milliseconds_of(*directives.s_maxage), Source::answer};
    if (directives.max_age) return {milliseconds_of(*directives.max_age), Source::answer};
    if (!expires) return {};
    std::optional<Seconds> earliest;
    for (const Line& line : answer) {
        if (!same(line.name, "Expires")) continue;
        const Seconds until = parse_date(line.value, now).value_or(0);
        earliest = std::min(earliest.value_or(until), until);
    }
    if (!earliest) return {};
    const Seconds left = std::clamp(*earliest - date_of(answer, now), Seconds{0}, Directives::longest);
    return {milliseconds_of(left), Source::answer};
}

Lifetime guessed_lifetime(int status, Lines answer, const Directives& directives, Seconds now) {
    if (!cacheable_by_default(status) && !directives.is_public) return {};
    const auto text = first(answer, "Last-Modified");
    const auto changed = text ? parse_date(*text, now) : std::nullopt;
    if (!changed) return {};
    const Seconds since = date_of(answer, now) - *changed;
    if (since <= 0) return {};
    return {std::min(milliseconds_of(since) / 10, milliseconds_of(day)), Source::heuristic};
}

Milliseconds age_at_arrival(Lines answer, Seconds now, Milliseconds delay) {
    const Milliseconds apparent = milliseconds_of(std::max(Seconds{0}, now - date_of(answer, now)));
    // Of several values the first, and none where that is no number (section 5.1).
    Members members{first(answer, "Age").value_or("")};
    std::string_view member;
    const auto told = members.next(member) ? parse_seconds(member) : std::nullopt;
    return std::max(apparent, milliseconds_of(told.value_or(0)) + delay);
}

}  // namespace tollgate::cache

// plugins/cache/ranges.cpp - byte ranges; whatever is unclear is answered whole.
#include "ranges.h"

#include "dates.h"
#include "validators.h"

#include <algorithm>

namespace tollgate::cache {

namespace {

// nullopt for anything but digits; what is larger than any length counts as very large.
std::optional<std::uint64_t> number(std::string_view digits) noexcept {
    constexpr std::uint64_t most = std::uint64_t{1} << 60;
    if (digits.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') return std::nullopt;
        value = std::min(most, value * 10 + static_cast<std::uint64_t>(digit - '0'));
    }
    return value;
}

}  // namespace

std::optional<Range> parse_range(Lines request) {
    std::optional<std::string_view> text;
    for (const Line& line : request) {
        if (!same(line.name, "Range")) continue;
        if (text) return std::nullopt;
        text = trimmed(line.value);
    }
    if (!text || !same(text->substr(0, 6), "bytes=")) return std::nullopt;
    Members members{text->substr(6)};
    std::string_view member, another;
    if (!members.next(member) || members.next(another)) return std::nullopt;
    const auto dash = member.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const Range range{number(trimmed(member.substr(0, dash))), number(trimmed(member.substr(dash + 1)))};
    const bool first_written = dash > 0, last_written = dash + 1 < member.size();
    if (first_written != range.first.has_value() || last_written != range.last.has_value()) return std::nullopt;
    if (!first_written && !last_written) return std::nullopt;
    if (range.first && range.last && *range.last < *range.first) return std::nullopt;
    return range;
}

std::optional<Part> part_of(const Range& range, std::uint64_t length) noexcept {
    if (!range.first) {
        const std::uint64_t count = std::min(*range.last, length);
        return count == 0 ? std::nullopt : std::optional{Part{length - count, count}};
    }
    if (*range.first >= length) return std::nullopt;
    const std::uint64_t last = range.last ? std::min(*range.last, length - 1) : length - 1;
    return Part{*range.first, last - *range.first + 1};
}

std::string content_range(const std::optional<Part>& part, std::uint64_t length) {
    const std::string which =
        part ? std::to_string(part->first) + '-' + std::to_string(part->first + part->count - 1) : "*";
    return "bytes " + which + '/' + std::to_string(length);
}

bool range_holds(Lines request, std::string_view etag, std::string_view last_modified, std::string_view date) {
    const auto condition = first(request, "If-Range");
    if (!condition) return true;
    const std::string_view named = trimmed(*condition);
    if (named.starts_with('"') || named.starts_with("W/")) return strongly_equal(named, etag);
    // A date is a strong validator only where the answer was made at least a second after it (section 8.8.2.2).
    if (named != last_modified || named.empty()) return false;
    const auto changed = parse_date(last_modified, 0);
    const auto made = parse_date(date, 0);
    return changed && made && *made > *changed;
}

}  // namespace tollgate::cache

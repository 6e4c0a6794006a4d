// plugins/cache/validators.cpp - entity tags, dates, and what a 304 changes.
#include "validators.h"

#include "cache_control.h"

#include <algorithm>
#include <array>

namespace tollgate::cache {

namespace {

std::string_view opaque(std::string_view etag) noexcept {
    if (etag.starts_with("W/")) etag.remove_prefix(2);
    return etag;
}

std::optional<Seconds> date_in(Lines lines, std::string_view name, Seconds now) {
    const auto text = first(lines, name);
    return text ? parse_date(*text, now) : std::nullopt;
}

}  // namespace

bool weakly_equal(std::string_view a, std::string_view b) noexcept { return opaque(a) == opaque(b); }

bool strongly_equal(std::string_view a, std::string_view b) noexcept {
    return a == b && !a.starts_with("W/") && !a.empty();
}

Conditions conditions_of(Lines request) {
    return {combined(request, "If-None-Match"), first(request, "If-Modified-Since")};
}

bool is_current(const Conditions& conditions, const Validators& kept, Seconds now) {
    if (!conditions.none_match.empty()) {
        if (trimmed(conditions.none_match) == "*") return true;
        if (kept.etag.empty()) return false;
        Members members{conditions.none_match};
        for (std::string_view etag; members.next(etag);)
            if (weakly_equal(etag, kept.etag)) return true;
        return false;
    }
    if (!conditions.modified_since || !kept.changed) return false;
    const auto since = parse_date(*conditions.modified_since, now);
    return since && *kept.changed <= *since;
}

std::vector<Line> validating_lines(Lines kept) {
    std::vector<Line> lines;
    if (const auto etag = first(kept, "ETag")) lines.push_back({"If-None-Match", *etag});
    if (const auto changed = first(kept, "Last-Modified")) lines.push_back({"If-Modified-Since", *changed});
    return lines;
}

bool is_about(Lines not_modified, Lines kept, Seconds now) {
    const auto etag = first(not_modified, "ETag");
    if (etag) {
        const auto ours = first(kept, "ETag");
        return ours && weakly_equal(*etag, *ours);
    }
    const auto changed = date_in(not_modified, "Last-Modified", now);
    const auto ours = date_in(kept, "Last-Modified", now);
    return !changed || !ours || *changed == *ours;
}

bool head_agrees(Lines head, Lines kept, std::size_t length, Seconds now) {
    const auto told = first(head, "Content-Length");
    if (told && parse_seconds(trimmed(*told)) != static_cast<Seconds>(length)) return false;
    const auto etag = first(head, "ETag");
    const auto our_etag = first(kept, "ETag");
    if (etag && (!our_etag || !weakly_equal(*etag, *our_etag))) return false;
    const auto changed = date_in(head, "Last-Modified", now);
    const auto our_change = date_in(kept, "Last-Modified", now);
    return !changed || changed == our_change;
}

bool updates(std::string_view name) noexcept {
    static constexpr std::array<std::string_view, 6> of_content{"Content-Length", "Content-Encoding", "Content-Range",
                                                                "Content-MD5",    "Content-Digest",   "ETag"};
    return std::none_of(of_content.begin(), of_content.end(),
                        [name](std::string_view other) { return same(name, other); });
}

}  // namespace tollgate::cache

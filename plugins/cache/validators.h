// plugins/cache/validators.h - conditional requests, answered and asked (RFC 9111 section 4.3, RFC 9110 section 13).
#pragma once

#include "dates.h"
#include "lines.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

bool weakly_equal(std::string_view a, std::string_view b) noexcept;
bool strongly_equal(std::string_view a, std::string_view b) noexcept;

// What a client already has: the lines of its request that a cache may answer by (section 4.3.2).
struct Conditions {
    std::string none_match;                         // If-None-Match; it alone holds where there is one
    std::optional<std::string_view> modified_since;  // If-Modified-Since
    bool any() const noexcept { return !none_match.empty() || modified_since.has_value(); }
};
Conditions conditions_of(Lines request);

// What is kept of an answer for comparing.
struct Validators {
    std::string_view etag;
    std::optional<Seconds> changed;  // Last-Modified, or else Date
};
// Whether the client has just this, so that 304 says all there is to say.
bool is_current(const Conditions& conditions, const Validators& kept, Seconds now);

// What the upstream is asked by about what is kept: names and values of If-None-Match and If-Modified-Since.
std::vector<Line> validating_lines(Lines kept);
// Whether a 304 is about what is kept (section 4.3.4): it names a validator of it, or none.
bool is_about(Lines not_modified, Lines kept, Seconds now);
// Whether the answer to a HEAD speaks of what is kept (section 4.3.5): nothing in it says otherwise.
bool head_agrees(Lines head, Lines kept, std::size_t length, Seconds now);

// A line of a 304 that replaces what is kept (section 3.2): all but those that describe the content which did not come.
bool updates(std::string_view name) noexcept;

}  // namespace tollgate::cache

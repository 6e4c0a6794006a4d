// plugins/cache/cache_control.h - Directives: what Cache-Control says (RFC 9111 section 5.2, RFC 5861, RFC 8246).
#pragma once

#include "dates.h"
#include "lines.h"

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tollgate::cache {

// Of a request or of a response. What cannot be read is taken for what stores or reuses less: a lifetime for 0, a list
// that does not end for no-store, of several lifetimes the shortest.
struct Directives {
    static constexpr Seconds any = std::numeric_limits<Seconds>::max();  // max-stale without a value
    static constexpr Seconds longest = 2147483648;                       // RFC 9111 section 1.2.2

    bool present = false;  // there is at least one directive
    bool no_store = false, no_cache = false, is_private = false, is_public = false;
    bool must_revalidate = false, proxy_revalidate = false, must_understand = false;
    bool no_transform = false, immutable = false, only_if_cached = false;
    std::optional<Seconds> max_age, s_maxage, stale_while_revalidate, stale_if_error;
    std::optional<Seconds> max_stale, min_fresh;                // of requests
    std::vector<std::string> no_cache_fields, private_fields;  // no-cache="set-cookie": of these fields only
};

// All lines of that name together.
Directives parse_directives(Lines lines, std::string_view name = "Cache-Control");

// Seconds as these fields write them: digits and nothing else, at most Directives::longest.
std::optional<Seconds> parse_seconds(std::string_view digits) noexcept;

// Takes one directive in. `value` is what it was given, unquoted; nullopt where it has none or it cannot be read.
void apply(Directives& directives, std::string_view name, const std::optional<std::string>& value, bool has_value,
           bool quoted);

}  // namespace tollgate::cache

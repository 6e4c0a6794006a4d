// plugins/cache/targeted.h - fields that speak to some caches only: CDN-Cache-Control and its like (RFC 9213).
#pragma once

#include "cache_control.h"

#include <optional>
#include <span>
#include <string>

namespace tollgate::cache {

// What the field says, whose value is a dictionary of structured fields (RFC 8941). nullopt where there is none, where
// it is empty or no dictionary, or where a directive has a value of the wrong type: then it is as if it were not there.
std::optional<Directives> parse_targeted(Lines lines, std::string_view name);

// What an answer says to this cache: the first field of `targets` that is there and readable holds by itself, and
// Cache-Control (and Expires) only without one.
struct Said {
    Directives directives;
    bool targeted = false;
};
Said said_by(Lines lines, std::span<const std::string> targets);

}  // namespace tollgate::cache

// plugins/cache/dates.h - dates as HTTP writes them (RFC 9110 section 5.6.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::cache {

using Seconds = std::int64_t;

// Seconds since 1970 of any of the three forms; nullopt for everything else. `now` says which century the two digits
// of an RFC 850 year mean: none that is more than 50 years ahead. Names of days and months in any case; the day of the
// week is not checked against the date.
std::optional<Seconds> parse_date(std::string_view text, Seconds now);
// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string written_date(Seconds date);

}  // namespace tollgate::cache

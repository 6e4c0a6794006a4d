// plugins/ratelimit/calendar.h - where days, weeks and months end, in UTC.
#pragma once

#include "limit.h"

namespace tollgate::ratelimit {

// The end of the day, week (from Monday) or month that holds this millisecond since 1970: the first of the next one.
std::int64_t end_of(Calendar calendar, std::int64_t millisecond) noexcept;

// How long the day, week or month with that end is, in milliseconds.
std::int64_t length_until(std::int64_t end, Calendar calendar) noexcept;

}  // namespace tollgate::ratelimit

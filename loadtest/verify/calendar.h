// loadtest/verify/calendar.h - CalendarWindow: the day, week or month of a moment, in UTC, as a quota counts by it.
#pragma once

#include "loadtest/quantities.h"

#include <cstdint>

namespace tollgate::loadtest::verify {

// Nanoseconds since 1970: from `begin` until just before `end`.
struct CalendarWindow {
    std::int64_t begin = 0, end = 0;
};

// `length` says which: a day, seven of them (from Monday), thirty (a month, however long it is).
CalendarWindow calendar_window(Nanoseconds length, std::int64_t moment);

}  // namespace tollgate::loadtest::verify

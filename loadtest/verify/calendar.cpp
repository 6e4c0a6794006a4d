// loadtest/verify/calendar.cpp - the calendar, by the standard library's: nothing of the gateway's own reckoning.
#include "loadtest/verify/calendar.h"

#include <chrono>

namespace tollgate::loadtest::verify {

CalendarWindow calendar_window(Nanoseconds length, std::int64_t moment) {
    using namespace std::chrono;
    const sys_days day = floor<days>(sys_time<nanoseconds>{nanoseconds{moment}});
    sys_days begin = day, end = day + days{1};
    if (length == days{7}) {
        begin = day - (weekday{day} - Monday);
        end = begin + days{7};
    } else if (length > days{7}) {
        const year_month_day date{day};
        begin = date.year() / date.month() / 1;
        end = sys_days{(date.year() / date.month() + months{1}) / 1};
    }
    const auto since_1970 = [](sys_days at) { return nanoseconds{at.time_since_epoch()}.count(); };
    return {since_1970(begin), since_1970(end)};
}

}  // namespace tollgate::loadtest::verify

// plugins/ratelimit/calendar.cpp - the Gregorian calendar is the standard library's; no leap seconds, as in Unix time.
#include "calendar.h"

namespace tollgate::ratelimit {

std::int64_t end_of(Calendar calendar, std::int64_t millisecond) noexcept {
    using namespace std::chrono;
    const sys_days today = floor<days>(sys_time<milliseconds>{milliseconds{millisecond}});
    sys_days end = today + days{1};
    if (calendar == Calendar::week) end = today + (days{7} - (weekday{today} - Monday));
    if (calendar == Calendar::month) {
        const year_month_day date{today};
        end = sys_days{(date.year() / date.month() + months{1}) / day{1}};
    }
    return duration_cast<milliseconds>(end.time_since_epoch()).count();
}

std::int64_t length_until(std::int64_t end, Calendar calendar) noexcept {
    using namespace std::chrono;
    days length{calendar == Calendar::week ? 7 : 1};
    if (calendar == Calendar::month) {
        const sys_days next = floor<days>(sys_time<milliseconds>{milliseconds{end}});
        const year_month_day date{next};
        length = next - sys_days{(date.year() / date.month() - months{1}) / day{1}};
    }
    return duration_cast<milliseconds>(length).count();
}

}  // namespace tollgate::ratelimit

// core/history/usage.cpp - counting a request by time and by caller.
#include "history/usage.h"

namespace tollgate::history {

using std::chrono::minutes;

void Usage::begin_minute(Clock::time_point now) {
    const WallTime wall = wall_clock_();
    const auto minute = std::chrono::floor<minutes>(wall);
    wall_ends_ = minute + minutes{1};
    minute_ends_ = now + std::chrono::duration_cast<Clock::duration>(wall_ends_ - wall);
    timeline_.turn(minute);
}

void Usage::count(const Over& over, Clock::time_point now) {
    if (now >= minute_ends_) begin_minute(now);
    const bool known = !over.caller.id.empty();
    timeline_.count({over.path, over.route, over.caller.owner.empty() ? over.caller.id : over.caller.owner,
                     is_blocked(over.status) ? over.client_ip : std::string_view{}, over.status, over.time});
    if (known)
        callers_.count(over.caller, over.status, over.time,
                       wall_ends_ - std::chrono::duration_cast<WallTime::duration>(minute_ends_ - now));
}

Timeline::Most Usage::most(Ranking of, Clock::time_point now) {
    if (now >= minute_ends_) begin_minute(now);
    return timeline_.most(of);
}

Timeline::Part Usage::timeline(Clock::time_point now) {
    if (now >= minute_ends_) begin_minute(now);
    return timeline_.part();
}

}  // namespace tollgate::history

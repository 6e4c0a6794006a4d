// core/history/usage.h - Usage: what one loop remembers of the requests that it has served, by time and by caller.
#pragma once

#include "history/callers.h"
#include "history/timeline.h"

#include <chrono>
#include <functional>
#include <string_view>

namespace tollgate::history {

// A request that is over. The views need hold only while it is counted.
struct Over {
    std::string_view route, path, client_ip;
    CallerName caller;  // id "": nobody is known
    int status = 0;
    std::chrono::nanoseconds time{0};
};

// Written and read by its loop alone: other threads post to it (gateway/usage_reports.h). Outlives configurations.
class Usage {
public:
    using Clock = std::chrono::steady_clock;
    using WallClock = std::function<WallTime()>;
    explicit Usage(WallClock wall_clock = &std::chrono::system_clock::now) : wall_clock_{std::move(wall_clock)} {}

    void count(const Over& over, Clock::time_point now);

    Timeline::Most most(Ranking of, Clock::time_point now);
    Timeline::Part timeline(Clock::time_point now);
    const Callers& callers() const noexcept { return callers_; }

private:
    void begin_minute(Clock::time_point now);

    const WallClock wall_clock_;
    Clock::time_point minute_ends_ = Clock::time_point::min();
    WallTime wall_ends_{};  // the same by the wall clock, which is asked once a minute
    Timeline timeline_;
    Callers callers_;
};

}  // namespace tollgate::history

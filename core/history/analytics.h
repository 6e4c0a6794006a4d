// core/history/analytics.h - Analytics: what a gateway was asked over the last hours, whoever remembered it.
#pragma once

#include "history/timeline.h"

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace tollgate::history {

struct Analytics {
    struct Hour {
        Hours time;
        Statuses statuses;
    };
    struct Minute {
        Minutes time;
        Statuses statuses;
        std::optional<std::chrono::nanoseconds> p50, p99;  // nullopt where there were none
    };
    static constexpr std::size_t most_tops = 10;

    // Nothing yet, with the last `hours` hours by the clock and the last 60 minutes; `now` is in the last of each.
    Analytics(std::chrono::system_clock::time_point now, int hours);

    Hour* hour(Hours time) noexcept;        // null where it is none of them
    Minute* minute(Minutes time) noexcept;  // likewise
    Hours since() const noexcept { return hours.front().time; }
    Statuses statuses() const noexcept;     // of all hours

    std::vector<Hour> hours;      // the oldest first
    std::vector<Minute> minutes;  // likewise
    PerRanking<std::vector<Top>> tops;
};

// What the loops remember, together.
Analytics together(std::span<const Timeline::Part> parts, std::chrono::system_clock::time_point now, int hours);

}  // namespace tollgate::history

// core/history/timeline.h - Timeline: by minute the last hour, by hour the last day, and who and what came most in each.
#pragma once

#include "history/latencies.h"
#include "history/statuses.h"
#include "history/tops.h"

#include <chrono>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace tollgate::history {

using Minutes = std::chrono::time_point<std::chrono::system_clock, std::chrono::minutes>;
using Hours = std::chrono::time_point<std::chrono::system_clock, std::chrono::hours>;

struct Minute {
    Minutes time;
    Statuses statuses;
    LatencyCounts latencies;
};

struct Hour {
    Hours time;
    Statuses statuses;
    PerRanking<std::vector<Top>> tops;
};

// A request that is over, as far as lines of time know it.
struct Event {
    std::string_view path, route;
    std::string_view user;     // whom the caller belongs to, or else who he is; "" where nobody is known
    std::string_view blocked;  // the client's address, where the request was turned away; else ""
    int status = 0;
    std::chrono::nanoseconds time{0};
};

// One thread. Time that goes back adds to the minute that was the last.
class Timeline {
public:
    static constexpr std::size_t kept_minutes = 60, kept_hours = 24, kept_tops = 100;

    // Minutes and hours that are over are put by. Before the first count(), and whenever a minute begins.
    void turn(Minutes now);
    void count(const Event& event);

    // Who or what came most in the hour that is now.
    struct Most {
        Hours hour;
        std::vector<Top> tops;
    };
    Most most(Ranking of) const;
    // What is told of all else: the oldest first, the one that is now last. Whoever asks from elsewhere asks for each
    // ranking of the hour that is now before, in a turn of the loop of its own, since it takes long; it counts if that
    // is still the hour then, and is put by with it if not.
    struct Part {
        std::vector<std::shared_ptr<const Hour>> hours;
        std::vector<std::shared_ptr<const Minute>> minutes;
        PerRanking<Most> most{};  // whoever asks puts it here
    };
    Part part() const;

private:
    void put_minute_by();
    void put_hour_by();
    Statuses statuses_so_far() const;

    Minute minute_{};
    Hours hour_{};
    Statuses of_hour_;  // without the minute that is now
    PerRanking<Tops> tops_;
    // Shared, as those who ask get all of them in one turn of the loop.
    std::deque<std::shared_ptr<const Minute>> minutes_;
    std::deque<std::shared_ptr<const Hour>> hours_;
    bool begun_ = false;
};

}  // namespace tollgate::history

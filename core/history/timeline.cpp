// core/history/timeline.cpp - putting minutes and hours by, once they are over.
#include "history/timeline.h"

namespace tollgate::history {

using std::chrono::floor;
using std::chrono::hours;

void Timeline::turn(Minutes now) {
    if (!begun_) {
        minute_.time = now;
        hour_ = floor<hours>(now);
        begun_ = true;
    }
    if (now <= minute_.time) return;
    put_minute_by();
    if (floor<hours>(now) > hour_) put_hour_by();
    minute_ = {now, {}, {}};
    hour_ = floor<hours>(now);
}

void Timeline::put_minute_by() {
    of_hour_.add(minute_.statuses);
    if (minute_.statuses.total() == 0) return;
    if (minutes_.size() == kept_minutes) minutes_.pop_front();
    minutes_.push_back(minute_);
}

void Timeline::put_hour_by() {
    minute_.statuses = {};  // they are in of_hour_
    auto hour = std::make_shared<const Hour>(hour_so_far());
    if (hour->statuses.total() > 0) {
        if (hours_.size() == kept_hours) hours_.pop_front();
        hours_.push_back(std::move(hour));
    }
    of_hour_ = {};
    for (Tops* const tops : {&paths_, &routes_, &users_, &blocked_}) tops->clear();
}

void Timeline::count(const Event& event) {
    minute_.statuses.add(event.status);
    minute_.latencies.count(event.time);
    paths_.add(event.path);
    routes_.add(event.route);
    if (!event.user.empty()) users_.add(event.user);
    if (!event.blocked.empty()) blocked_.add(event.blocked);
}

Hour Timeline::hour_so_far() const {
    Hour hour{hour_, of_hour_, paths_.first(kept_tops), routes_.first(kept_tops), users_.first(kept_tops),
              blocked_.first(kept_tops)};
    hour.statuses.add(minute_.statuses);
    return hour;
}

Timeline::Part Timeline::part() const {
    Part part{{hours_.begin(), hours_.end()}, {minutes_.begin(), minutes_.end()}};
    if (!begun_) return part;
    part.hours.push_back(std::make_shared<const Hour>(hour_so_far()));
    part.minutes.push_back(minute_);
    return part;
}

}  // namespace tollgate::history

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
    minutes_.push_back(std::make_shared<const Minute>(minute_));
}

void Timeline::put_hour_by() {
    if (const Statuses statuses = of_hour_; statuses.total() > 0) {  // those of its last minute are in it
        Hour hour{hour_, statuses, {}};
        for (const Ranking of : rankings) hour.tops[of] = most(of).tops;
        if (hours_.size() == kept_hours) hours_.pop_front();
        hours_.push_back(std::make_shared<const Hour>(std::move(hour)));
    }
    of_hour_ = {};
    for (Tops& tops : tops_.each) tops.clear();
}

void Timeline::count(const Event& event) {
    minute_.statuses.add(event.status);
    minute_.latencies.count(event.time);
    tops_[Ranking::paths].add(event.path);
    tops_[Ranking::routes].add(event.route);
    if (!event.user.empty()) tops_[Ranking::users].add(event.user);
    if (!event.blocked.empty()) tops_[Ranking::blocked].add(event.blocked);
}

Timeline::Most Timeline::most(Ranking of) const { return {hour_, tops_[of].first(kept_tops)}; }

Statuses Timeline::statuses_so_far() const {
    Statuses statuses = of_hour_;
    statuses.add(minute_.statuses);
    return statuses;
}

Timeline::Part Timeline::part() const {
    Part part{{hours_.begin(), hours_.end()}, {minutes_.begin(), minutes_.end()}};
    if (!begun_) return part;
    part.hours.push_back(std::make_shared<const Hour>(Hour{hour_, statuses_so_far(), {}}));
    part.minutes.push_back(std::make_shared<const Minute>(minute_));
    return part;
}

}  // namespace tollgate::history

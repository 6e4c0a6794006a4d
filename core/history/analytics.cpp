// core/history/analytics.cpp - putting together what loops remember.
#include "history/analytics.h"

namespace tollgate::history {

Analytics::Analytics(std::chrono::system_clock::time_point now, int count) {
    using std::chrono::floor;
    const auto last_hour = floor<std::chrono::hours>(now);
    for (int ago = count; ago-- > 0;) hours.push_back({last_hour - std::chrono::hours{ago}, {}});
    const auto last_minute = floor<std::chrono::minutes>(now);
    for (int ago = int(Timeline::kept_minutes); ago-- > 0;)
        minutes.push_back({last_minute - std::chrono::minutes{ago}, {}, {}, {}});
}

Analytics::Hour* Analytics::hour(Hours time) noexcept {
    const auto place = (time - hours.front().time).count();
    return place < 0 || std::size_t(place) >= hours.size() ? nullptr : &hours[std::size_t(place)];
}

Analytics::Minute* Analytics::minute(Minutes time) noexcept {
    const auto place = (time - minutes.front().time).count();
    return place < 0 || std::size_t(place) >= minutes.size() ? nullptr : &minutes[std::size_t(place)];
}

Statuses Analytics::statuses() const noexcept {
    Statuses all;
    for (const Hour& hour : hours) all.add(hour.statuses);
    return all;
}

Analytics together(std::span<const Timeline::Part> parts, std::chrono::system_clock::time_point now, int hours) {
    Analytics all{now, hours};
    PerRanking<std::vector<std::vector<Top>>> tops;
    std::vector<LatencyCounts> latencies(all.minutes.size());
    for (const auto& part : parts) {
        for (const auto& hour : part.hours) {
            auto* const into = all.hour(hour->time);
            if (!into) continue;
            into->statuses.add(hour->statuses);
            for (const Ranking of : rankings) {
                tops[of].push_back(hour->tops[of]);
                if (hour == part.hours.back() && part.most[of].hour == hour->time)
                    tops[of].push_back(part.most[of].tops);
            }
        }
        for (const auto& minute : part.minutes) {
            auto* const into = all.minute(minute->time);
            if (!into) continue;
            into->statuses.add(minute->statuses);
            latencies[std::size_t(into - all.minutes.data())].add(minute->latencies);
        }
    }
    for (std::size_t i = 0; i < latencies.size(); ++i) {
        if (all.minutes[i].statuses.total() == 0) continue;
        all.minutes[i].p50 = latencies[i].percentile(0.5);
        all.minutes[i].p99 = latencies[i].percentile(0.99);
    }
    for (const Ranking of : rankings) all.tops[of] = first_of_all(tops[of], Analytics::most_tops);
    return all;
}

}  // namespace tollgate::history

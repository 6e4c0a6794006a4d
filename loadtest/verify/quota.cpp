// loadtest/verify/quota.cpp - which requests were surely in one window of the calendar, and which perhaps.
#include "loadtest/verify/quota.h"

#include "loadtest/verify/calendar.h"

#include <cmath>

namespace tollgate::loadtest::verify {

namespace {

// By the drive's time. What is between `sure_from` and `sure_to` is surely in it, and between `from` and `to` perhaps.
struct Window {
    std::int64_t from, sure_from, sure_to, to;
};

class Windows {
public:
    Windows(const Limit& limit, const Clocks& clocks) : limit_{limit}, clocks_{clocks} {}

    // That holds this moment of the drive, by our clock.
    Window at(std::int64_t moment) const {
        const CalendarWindow by_wall = calendar_window(limit_.window, clocks_.wall + moment);
        const std::int64_t begin = by_wall.begin - clocks_.wall, end = by_wall.end - clocks_.wall;
        const std::int64_t off = clocks_.wall_off.count(), late = off + clocks_.behind.count();
        return {begin - off, begin + late, end - off, end + late};
    }
    // That holds all of the request for sure.
    std::optional<Window> of(const Record& record) const {
        const Window window = at(record.sent);
        if (record.sent < window.sure_from || record.done > window.sure_to) return std::nullopt;
        return window;
    }

private:
    const Limit& limit_;
    const Clocks& clocks_;
};

}  // namespace

std::optional<Offence> too_much_of_quota(const Limit& limit, const Evidence& evidence, const Clocks& clocks) {
    std::optional<Offence> worst;
    if (evidence.sent().empty()) return worst;
    const double bound = std::floor(limit.count + 1e-6) + limit.leased;
    const Windows windows{limit, clocks};
    for (std::int64_t at = evidence.sent().front(); at <= evidence.done().back();) {
        const Window window = windows.at(at);
        const Offence found{std::max(window.sure_from, evidence.sent().front()),
                            std::min(window.sure_to, evidence.done().back()),
                            static_cast<double>(evidence.surely(window.sure_from, window.sure_to)), bound};
        if (found.admitted > bound && (!worst || found.by() > worst->by())) worst = found;
        at = window.sure_to + clocks.wall_off.count();
    }
    return worst;
}

std::vector<Room> room_of_quota(const Limit& limit, const Evidence& evidence, const Clocks& clocks) {
    std::vector<Room> rooms(evidence.records().size());
    const Windows windows{limit, clocks};
    const double due = std::floor(limit.count + 1e-6);
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        const Record& record = evidence.records()[i];
        if (record.outcome != Outcome::refused) continue;
        const auto window = windows.of(record);
        if (!window) continue;
        if (window->from >= evidence.records().front().sent) {
            const auto admitted = static_cast<double>(evidence.perhaps(window->from, record.done));
            rooms[i] = {due - admitted - limit.leased, window->from, admitted, due - limit.leased};
        } else if (limit.leased == 0 && evidence.surely(record.done, window->sure_to) > 0) {
            rooms[i] = {1, record.sent, 0, 1};
        }
    }
    return rooms;
}

bool saw_a_window_begin(const Limit& limit, const Evidence& evidence, const Clocks& clocks) {
    const Windows windows{limit, clocks};
    for (const Record& record : evidence.records()) {
        if (record.outcome != Outcome::refused) continue;
        const auto window = windows.of(record);
        if (window && window->from >= evidence.records().front().sent) return true;
    }
    return false;
}

}  // namespace tollgate::loadtest::verify

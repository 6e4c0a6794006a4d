// loadtest/verify/too_little.cpp - the least that limits can have had left.
#include "loadtest/verify/too_little.h"

#include "loadtest/verify/quota.h"

#include <algorithm>
#include <cmath>

namespace tollgate::loadtest::verify {

namespace {

constexpr std::int64_t a_window_longer = 1'000'000;  // nanoseconds: one that begins with a request may be rounded up

double in_seconds(std::int64_t moment) { return static_cast<double>(moment) * 1e-9; }

// Admissions are taken out when their answers have come: then at the latest. A level that is reckoned so is never above
// what the bucket really holds together with what was taken from it and is not answered yet.
class Level {
public:
    Level(const Limit& limit, const Clocks& clocks, std::int64_t begin)
        : rate_{limit.per_second() * (1 - clocks.drift)},
          burst_{limit.most()},
          leased_{limit.leased},
          from_{begin},
          at_{begin} {}

    void flow_until(std::int64_t moment) {
        if (moment <= at_) return;
        level_ += rate_ * in_seconds(moment - at_);
        at_ = moment;
        peak_ = std::max(peak_, std::min(level_, burst_));
        if (level_ < burst_) return;
        level_ = base_ = burst_;
        restart();
    }
    void take(std::int64_t moment) {
        flow_until(moment);
        level_ -= 1;
        taken_ += 1;
        if (level_ > 0) return;
        level_ = base_ = 0;  // no bucket holds less
        restart();
    }
    // The most that it has held: what admitted less than that, and refused, has shown it.
    double peak() const noexcept { return peak_; }
    // Of a request that was sent at `sent`, with so many others around it.
    Room room(std::int64_t around) const {
        const double due = base_ + rate_ * in_seconds(at_ - from_) - leased_;
        const auto others = static_cast<double>(around);
        return {level_ - others - leased_, from_, taken_ + others, due};
    }

private:
    void restart() {
        from_ = at_;
        taken_ = 0;
    }

    double rate_, burst_, leased_, level_ = 0, base_ = 0, taken_ = 0, peak_ = 0;  // base: of the level, at `from`
    std::int64_t from_, at_;
};

// Tells `see(i, level, taken)` of the level before each refusal, and how many were taken out of it.
void follow_level(const Limit& limit, const Evidence& evidence, const Clocks& clocks, auto see) {
    if (evidence.records().empty()) return;
    Level level{limit, clocks, evidence.records().front().sent};
    const auto& done = evidence.perhaps_done();
    std::size_t taken = 0;
    for (std::size_t i = 0; i < evidence.records().size(); ++i) {
        const Record& record = evidence.records()[i];
        if (record.outcome != Outcome::refused) continue;
        const std::int64_t decided = record.sent - clocks.behind.count();  // not before
        for (; taken < done.size() && done[taken] <= decided; ++taken) level.take(done[taken]);
        level.flow_until(decided);
        see(i, level, static_cast<std::int64_t>(taken));
    }
}

std::vector<Room> room_of_bucket(const Limit& limit, const Evidence& evidence, const Clocks& clocks) {
    std::vector<Room> rooms(evidence.records().size());
    const auto& sent = evidence.perhaps_sent();
    follow_level(limit, evidence, clocks, [&](std::size_t i, const Level& level, std::int64_t taken) {
        const auto begun = std::upper_bound(sent.begin(), sent.end(), evidence.records()[i].done) - sent.begin();
        rooms[i] = level.room(begun - taken);
    });
    return rooms;
}

std::vector<Room> room_of_window(const Limit& limit, int windows, const Evidence& evidence,
                                 const Clocks& clocks) {
    std::vector<Room> rooms(evidence.records().size());
    if (rooms.empty()) return rooms;
    const auto window =
        static_cast<std::int64_t>(static_cast<double>(limit.window.count()) * (1 + clocks.drift)) * windows +
        a_window_longer;
    const std::int64_t begin = evidence.records().front().sent;
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        const Record& record = evidence.records()[i];
        const std::int64_t from = record.sent - clocks.behind.count() - window;
        if (record.outcome != Outcome::refused || from < begin) continue;
        const auto admitted = static_cast<double>(evidence.perhaps(from, record.done));
        const double due = std::floor(limit.count + 1e-6) - limit.leased;
        rooms[i] = {due - admitted, from, admitted, due};
    }
    return rooms;
}

// A request is under way until the gateway has heard of its end, which may be after we have.
std::vector<Room> room_beside(const Limit& limit, const Evidence& evidence, const Clocks& clocks) {
    std::vector<Room> rooms(evidence.records().size());
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        const Record& record = evidence.records()[i];
        if (record.outcome != Outcome::refused) continue;
        const std::int64_t from = record.sent - clocks.behind.count();
        const auto beside = static_cast<double>(evidence.perhaps(from, record.done));
        rooms[i] = {limit.count - beside, from, beside, limit.count};
    }
    return rooms;
}

}  // namespace

std::vector<Room> room(const Limit& limit, const Evidence& evidence, const Clocks& clocks) {
    switch (limit.algorithm) {
        case Algorithm::token_bucket: return room_of_bucket(limit, evidence, clocks);
        case Algorithm::sliding_log:
        case Algorithm::fixed_window: return room_of_window(limit, 1, evidence, clocks);
        case Algorithm::quota: return room_of_quota(limit, evidence, clocks);
        case Algorithm::concurrency: return room_beside(limit, evidence, clocks);
        case Algorithm::sliding_window: return room_of_window(limit, 2, evidence, clocks);
    }
    return {};
}

double proven_burst(const Limit& limit, const Evidence& evidence, const std::vector<bool>& by_this,
                    const Clocks& clocks) {
    double proven = 0;
    follow_level(limit, evidence, clocks, [&](std::size_t i, const Level& level, std::int64_t) {
        if (by_this[i]) proven = level.peak();
    });
    return proven;
}

}  // namespace tollgate::loadtest::verify

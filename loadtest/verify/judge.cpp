// loadtest/verify/judge.cpp - every limit of a drive against what became of the requests that it counts.
#include "loadtest/verify/crowd.h"
#include "loadtest/verify/findings.h"
#include "loadtest/verify/pace.h"
#include "loadtest/verify/quota.h"
#include "loadtest/verify/too_little.h"
#include "loadtest/verify/too_much.h"

#include "support/text.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tollgate::loadtest::verify {

namespace {

constexpr Nanoseconds least_clock = std::chrono::milliseconds{5};
constexpr Nanoseconds most_clock = std::chrono::seconds{2};

// Requests that count against one key of one limit.
struct Counted {
    std::string identity;  // one of those who share it
    std::vector<Record> records;
};

class Judge {
public:
    Judge(const Declared& declared, const Drive& drive, const Driven& driven)
        : declared_{declared}, drive_{drive}, driven_{driven} {
        number_records();
        for (const AppliedLimit& limit : drive_.limits) keys_.push_back(by_key(limit));
        for (std::size_t i = 0; i < keys_.size(); ++i) rooms_.push_back(rooms_of(i));
    }

    std::vector<Finding> findings() const {
        std::vector<Finding> all;
        for (std::size_t i = 0; i < drive_.limits.size(); ++i)
            if (drive_.limits[i].problem.empty()) all.push_back(finding(i));
        return all;
    }

private:
    void number_records() {
        std::int64_t slowest_refusal = 0;
        std::vector<std::int64_t> times;
        for (const Answers& answers : driven_.by_identity) {
            of_identity_.push_back({});
            for (const Answer& answer : answers.all) {
                Record record = answer.record;
                record.id = count_++;
                gateway_of_.push_back(answer.gateway);
                const std::int64_t time = record.done - record.sent;
                if (record.outcome == Outcome::refused) slowest_refusal = std::max(slowest_refusal, time);
                times.push_back(time);
                of_identity_.back().push_back(record);
            }
        }
        // A gateway that stood still shows it in the answers of that time.
        clocks_ = driven_.clocks;
        clocks_.behind = std::min(least_clock + Nanoseconds{slowest_refusal}, most_clock);
        latency_ = clocks_.behind + p99_of(std::move(times));
    }

    static std::string place_of(const AppliedLimit& limit, std::size_t gateway) {
        return limit.by_gateway ? " at gateway " + std::to_string(gateway + 1) : "";
    }

    std::vector<Counted> by_key(const AppliedLimit& limit) const {
        std::map<std::string, Counted> keys;
        for (std::size_t i = 0; i < of_identity_.size(); ++i) {
            const Identity& identity = drive_.identities[i];
            for (const Record& record : of_identity_[i]) {
                const std::string where = place_of(limit, gateway_of_[record.id]);
                Counted& counted = keys[drive_.key_of(limit, identity) + where];
                if (counted.identity.empty()) counted.identity = identity.name + where;
                counted.records.push_back(record);
            }
        }
        std::vector<Counted> all;
        for (auto& [key, counted] : keys) all.push_back(std::move(counted));
        return all;
    }

    std::vector<Room> rooms_of(std::size_t limit) const {
        std::vector<Room> rooms(count_);
        for (const Counted& counted : keys_[limit]) {
            const Evidence evidence{counted.records};
            const std::vector<Room> in_order = room(drive_.limits[limit].limit, evidence, clocks_);
            for (std::size_t i = 0; i < in_order.size(); ++i) rooms[evidence.records()[i].id] = in_order[i];
        }
        return rooms;
    }

    // Whether every limit surely had room for the request.
    bool had_room(std::uint32_t id) const { return others_had_room(id, rooms_.size()); }
    // But for that of `but`.
    bool others_had_room(std::uint32_t id, std::size_t but) const {
        if (drive_.unknown_limit) return false;
        for (std::size_t i = 0; i < rooms_.size(); ++i)
            if (i != but && rooms_[i][id].requests < 1) return false;
        return true;
    }

    Finding finding(std::size_t number) const {
        const AppliedLimit& applied = drive_.limits[number];
        Finding made = head_of(applied);
        std::int64_t saturated = INT64_MAX;
        double paced = 0, burst = applied.limit.most();
        bool began = false;  // a quota's window
        std::size_t sooner = 0;
        for (const Counted& counted : keys_[number]) {
            const Evidence evidence{counted.records};
            std::vector<bool> by_this;
            std::int64_t first = INT64_MAX, last = 0;
            for (const Record& record : evidence.records()) {
                by_this.push_back(record.outcome == Outcome::refused && others_had_room(record.id, number));
                if (!by_this.back()) continue;
                first = std::min(first, record.sent);
                last = std::max(last, record.sent);
                look_at_refusal(record, number, counted.identity, made);
            }
            saturated = std::min(saturated, last > first ? last - first : 0);
            keep_worst(too_much(applied.limit, evidence, by_this, clocks_), counted.identity, made.over);
            if (applied.limit.algorithm == Algorithm::token_bucket)
                burst = std::min(burst, proven_burst(applied.limit, evidence, by_this, clocks_));
            if (applied.limit.algorithm == Algorithm::concurrency) {
                const Crowd crowd = crowd_of(applied.limit, evidence, clocks_);
                paced = std::max(paced, seen_of(applied.limit, crowd));
                sooner += crowd.sooner;
            }
            if (applied.limit.algorithm == Algorithm::quota)
                began = began || saw_a_window_begin(applied.limit, evidence, clocks_);
            if (applied.limit.algorithm != Algorithm::sliding_window) continue;
            const Pace pace = pace_of(applied.limit, evidence, by_this, clocks_);
            keep_worst(pace.offence, counted.identity, made.under);
            paced = std::max(paced, pace.seen_from);
        }
        if (sooner > 0) made.notes.push_back(text::count(sooner, "answer") + " came sooner than --takes: not looked at");
        made.seen_from = applied.limit.algorithm == Algorithm::concurrency
                             ? paced
                             : std::max(paced, seen_from(applied.limit, Nanoseconds{saturated}, latency_));
        if (drive_.limits.size() == 1 && !drive_.unknown_limit) look_at_headers(applied, made);
        if (drive_.isolation) look_at_others(made);
        set_unproven(saturated, made);
        set_burst(applied.limit, burst, made);
        note_hidden(applied.limit, made);
        if (applied.limit.algorithm == Algorithm::quota && !began && made.conforms() && made.unproven.empty())
            made.notes.push_back("none of its days, weeks or months began meanwhile: that it lets enough through is "
                                 "not proven");
        if (applied.by_gateway)
            made.notes.push_back(
                "counted by each gateway in its memory: together they let as many times as much through");
        return made;
    }

    // A bucket never shows more room than its burst: where answers hide as much, nobody can say that it was there.
    void note_hidden(const Limit& limit, Finding& made) const {
        if (limit.algorithm != Algorithm::token_bucket || !made.conforms() || !made.unproven.empty()) return;
        if (1 + limit.leased + limit.per_second() * seconds(latency_) < limit.most()) return;
        made.notes.push_back("answers took up to " + show(latency_) +
                             ", which hides a whole burst: that it lets enough through is not proven");
    }

    // So many more than were seen inside at once had to be too many to be found.
    static double seen_of(const Limit& limit, const Crowd& crowd) {
        return std::min(1.0, (limit.count + 1 - std::min(crowd.most, limit.count)) / limit.count);
    }

    void look_at_refusal(const Record& record, std::size_t number, const std::string& identity, Finding& made) const {
        const Room& left = rooms_[number][record.id];
        if (left.requests < 1) return;
        keep_worst(Offence{left.from, record.done, left.admitted, left.due}, identity, made.under);
    }

    static void keep_worst(const std::optional<Offence>& offence, const std::string& identity,
                           std::optional<Wrong>& worst) {
        if (offence && (!worst || offence->by() > worst->offence.by())) worst = Wrong{*offence, identity};
    }

    // Whoever has several limits is told of the one that is tightest, and it is not said which that is.
    void look_at_headers(const AppliedLimit& applied, Finding& made) const {
        const DeclaredUse& use = declared_.uses[applied.use];
        if (!use.tells_headers) return;
        std::map<std::string, std::vector<Answer>> by_key;
        for (std::size_t i = 0; i < drive_.identities.size(); ++i) {
            const std::string key = drive_.key_of(applied, drive_.identities[i]);
            for (const Answer& answer : driven_.by_identity[i].all) {
                by_key[key + place_of(applied, answer.gateway)].push_back(answer);
                const Told& told = answer.told;
                made.told = made.told || told.limit >= 0 || told.policy >= 0 || told.left >= 0 || told.retry_after >= 0;
            }
        }
        const double cost = use.limits[applied.number].price();
        for (const auto& [key, answers] : by_key)
            for (std::string& lie : untrue(applied.limit, cost, answers, clocks_))
                made.lies.push_back(std::move(lie));
    }

    void look_at_others(Finding& made) const {
        const Isolation& times = *drive_.isolation;
        Disturbed found;
        std::vector<std::int64_t> before, meanwhile;
        for (std::size_t i = 1; i < of_identity_.size(); ++i)
            for (const Record& record : of_identity_[i]) {
                if (record.sent < times.from.count() || record.sent >= times.to.count()) continue;
                ++found.sent;
                if (record.outcome == Outcome::refused && had_room(record.id)) ++found.refused;
                (record.sent < times.noisy.count() ? before : meanwhile).push_back(record.done - record.sent);
            }
        found.p99_before = p99_of(std::move(before));
        found.p99_meanwhile = p99_of(std::move(meanwhile));
        made.disturbed = found;
    }

    static Nanoseconds p99_of(std::vector<std::int64_t> times) {
        if (times.empty()) return Nanoseconds::zero();
        const auto high = times.begin() + static_cast<std::ptrdiff_t>(times.size() * 99 / 100);
        std::nth_element(times.begin(), high, times.end());
        return Nanoseconds{*high};
    }

    Finding head_of(const AppliedLimit& applied) const {
        const DeclaredUse& use = declared_.uses[applied.use];
        Finding made;
        made.limit = applied.limit.text();
        made.by = use.limits[applied.number].text();
        made.where = use.where;
        made.tier = drive_.tier;
        for (const std::size_t route : drive_.routes) made.routes.push_back(declared_.routes[route].name);
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < of_identity_.size(); ++i) {
            made.identities.push_back(drive_.identities[i].name);
            std::uint64_t admitted = 0;
            for (const Record& record : of_identity_[i]) {
                admitted += record.outcome == Outcome::admitted;
                made.refused += record.outcome == Outcome::refused;
            }
            for (const Answer& answer : driven_.by_identity[i].all)
                if (answer.record.outcome == Outcome::unclear) ++(answer.status == 0 ? made.lost : made.unclear);
            made.sent += of_identity_[i].size();
            made.admitted += admitted;
            sum += static_cast<double>(admitted);
            squares += static_cast<double>(admitted) * static_cast<double>(admitted);
            add_notes(driven_.by_identity[i], made);
        }
        if (squares > 0) made.jain = sum * sum / (static_cast<double>(of_identity_.size()) * squares);
        return made;
    }

    static void add_notes(const Answers& answers, Finding& made) {
        if (!answers.problem.empty()) made.notes.push_back(answers.problem);
        std::map<int, std::size_t> odd;
        for (const Answer& answer : answers.all)
            if (answer.record.outcome == Outcome::unclear && answer.status > 0) ++odd[answer.status];
        for (const auto& [status, count] : odd)
            made.notes.push_back(text::count(count, "answer") + " of " + std::to_string(status));
        if (answers.held_back > 0)
            made.notes.push_back(text::count(answers.held_back, "request") + " not sent, as all connections were busy");
    }

    static void set_unproven(std::int64_t saturated, Finding& made) {
        if (!made.conforms()) return;
        if (made.admitted == 0 && made.refused == 0) made.unproven = "no request got as far as the limit";
        else if (made.refused == 0) made.unproven = "it was never reached";
        else if (saturated == 0) made.unproven = "another limit was reached before it";
        else if (made.seen_from > 0.5) made.unproven = "the time was too short to prove anything";
        if (!made.unproven.empty() && !made.notes.empty()) made.unproven += ": " + made.notes.front();
    }

    // From above every burst is proven; from below only as much as flowed in again.
    static void set_burst(const Limit& limit, double proven, Finding& made) {
        if (limit.algorithm != Algorithm::token_bucket || !made.conforms() || !made.unproven.empty()) return;
        const double most = limit.most();
        if (proven + std::max(1.0, most / 100) > most) return;
        made.seen_from = std::max(made.seen_from, 1 - proven / most);
        const Nanoseconds filling{static_cast<std::int64_t>(1e9 * most / limit.per_second())};
        const std::string said = "a burst above " + text::number(std::floor(proven)) + " is not proven, as it takes " +
                                 show(filling) + " to fill";
        if (made.seen_from > 0.5) made.unproven = said;
        else made.notes.push_back(said);
    }

    const Declared& declared_;
    const Drive& drive_;
    const Driven& driven_;
    std::uint32_t count_ = 0;
    std::vector<std::uint16_t> gateway_of_;  // by the record's id
    std::vector<std::vector<Record>> of_identity_;
    Clocks clocks_;
    Nanoseconds latency_{0};
    std::vector<std::vector<Counted>> keys_;  // by limit
    std::vector<std::vector<Room>> rooms_;    // by limit, then by the record's id
};

}  // namespace

std::vector<Finding> judge(const Declared& declared, const Drive& drive, const Driven& driven) {
    return Judge{declared, drive, driven}.findings();
}

}  // namespace tollgate::loadtest::verify

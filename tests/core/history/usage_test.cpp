// tests/core/history/usage_test.cpp - requests by minute, hour and caller, over turns of the clock.
#include "history/analytics.h"
#include "history/usage.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::history;
using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

// A loop with a clock that the test moves: 2026-11-22T09:58:30Z at first.
struct Site {
    WallTime wall{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 9h + 58min + 30s};
    Usage::Clock::time_point now{std::chrono::seconds{1000}};
    Usage usage{[this] { return wall; }};

    void pass(std::chrono::seconds time) { wall += time, now += time; }
    void ask(int status, const std::string& path = "/orders", const std::string& caller = {}, const std::string& owner = {}) {
        usage.count({"GET " + path, path, "192.0.2.7", {caller, owner, "free"}, status, 10ms}, now);
    }
    Timeline::Part part() {
        PerRanking<Timeline::Most> most = mosts();
        Timeline::Part part = usage.timeline(now);
        part.most = most;
        return part;
    }
    PerRanking<Timeline::Most> mosts() {
        PerRanking<Timeline::Most> most;
        for (const Ranking of : rankings) most[of] = usage.most(of, now);
        return most;
    }
    Analytics analytics(int hours = 24) {
        const std::vector parts{part()};
        return together(parts, wall, hours);
    }
};

std::string shown(const std::vector<Top>& tops) {
    std::string text;
    for (const auto& top : tops) text += (text.empty() ? "" : " ") + top.name + "=" + std::to_string(top.count);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(history_usage)

BOOST_AUTO_TEST_CASE(a_loop_that_served_nothing_tells_empty_hours) {
    Site site;
    const auto told = site.analytics();
    BOOST_TEST(told.hours.size() == 24u);
    BOOST_TEST(told.minutes.size() == 60u);
    BOOST_TEST(told.statuses().total() == 0u);
    BOOST_TEST(told.tops[Ranking::paths].empty());
    BOOST_TEST(!told.minutes.back().p50.has_value());
    BOOST_TEST((told.hours.back().time == std::chrono::floor<hours>(site.wall)));
    BOOST_TEST((told.since() == told.hours.back().time - 23h));
}

BOOST_AUTO_TEST_CASE(requests_are_in_their_minutes_and_hours) {
    Site site;
    site.ask(200);
    site.ask(429);
    site.pass(60s);  // 09:59:30
    site.ask(503);
    site.pass(40s);  // 10:00:10
    site.ask(301);
    const auto told = site.analytics();
    BOOST_TEST(told.hours[23].statuses.total() == 1u);
    BOOST_TEST(told.hours[22].statuses.total() == 3u);
    BOOST_TEST(told.hours[22].statuses.limited == 1u);
    BOOST_TEST(told.hours[22].statuses.failed() == 1u);
    BOOST_TEST(told.minutes[59].statuses.by_class[3] == 1u);
    BOOST_TEST(told.minutes[58].statuses.failed() == 1u);
    BOOST_TEST(told.minutes[57].statuses.total() == 2u);
    BOOST_TEST((*told.minutes[57].p50 > 9ms && *told.minutes[57].p99 < 11ms));
    BOOST_TEST(!told.minutes[56].p50.has_value());
    BOOST_TEST(told.statuses().ok() == 2u);
    BOOST_TEST(told.statuses().errors() == 2u);
}

BOOST_AUTO_TEST_CASE(the_present_hour_alone_is_asked_for) {
    Site site;
    site.ask(200, "/old");
    site.pass(120s);
    site.ask(200, "/new");
    const auto told = site.analytics(1);
    BOOST_TEST(told.hours.size() == 1u);
    BOOST_TEST(told.statuses().total() == 1u);
    BOOST_TEST(shown(told.tops[Ranking::paths]) == "/new=1");
    BOOST_TEST(shown(site.analytics(2).tops[Ranking::paths]) == "/new=1 /old=1");
}

BOOST_AUTO_TEST_CASE(who_and_what_came_most_over_all_hours) {
    Site site;
    for (int hour = 0; hour < 3; ++hour) {
        site.ask(200, "/a", "key-1", "alice");
        site.ask(200, "/a", "key-2", "alice");
        site.ask(429, "/b", "key-3", "");
        site.ask(401, "/c");
        site.ask(404, "/d");
        site.pass(3600s);
    }
    const auto told = site.analytics();
    BOOST_TEST(shown(told.tops[Ranking::paths]) == "/a=6 /b=3 /c=3 /d=3");
    BOOST_TEST(shown(told.tops[Ranking::routes]) == "GET /a=6 GET /b=3 GET /c=3 GET /d=3");
    BOOST_TEST(shown(told.tops[Ranking::users]) == "alice=6 key-3=3");
    BOOST_TEST(shown(told.tops[Ranking::blocked]) == "192.0.2.7=6");
    BOOST_TEST(site.usage.callers().find("key-1")->statuses.total() == 3u);
}

BOOST_AUTO_TEST_CASE(what_is_older_than_a_day_is_forgotten) {
    Site site;
    site.ask(200, "/first");
    for (int hour = 0; hour < 30; ++hour) {
        site.pass(3600s);
        site.ask(200, "/later");
    }
    const auto told = site.analytics();
    BOOST_TEST(told.statuses().total() == 24u);
    BOOST_TEST(shown(told.tops[Ranking::paths]) == "/later=24");
    BOOST_TEST(site.usage.timeline(site.now).hours.size() <= 25u);
}

BOOST_AUTO_TEST_CASE(minutes_without_requests_are_empty_and_old_ones_are_not_told) {
    Site site;
    site.ask(200);
    site.pass(30min);
    BOOST_TEST(site.analytics().minutes[29].statuses.total() == 1u);
    site.pass(31min);
    for (const auto& minute : site.analytics().minutes) BOOST_TEST(minute.statuses.total() == 0u);
    for (int i = 0; i < 200; ++i) site.pass(60s), site.ask(200);
    BOOST_TEST(site.usage.timeline(site.now).minutes.size() == 61u);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_loses_nothing) {
    Site site;
    site.ask(200);
    site.pass(60s);
    site.ask(200);
    site.wall -= 10min;
    site.now += 60s;
    site.ask(200);
    site.wall += 10min;
    BOOST_TEST(site.analytics().statuses().total() == 3u);
}

BOOST_AUTO_TEST_CASE(a_caller_was_seen_by_the_wall_clock_when_his_request_ended) {
    Site site;
    site.ask(200, "/a", "key-1");
    site.pass(20s);
    site.ask(200, "/a", "key-1");
    BOOST_TEST((site.usage.callers().find("key-1")->last_seen == site.wall));
}

// Each ranking is asked for in a turn of the loop, and the rest after them.
BOOST_AUTO_TEST_CASE(an_hour_that_ends_between_two_questions_counts_once) {
    Site site;
    site.ask(200, "/a", "key-1");
    site.ask(429, "/b", "key-1");
    auto most = site.mosts();
    site.pass(120s);  // 10:00:30
    most[Ranking::paths] = site.usage.most(Ranking::paths, site.now);
    site.ask(200, "/a", "key-2");
    auto part = site.usage.timeline(site.now);
    part.most = most;
    const std::vector parts{part};
    const auto told = together(parts, site.wall, 24);
    BOOST_TEST(told.statuses().total() == 3u);
    BOOST_TEST(shown(told.tops[Ranking::paths]) == "/a=1 /b=1");  // what came just now is told the next time
    BOOST_TEST(shown(told.tops[Ranking::users]) == "key-1=2");
    BOOST_TEST(shown(told.tops[Ranking::blocked]) == "192.0.2.7=1");
    BOOST_TEST(shown(site.analytics().tops[Ranking::paths]) == "/a=2 /b=1");
}

BOOST_AUTO_TEST_CASE(several_loops_together_are_as_one) {
    Site first, second;
    first.ask(200, "/a"), first.ask(429, "/b");
    second.ask(200, "/a"), second.ask(500, "/c");
    const std::vector parts{first.part(), second.part()};
    const auto told = together(parts, first.wall, 24);
    BOOST_TEST(told.statuses().total() == 4u);
    BOOST_TEST(shown(told.tops[Ranking::paths]) == "/a=2 /b=1 /c=1");
    BOOST_TEST(shown(told.tops[Ranking::blocked]) == "192.0.2.7=1");
    BOOST_TEST(told.minutes.back().statuses.total() == 4u);
    BOOST_TEST((*told.minutes.back().p99 > 9ms));
}

BOOST_AUTO_TEST_SUITE_END()

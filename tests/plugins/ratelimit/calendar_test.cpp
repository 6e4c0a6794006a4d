// tests/plugins/ratelimit/calendar_test.cpp - days, weeks and months as people count them, in UTC.
#include "calendar.h"
#include "window_counter.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::ratelimit;
using namespace std::chrono_literals;
namespace chrono = std::chrono;

namespace {

WallTime date(int year, unsigned month, unsigned day, chrono::nanoseconds time = {}) {
    return chrono::sys_days{chrono::year{year} / int(month) / int(day)} +
           chrono::duration_cast<WallTime::duration>(time);
}

std::int64_t millisecond(WallTime time) {
    return chrono::duration_cast<chrono::milliseconds>(time.time_since_epoch()).count();
}

bool ends(Calendar calendar, WallTime now, WallTime end) {
    return end_of(calendar, millisecond(now)) == millisecond(end);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_calendar)

BOOST_AUTO_TEST_CASE(a_day_ends_at_midnight) {
    BOOST_TEST(ends(Calendar::day, date(2026, 2, 28), date(2026, 3, 1)));
    BOOST_TEST(ends(Calendar::day, date(2024, 2, 28, 24h - 1ms), date(2024, 2, 29)));
    BOOST_TEST(ends(Calendar::day, date(1970, 1, 1), date(1970, 1, 2)));
}

BOOST_AUTO_TEST_CASE(a_week_ends_when_monday_begins) {
    BOOST_TEST(ends(Calendar::week, date(2026, 11, 21), date(2026, 11, 23)));
    BOOST_TEST(ends(Calendar::week, date(2026, 11, 22, 24h - 1ms), date(2026, 11, 23)));
    BOOST_TEST(ends(Calendar::week, date(2026, 11, 23), date(2026, 11, 30)));
    BOOST_TEST(ends(Calendar::week, date(2026, 12, 31), date(2027, 1, 4)));
}

BOOST_AUTO_TEST_CASE(a_month_ends_with_its_last_day) {
    BOOST_TEST(ends(Calendar::month, date(2026, 2, 1), date(2026, 3, 1)));
    BOOST_TEST(ends(Calendar::month, date(2024, 2, 29, 13h), date(2024, 3, 1)));
    BOOST_TEST(ends(Calendar::month, date(2026, 12, 31, 24h - 1ms), date(2027, 1, 1)));
}

BOOST_AUTO_TEST_CASE(a_quota_is_whole_again_with_the_month) {
    const Limit limit = Limit::quota(3, Calendar::month);
    WindowCounter counter;
    const auto ask = [&](WallTime now) { return counter.take(1, {Time{}, now}, limit); };
    for (int i = 0; i < 3; ++i) BOOST_TEST(ask(date(2026, 1, 10 + unsigned(i))).admitted);

    const Decision refused = ask(date(2026, 1, 31));

    BOOST_TEST(!refused.admitted);
    BOOST_TEST((refused.retry_after == 24h));
    BOOST_TEST(!ask(date(2026, 1, 31, 24h - 1ns)).admitted);
    BOOST_TEST(ask(date(2026, 2, 1)).remaining == 2);
}

BOOST_AUTO_TEST_CASE(a_quota_changed_from_month_to_day_keeps_what_was_counted_today) {
    WindowCounter counter;
    for (int i = 0; i < 5; ++i) counter.take(1, {Time{}, date(2026, 1, 10)}, Limit::quota(100, Calendar::month));

    BOOST_TEST(!counter.take(1, {Time{}, date(2026, 1, 10, 1h)}, Limit::quota(5, Calendar::day)).admitted);
    BOOST_TEST(counter.take(1, {Time{}, date(2026, 1, 11)}, Limit::quota(5, Calendar::day)).admitted);
}

BOOST_AUTO_TEST_CASE(what_ends_then_is_as_long_as_the_calendar_has_it) {
    const auto days = [](Calendar calendar, int year, unsigned month, unsigned day) {
        return length_until(millisecond(date(year, month, day)), calendar) / 86'400'000;
    };
    BOOST_TEST(days(Calendar::day, 2026, 3, 1) == 1);
    BOOST_TEST(days(Calendar::week, 2026, 11, 23) == 7);
    BOOST_TEST(days(Calendar::month, 2026, 3, 1) == 28);
    BOOST_TEST(days(Calendar::month, 2024, 3, 1) == 29);
    BOOST_TEST(days(Calendar::month, 2027, 1, 1) == 31);
}

BOOST_AUTO_TEST_SUITE_END()

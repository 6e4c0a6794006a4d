// tests/loadtest/verify/calendar_test.cpp - days, weeks and months of moments, in UTC.
#include "loadtest/verify/calendar.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::loadtest;
using namespace tollgate::loadtest::verify;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr Nanoseconds day = 24h, week = 7 * 24h, month = 30 * 24h;

// Of a moment in seconds since 1970: as `date -u -d @...` shows them.
std::string window(Nanoseconds length, std::int64_t moment) {
    const CalendarWindow found = calendar_window(length, moment * second + 1);
    BOOST_TEST(found.begin % second == 0);
    return std::to_string(found.begin / second) + " to " + std::to_string(found.end / second);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify_calendar)

BOOST_AUTO_TEST_CASE(a_day_is_from_midnight_to_midnight) {
    BOOST_TEST(window(day, 1'772'323'199) == "1772236800 to 1772323200");  // 2026-02-28 23:59:59
    BOOST_TEST(window(day, 1'772'323'200) == "1772323200 to 1772409600");  // 2026-03-01
}

BOOST_AUTO_TEST_CASE(a_week_begins_with_monday) {
    BOOST_TEST(window(week, 1'772'323'200) == "1771804800 to 1772409600");  // 2026-03-01 is a Sunday
    BOOST_TEST(window(week, 1'772'409'600) == "1772409600 to 1773014400");  // the Monday after it
}

BOOST_AUTO_TEST_CASE(a_month_is_as_long_as_it_is) {
    BOOST_TEST(window(month, 1'772'323'199) == "1769904000 to 1772323200");  // February 2026
    BOOST_TEST(window(month, 1'835'395'200) == "1832976000 to 1835481600");  // 2028-02-29
    BOOST_TEST(window(month, 1'798'761'599) == "1796083200 to 1798761600");  // December 2026
}

BOOST_AUTO_TEST_SUITE_END()

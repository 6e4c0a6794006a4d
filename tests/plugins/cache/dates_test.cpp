// tests/plugins/cache/dates_test.cpp - three forms of a date, and nothing else.
#include "dates.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;

namespace {

constexpr Seconds now = 1'790'000'000;  // in September 2026
constexpr Seconds moment = 784'111'777;

Seconds read(std::string_view text) { return parse_date(text, now).value_or(-1); }

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_dates)

BOOST_AUTO_TEST_CASE(all_three_forms_are_read) {
    BOOST_TEST(read("Sun, 06 Nov 1994 08:49:37 GMT") == moment);
    BOOST_TEST(read("Sunday, 06-Nov-94 08:49:37 GMT") == moment);
    BOOST_TEST(read("Sun Nov  6 08:49:37 1994") == moment);
    BOOST_TEST(read("Sun Nov 16 08:49:37 1994") == moment + 10 * 86400);
    BOOST_TEST(read("SUN, 06 nov 1994 08:49:37 gmt") == moment);
    BOOST_TEST(read("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
}

BOOST_AUTO_TEST_CASE(two_digits_of_a_year_are_at_most_fifty_years_ahead) {
    BOOST_TEST(read("Thursday, 18-Aug-50 02:01:18 GMT") == read("Thu, 18 Aug 2050 02:01:18 GMT"));
    BOOST_TEST(read("Tuesday, 18-Aug-76 02:01:18 GMT") == read("Tue, 18 Aug 2076 02:01:18 GMT"));
    BOOST_TEST(read("Thursday, 18-Aug-77 02:01:18 GMT") == read("Thu, 18 Aug 1977 02:01:18 GMT"));
}

BOOST_AUTO_TEST_CASE(everything_else_is_no_date) {
    for (const std::string_view text :
         {"", "0", "-1", "foo", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, 06 Nov 94 08:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08.49.37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
          "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT x", "Sunday, 06-Nov-1994 08:49:37 GMT"})
        BOOST_TEST(!parse_date(text, now), text);
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again) {
    BOOST_TEST(written_date(moment) == "Sun, 06 Nov 1994 08:49:37 GMT");
    for (Seconds date = 0; date < 4'000'000'000; date += 12'345'678) BOOST_TEST(read(written_date(date)) == date);
}

BOOST_AUTO_TEST_SUITE_END()

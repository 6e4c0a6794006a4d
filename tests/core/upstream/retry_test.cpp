// tests/core/upstream/retry_test.cpp - what may be tried again, after how long, and what Retry-After asks for.
#include "upstream/retry.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;
using namespace std::chrono_literals;
using upstream::RetrySettings;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110 section 5.6.7.
const std::chrono::system_clock::time_point date{784111777s};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_retry)

BOOST_AUTO_TEST_CASE(without_settings_there_is_one_more_attempt_and_only_elsewhere) {
    const RetrySettings settings;
    BOOST_TEST(!upstream::retries(settings, 1));
    BOOST_TEST(upstream::retries(settings, 2));
    BOOST_TEST(settings.attempts == 2u);
    BOOST_TEST(settings.on.holds(Outcome::not_connected, 0));
    BOOST_TEST(settings.on.holds(Outcome::connect_timeout, 0));
    BOOST_TEST(settings.on.holds(Outcome::reset, 0));
    BOOST_TEST(!settings.on.holds(Outcome::timeout, 0));
    BOOST_TEST(!settings.on.holds(Outcome::answered, 503));
}

BOOST_AUTO_TEST_CASE(settings_without_a_further_attempt_allow_none) {
    RetrySettings settings;
    settings.only_elsewhere = false;
    BOOST_TEST(upstream::retries(settings, 1));
    settings.attempts = 1;
    BOOST_TEST(!upstream::retries(settings, 5));
}

BOOST_AUTO_TEST_CASE(idempotent_methods_may_be_repeated_and_those_that_are_named) {
    RetrySettings settings;
    for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
        BOOST_TEST(upstream::may_be_repeated(settings, method), method);
    for (const char* method : {"POST", "PATCH", "get", "PURGE"}) BOOST_TEST(!upstream::may_be_repeated(settings, method), method);
    settings.methods = {"POST"};
    BOOST_TEST(upstream::may_be_repeated(settings, "POST"));
    BOOST_TEST(!upstream::may_be_repeated(settings, "PATCH"));
    BOOST_TEST(upstream::may_be_repeated(settings, "GET"));
}

BOOST_AUTO_TEST_CASE(the_bound_of_pauses_doubles_up_to_the_longest) {
    RetrySettings settings;
    BOOST_TEST((upstream::backoff(settings, 3, 0.9) == 0ns));
    settings.backoff = 100ms;
    settings.longest_backoff = 350ms;
    BOOST_TEST((upstream::backoff(settings, 1, 1) == 100ms));
    BOOST_TEST((upstream::backoff(settings, 2, 1) == 200ms));
    BOOST_TEST((upstream::backoff(settings, 3, 1) == 350ms));
    BOOST_TEST((upstream::backoff(settings, 1'000'000'000, 1) == 350ms));
    BOOST_TEST((upstream::backoff(settings, 2, 0) == 0ns));
    BOOST_TEST((upstream::backoff(settings, 2, 0.25) == 50ms));
    settings.longest_backoff = 60ms;
    BOOST_TEST((upstream::backoff(settings, 1, 1) == 60ms));
}

BOOST_AUTO_TEST_CASE(ends_are_called_as_in_the_configuration) {
    BOOST_TEST(upstream::name_of_end(Outcome::not_connected, 0) == "connect");
    BOOST_TEST(upstream::name_of_end(Outcome::connect_timeout, 0) == "connect");
    BOOST_TEST(upstream::name_of_end(Outcome::tls_failed, 0) == "connect");
    BOOST_TEST(upstream::name_of_end(Outcome::reset, 0) == "reset");
    BOOST_TEST(upstream::name_of_end(Outcome::answered, 503) == "503");
}

BOOST_AUTO_TEST_CASE(retry_after_is_seconds_or_a_date_in_any_form) {
    BOOST_TEST((upstream::retry_after("0", date) == 0s));
    BOOST_TEST((upstream::retry_after("120", date) == 120s));
    BOOST_TEST((upstream::retry_after("Sun, 06 Nov 1994 08:49:40 GMT", date) == 3s));
    BOOST_TEST((upstream::retry_after("Sunday, 06-Nov-94 08:49:40 GMT", date) == 3s));
    BOOST_TEST((upstream::retry_after("Sun Nov  6 08:49:40 1994", date) == 3s));
}

BOOST_AUTO_TEST_CASE(retry_after_of_the_past_is_now_and_never_later_than_a_year) {
    BOOST_TEST((upstream::retry_after("Sun, 06 Nov 1994 08:49:30 GMT", date) == 0s));
    BOOST_TEST((upstream::retry_after("99999999999999999999999", date) == 8760h));
    BOOST_TEST((upstream::retry_after("999999999999", date) == 8760h));
    BOOST_TEST((upstream::retry_after("Sun, 06 Nov 2094 08:49:30 GMT", date) == 8760h));
}

BOOST_AUTO_TEST_CASE(retry_after_that_is_neither_says_nothing) {
    for (const char* value : {"", "-1", "soon", "1.5", "1 s", "Sun, 06 Foo 1994 08:49:37 GMT"})
        BOOST_TEST((upstream::retry_after(value, date) == std::nullopt), value);
}

BOOST_AUTO_TEST_SUITE_END()

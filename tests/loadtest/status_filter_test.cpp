// tests/loadtest/status_filter_test.cpp - which statuses words mean.
#include "loadtest/status_filter.h"

#include "loadtest/options.h"

#include <boost/test/unit_test.hpp>

using tollgate::loadtest::StatusFilter;

BOOST_AUTO_TEST_SUITE(loadtest_status_filter)

BOOST_AUTO_TEST_CASE(classes_and_statuses) {
    StatusFilter filter;
    BOOST_TEST(!filter.add("2xx"));
    BOOST_TEST(!filter.add("404"));
    for (const int status : {200, 204, 299, 404}) BOOST_TEST(filter.takes(status), status);
    for (const int status : {-1, 0, 100, 199, 300, 403, 405, 429, 500, 999, 1000})
        BOOST_TEST(!filter.takes(status), status);
}

BOOST_AUTO_TEST_CASE(four_hundred_twenty_nine_stands_apart) {
    StatusFilter errors, limited;
    BOOST_TEST(!errors.add("4xx"));
    BOOST_TEST(!limited.add("429"));
    BOOST_TEST(!errors.takes(429));
    BOOST_TEST(errors.takes(499));
    BOOST_TEST(limited.takes(429));
}

BOOST_AUTO_TEST_CASE(other_words_are_refused) {
    StatusFilter filter;
    const std::string wanted = "expected a class (1xx, 2xx, 3xx, 4xx, 429, 5xx) or a status such as 404, got ";
    BOOST_TEST(filter.add("2XX").value() == wanted + "\"2XX\"");
    BOOST_TEST(filter.add("2x").value() == wanted + "\"2x\"; did you mean \"2xx\"?");
    BOOST_TEST(filter.add("20a").value() == wanted + "\"20a\"");
    BOOST_TEST(filter.add("099").value().starts_with(wanted));
    BOOST_TEST(filter.add("").value().starts_with(wanted));
    const std::vector<std::string> words{"2xx", "ok"};
    BOOST_CHECK_EXCEPTION(StatusFilter::of(words), tollgate::loadtest::UsageError, [&](const auto& error) {
        return std::string{error.what()} == "--expect: " + wanted + "\"ok\"";
    });
}

BOOST_AUTO_TEST_SUITE_END()

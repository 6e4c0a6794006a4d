// tests/core/http/headers_test.cpp - Headers as plugins use them.
#include <tollgate/message.h>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(http_headers)

BOOST_AUTO_TEST_CASE(names_compare_without_case) {
    Headers headers{{"Content-Type", "text/plain"}, {"X-A", "1"}};
    BOOST_TEST(headers.get("content-type") == "text/plain");
    BOOST_TEST(headers.get("missing") == "");
    BOOST_TEST(headers.has("x-a"));
    BOOST_TEST(!headers.has("x-b"));
}

BOOST_AUTO_TEST_CASE(set_replaces_all_lines_in_the_place_of_the_first) {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    headers.set("A", "4");
    BOOST_TEST(headers.size() == 2u);
    BOOST_TEST(headers[0].value == "4");
    BOOST_TEST(headers[1].name == "B");
}

BOOST_AUTO_TEST_CASE(value_may_come_from_the_same_headers) {
    Headers headers;
    headers.add("First", std::string(100, 'v'));
    for (int i = 0; i < 50; ++i) headers.add("Copy", headers.get("First"));
    for (const auto& line : headers) BOOST_TEST(line.value == std::string(100, 'v'));
}

BOOST_AUTO_TEST_CASE(lines_cannot_be_smuggled_in) {
    Headers headers;
    BOOST_CHECK_THROW(headers.add("A", "x\r\nB: y"), std::invalid_argument);
    BOOST_CHECK_THROW(headers.add("A", std::string_view{"x\0y", 3}), std::invalid_argument);
    BOOST_CHECK_THROW(headers.add("A:", "x"), std::invalid_argument);
    BOOST_CHECK_THROW(headers.add("", "x"), std::invalid_argument);
    BOOST_CHECK_THROW(headers.set("A B", "x"), std::invalid_argument);
    BOOST_TEST(headers.size() == 0u);
}

BOOST_AUTO_TEST_CASE(copies_are_apart) {
    Headers one{{"A", "1"}};
    Headers two = one;
    two.set("A", "2");
    BOOST_TEST(one.get("A") == "1");
}

BOOST_AUTO_TEST_SUITE_END()

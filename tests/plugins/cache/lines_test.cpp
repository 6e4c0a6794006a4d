// tests/plugins/cache/lines_test.cpp - lists in one line or several, with quoted strings in them.
#include "made_lines.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::cache;

namespace {

std::string listed(std::string_view list) {
    std::string text;
    Members members{list};
    for (std::string_view member; members.next(member);) text.append("[").append(member).append("]");
    return text + (members.broken() ? "!" : "");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_lines)

BOOST_AUTO_TEST_CASE(members_are_trimmed_and_empty_ones_passed_over) {
    BOOST_TEST(listed(" a ,\tb,, ,c ") == "[a][b][c]");
    BOOST_TEST(listed("") == "");
    BOOST_TEST(listed(" , ") == "");
}

BOOST_AUTO_TEST_CASE(a_comma_in_quotes_is_none) {
    BOOST_TEST(listed(R"(a="1, 2", b)") == R"([a="1, 2"][b])");
    BOOST_TEST(listed(R"(a="x\",y", b)") == R"([a="x\",y"][b])");
}

BOOST_AUTO_TEST_CASE(a_quote_that_does_not_end_is_told) {
    BOOST_TEST(listed(R"(a="1, no-store)") == R"([a="1, no-store]!)");
    BOOST_TEST(listed(R"(a="\)") == R"([a="\]!)");
}

BOOST_AUTO_TEST_CASE(names_compare_without_case_and_lines_combine) {
    const MadeLines lines{{"Vary", "a"}, {"ETag", ""}, {"vary", "b"}};
    BOOST_TEST(combined(lines, "VARY") == "a, b");
    BOOST_TEST(combined(lines, "Age") == "");
    BOOST_TEST(has(lines, "etag"));
    BOOST_TEST(!has(lines, "et"));
    BOOST_TEST(first(lines, "vary").value() == "a");
}

BOOST_AUTO_TEST_SUITE_END()

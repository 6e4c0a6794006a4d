// tests/plugins/cache/head_test.cpp - lines in one piece of memory, and those of a 304 in their place.
#include "head.h"
#include "made_lines.h"
#include "validators.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::cache;

namespace {

std::string text(Lines lines) {
    std::string result;
    for (const Line& line : lines) result.append(line.name).append("=").append(line.value).append(" ");
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_head)

BOOST_AUTO_TEST_CASE(lines_come_back_as_they_were) {
    const MadeLines lines{{"A", "1"}, {"Empty", ""}, {"a", "2"}};
    const Head head{lines};
    BOOST_TEST(text(head.lines()) == text(lines));
    BOOST_TEST(head.get("a") == "1");
    BOOST_TEST(head.get("b") == "");
    BOOST_TEST(Head{}.lines().empty());
}

BOOST_AUTO_TEST_CASE(newer_lines_stand_for_older_ones_where_they_may) {
    const MadeLines kept{{"A", "1"}, {"B", "1"}, {"A", "2"}, {"Content-Encoding", "gzip"}};
    const MadeLines newer{{"a", "3"}, {"C", "1"}, {"Content-Encoding", "br"}};
    BOOST_TEST(text(updated(kept, newer, updates)) == "B=1 Content-Encoding=gzip a=3 C=1 ");
}

BOOST_AUTO_TEST_SUITE_END()

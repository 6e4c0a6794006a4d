// tests/plugins/cache/making_test.cpp - the words of lines by which answers can be purged.
#include "made_lines.h"
#include "making.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate::cache;

BOOST_AUTO_TEST_SUITE(cache_making)

BOOST_AUTO_TEST_CASE(tags_are_the_words_of_the_lines_that_are_named) {
    using Words = std::vector<std::string>;
    const MadeLines lines{{"cache-tag", " one,two  three,,"}, {"Other", "no"}, {"Surrogate-Key", "four"}, {"Cache-Tag", "five"}};
    BOOST_TEST((tags_in(lines, {"Cache-Tag"}) == Words{"one", "two", "three", "five"}));
    BOOST_TEST((tags_in(lines, {"Surrogate-Key", "Cache-Tag"}) == Words{"four", "one", "two", "three", "five"}));
    BOOST_TEST(tags_in(lines, {"X"}).empty());
    BOOST_TEST(tags_in(MadeLines{{"Cache-Tag", " , "}}, {"Cache-Tag"}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

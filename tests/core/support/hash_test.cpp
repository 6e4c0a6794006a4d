// tests/core/support/hash_test.cpp - the hash that gateways must agree on.
#include "support/hash.h"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <set>
#include <string>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(support_hash)

BOOST_AUTO_TEST_CASE(texts_that_differ_a_little_are_far_apart) {
    std::set<std::uint64_t> seen;
    int bits = 0, pairs = 0;
    for (const std::string text : {"", "a", "user-1", "a text of more than eight bytes"}) {
        seen.insert(stable_hash(text));
        for (std::size_t i = 0; i < text.size(); ++i) {
            std::string other = text;
            other[i] ^= 1;
            bits += std::popcount(stable_hash(text) ^ stable_hash(other));
            ++pairs;
        }
    }
    BOOST_TEST(seen.size() == 4u);
    BOOST_TEST(bits > pairs * 26);  // half of 64, about
    BOOST_TEST(bits < pairs * 38);
}

BOOST_AUTO_TEST_CASE(a_text_and_the_same_with_zeros_behind_it_differ) {
    using namespace std::string_view_literals;
    BOOST_TEST(stable_hash("a"sv) != stable_hash("a\0"sv));
    BOOST_TEST(stable_hash(""sv) != stable_hash("\0"sv));
}

BOOST_AUTO_TEST_SUITE_END()

// tests/plugins/balancer/hash_test.cpp - a hash that must never change, and spreads what differs little.
#include "hash.h"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <set>
#include <string>

using namespace tollgate::balancer;

BOOST_AUTO_TEST_SUITE(balancer_hash)

// Another value here would send the clients of every gateway that is updated to other targets.
BOOST_AUTO_TEST_CASE(the_hash_is_what_it_always_was) {
    BOOST_TEST(hash("") == 0xe220a8397b1dcdafu);
    BOOST_TEST(hash("a") == 0xc73cafda1a5ef526u);
    BOOST_TEST(hash("192.0.2.7") == 0x48c0f09aab29defeu);
    BOOST_TEST(hash("0123456789abcdef") == 0x6577f6fb4c1380d0u);
}

BOOST_AUTO_TEST_CASE(texts_that_differ_little_have_other_hashes) {
    const std::set<std::uint64_t> hashes{hash("a"), hash("aa"), hash("b"), hash(""), hash(std::string_view{"\0", 1}),
                                         hash(std::string_view{"a\0", 2}), hash("12345678"), hash("123456780")};

    BOOST_TEST(hashes.size() == 8u);
}

BOOST_AUTO_TEST_CASE(a_changed_bit_changes_half_of_the_hash) {
    double changed = 0;
    int trials = 0;
    for (int number = 0; number < 1000; ++number) {
        std::string text = "client " + std::to_string(number);
        const std::uint64_t before = hash(text);
        for (const std::size_t place : {std::size_t{0}, text.size() - 1}) {
            std::string other = text;
            other[place] = static_cast<char>(other[place] ^ 1);
            changed += std::popcount(before ^ hash(other));
            ++trials;
        }
    }
    BOOST_TEST(changed / trials == 32, boost::test_tools::tolerance(0.02));
}

BOOST_AUTO_TEST_SUITE_END()

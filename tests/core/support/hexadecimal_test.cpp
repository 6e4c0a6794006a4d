// tests/core/support/hexadecimal_test.cpp - digits there and back.
#include "support/hexadecimal.h"

#include <boost/test/unit_test.hpp>

#include <array>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(support_hexadecimal)

BOOST_AUTO_TEST_CASE(bytes_have_two_digits_each) {
    constexpr std::array<unsigned char, 4> bytes{0x00, 0x0f, 0xa5, 0xff};
    BOOST_TEST(hexadecimal(bytes) == "000fa5ff");
    BOOST_TEST(hexadecimal({bytes.data(), 2}) == "000f");
    BOOST_TEST(hexadecimal({}) == "");
}

BOOST_AUTO_TEST_CASE(digits_are_read_in_either_case) {
    BOOST_TEST(digit_of('0') == 0);
    BOOST_TEST(digit_of('9') == 9);
    BOOST_TEST(digit_of('a') == 10);
    BOOST_TEST(digit_of('F') == 15);
    for (const char c : {'/', ':', '@', 'G', '`', 'g', ' ', '\0', '\xe1'}) BOOST_TEST(digit_of(c) == -1);
}

BOOST_AUTO_TEST_SUITE_END()

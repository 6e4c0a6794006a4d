// tests/plugins/auth/words_test.cpp - names in any case, texts without their blanks, escapes decoded.
#include "words.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::auth;

BOOST_AUTO_TEST_SUITE(auth_words)

BOOST_AUTO_TEST_CASE(names_are_the_same_in_any_case) {
    BOOST_TEST(same_name("X-API-Key", "x-api-key"));
    BOOST_TEST(same_name("", ""));
    BOOST_TEST(!same_name("X-API-Key", "X-API-Keys"));
    BOOST_TEST(!same_name("X_API_Key", "X-API-Key"));
    BOOST_TEST(!same_name("\xc4", "\xe4"));  // letters of ASCII only
}

BOOST_AUTO_TEST_CASE(blanks_and_tabs_around_a_text_go) {
    BOOST_TEST(trimmed(" \ta b\t ") == "a b");
    BOOST_TEST(trimmed(" \t") == "");
    BOOST_TEST(trimmed("") == "");
    BOOST_TEST(trimmed("\na") == "\na");
}

BOOST_AUTO_TEST_CASE(broken_escapes_stay_as_they_stand) {
    BOOST_TEST(decoded("a%2Fb+c%2f") == "a/b c/");
    BOOST_TEST(decoded("%") == "%");
    BOOST_TEST(decoded("%4") == "%4");
    BOOST_TEST(decoded("%4g%g4") == "%4g%g4");
    BOOST_TEST(decoded("100%25") == "100%");
}

BOOST_AUTO_TEST_SUITE_END()

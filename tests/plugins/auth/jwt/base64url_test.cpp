// tests/plugins/auth/jwt/base64url_test.cpp - one text per value, and none for what is not base64url.
#include "jwt/base64url.h"

#include <boost/test/unit_test.hpp>

#include <string>

using tollgate::auth::jwt::decode_base64url;

BOOST_AUTO_TEST_SUITE(auth_jwt_base64url)

BOOST_AUTO_TEST_CASE(bytes_come_out_as_they_went_in) {
    BOOST_TEST(decode_base64url("").value() == "");
    BOOST_TEST(decode_base64url("Zg").value() == "f");
    BOOST_TEST(decode_base64url("Zm8").value() == "fo");
    BOOST_TEST(decode_base64url("Zm9v").value() == "foo");
    BOOST_TEST(decode_base64url("Zm9vYmFy").value() == "foobar");
    BOOST_TEST(decode_base64url("AOz_4Q").value() == (std::string{"\0\xec\xff\xe1", 4}));
    BOOST_TEST(decode_base64url("-_-_").value() == "\xfb\xff\xbf");
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
    for (const char* text : {"Zg==", "Zm8=", "Z", "Zm9vY", "Zm 9v", "Zm9v\n", "+/+/", "Zm9v.", "Zm\x80v"})
        BOOST_TEST(!decode_base64url(text), text);
    BOOST_TEST(!decode_base64url(std::string{"Zm\0v", 4}));
}

BOOST_AUTO_TEST_CASE(bits_beyond_the_last_byte_must_be_zero) {
    BOOST_TEST(!decode_base64url("Zh"));   // as "Zg"
    BOOST_TEST(!decode_base64url("Zm9"));  // as "Zm8"
}

BOOST_AUTO_TEST_SUITE_END()

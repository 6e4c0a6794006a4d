// tests/core/support/secrets_test.cpp - secrets known by their names.
#include "support/secrets.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate;

BOOST_AUTO_TEST_SUITE(support_secrets)

BOOST_AUTO_TEST_CASE(names_that_say_so_are_of_secrets) {
    for (const char* name : {"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-API-Key", "x_api_key",
                             "X-Auth-Token", "apikey", "client_secret", "Password", "X-Hub-Signature"})
        BOOST_TEST(names_a_secret(name), name);
    for (const char* name : {"Accept", "WWW-Authenticate", "Host", "X-Request-Id", "X-RateLimit-Limit", "ETag",
                             "Access-Control-Allow-Credentials"})
        BOOST_TEST(!names_a_secret(name), name);
}

BOOST_AUTO_TEST_CASE(short_words_are_of_secrets_by_themselves_only) {
    for (const char* name : {"sig", "pwd", "pass", "jwt", "auth", "code", "JWT"})
        BOOST_TEST(names_a_secret(name), name);
    for (const char* name : {"signed", "compass", "author", "zipcode", ""}) BOOST_TEST(!names_a_secret(name), name);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/loadtest/secrets_test.cpp - which values are never shown.
#include "loadtest/secrets.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_secrets)

BOOST_AUTO_TEST_CASE(names_tell_what_is_secret) {
    for (const char* name : {"Authorization", "Proxy-Authorization", "cookie", "X-API-Key", "access_token", "password",
                             "X-Amz-Signature", "sig", "client_secret"})
        BOOST_TEST(names_secret(name), name);
    for (const char* name : {"Accept", "page", "X-Request-Id", "design", ""}) BOOST_TEST(!names_secret(name), name);
}

BOOST_AUTO_TEST_CASE(queries_are_shown_without_secret_values) {
    BOOST_TEST(without_secrets("/a?api_key=s3cret&page=2&token=abc") == "/a?api_key=...&page=2&token=...");
    BOOST_TEST(without_secrets("/a?api%5Fkey=s3cret") == "/a?api%5Fkey=...");
    BOOST_TEST(without_secrets("/a") == "/a");
    BOOST_TEST(without_secrets("/a?") == "/a?");
    BOOST_TEST(without_secrets("/a?key&b") == "/a?key&b");
    BOOST_TEST(without_secrets("?token=s3cret") == "?token=...");
    BOOST_TEST(without_secrets("") == "");
}

BOOST_AUTO_TEST_SUITE_END()

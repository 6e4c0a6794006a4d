// tests/plugins/logging/secrets_test.cpp - secrets known by their names, and taken out of queries.
#include "secrets.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::logging;

namespace {

std::string shown(std::string_view query, const std::vector<std::string>& named = {}) {
    std::string scratch = "of before";
    return std::string{Secrets{named}.without(query, scratch)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_secrets)

BOOST_AUTO_TEST_CASE(names_that_say_so_are_secrets) {
    const Secrets secrets{{"X-Badge"}};
    for (const char* name :
         {"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-API-Key", "x_api_key", "apikey",
          "access_token", "password", "client_secret", "X-Amz-Signature", "x-badge", "BADGE_x"})
        BOOST_TEST(secrets.names(name) == (std::string_view{name} != "BADGE_x"), name);
    for (const char* name : {"Referer", "X-Request-Id", "page", "Access-Control-Allow-Credentials", "X-Cache", ""})
        BOOST_TEST(!secrets.names(name), name);
}

BOOST_AUTO_TEST_CASE(a_query_without_secrets_is_itself) {
    const std::string query = "page=2&size=10&&x";
    std::string scratch;
    BOOST_TEST(Secrets{{}}.without(query, scratch).data() == query.data());
}

BOOST_AUTO_TEST_CASE(values_of_secrets_are_hidden_wherever_they_stand) {
    BOOST_TEST(shown("api_key=1234&page=2") == "api_key=(hidden)&page=2");
    BOOST_TEST(shown("page=2&api%5Fkey=1234") == "page=2&api%5Fkey=(hidden)");
    BOOST_TEST(shown("a=1&token=x=y&token=z&b") == "a=1&token=(hidden)&token=(hidden)&b");
    BOOST_TEST(shown("badge=7&pad=8", {"badge"}) == "badge=(hidden)&pad=8");
    BOOST_TEST(shown("key=") == "key=(hidden)");
    BOOST_TEST(shown("%&key%=1&=2&key") == "%&key%=1&=2&key");
}

BOOST_AUTO_TEST_SUITE_END()

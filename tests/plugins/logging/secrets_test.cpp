// tests/plugins/logging/secrets_test.cpp - secrets known by their names, and taken out of queries.
#include "secrets.h"

#include "support/secrets.h"

#include <boost/test/unit_test.hpp>

#include <map>

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

// It cannot ask the gateway's own list: plugins see nothing of the core but its public headers.
BOOST_AUTO_TEST_CASE(a_log_hides_what_explain_hides) {
    const Secrets secrets{{}};
    for (const char* name :
         {"Authorization", "Set-Cookie", "access_token", "client-secret", "passwd", "credentials", "SESSION_ID",
          "X-Hub-Signature", "sig", "pwd", "pass", "jwt", "auth", "code", "X-Access-Key", "key", "keys",
          "Access-Control-Allow-Credentials", "author", "zipcode", "signed", "compass", "Accept", "page", ""})
        BOOST_TEST(secrets.names(name) == tollgate::names_a_secret(name), name);
    BOOST_TEST(tollgate::logging::hidden == tollgate::hidden);
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

BOOST_AUTO_TEST_CASE(short_words_are_secrets_by_themselves_only) {
    const Secrets secrets{{}};
    for (const char* name : {"sig", "pwd", "pass", "jwt", "auth", "code", "CODE"})
        BOOST_TEST(secrets.names(name), name);
    for (const char* name : {"signed", "compass", "author", "zipcode", "codes"}) BOOST_TEST(!secrets.names(name), name);
}

BOOST_AUTO_TEST_CASE(a_url_is_shown_without_the_secrets_in_it) {
    const Secrets secrets{{}};
    std::string scratch;
    for (const auto& [url, shown] : std::map<std::string, std::string>{
             {"https://a/reset?token=abc&page=2", "https://a/reset?token=(hidden)&page=2"},
             {"/cb?code=1&x=2#access_token=3&y", "/cb?code=(hidden)&x=2#access_token=(hidden)&y"},
             {"/cb#token=3", "/cb#token=(hidden)"},
             {"/a?b=1#c?token=2", "/a?b=1#c?token=(hidden)"},
             {"https://a/token=1", "https://a/token=1"},
             {"/?#", "/?#"},
             {"", ""}})
        BOOST_TEST(secrets.without_in(url, scratch) == shown, url);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/loadtest/seed_config_test.cpp - the config.json of an earlier load tester.
#include "loadtest/seed_config.h"

#include "loadtest/options.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::loadtest;

namespace {

std::string problem_of(std::string_view text) {
    try {
        parse_seed_config(text, "c");
    } catch (const UsageError& error) {
        return error.what();
    }
    return "taken";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_seed_config)

BOOST_AUTO_TEST_CASE(its_three_members_are_read) {
    const SeedConfig config =
        parse_seed_config(R"({"tries": 100, "api_key": "abc", "proxy_url": "http://127.0.0.1:8000/proxy"})", "c");
    BOOST_TEST(config.tries == 100u);
    BOOST_TEST(config.api_key == "abc");
    BOOST_TEST(config.proxy_url == "http://127.0.0.1:8000/proxy");
    BOOST_TEST(parse_seed_config(R"({"tries": 1, "api_key": "", "proxy_url": "x"})", "c").api_key == "");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_at_once_and_without_the_key) {
    BOOST_TEST(problem_of("{}") == "c: tries: expected a whole number, got none\n"
                                   "c: api_key: expected a text, got none\n"
                                   "c: proxy_url: expected a text, got none");
    BOOST_TEST(problem_of(R"({"tires": 1, "tries": 0, "api_key": "s3cret\n", "proxy_url": "ftp://x"})") ==
               "c: unknown member \"tires\"; did you mean \"tries\"?\n"
               "c: tries: expected 1 to 1000000000, got \"0\"\n"
               "c: api_key: expected a key that fits a header line\n"
               "c: proxy_url: URL: expected http:// or https://, got \"ftp://x\"");
    const auto tries = [](std::string_view number) {
        return problem_of("{\"api_key\": \"\", \"proxy_url\": \"x\", \"tries\": " + std::string{number} + "}");
    };
    for (const auto& [written, is] : {std::pair{"1.5", "a number"}, {"\"100\"", "a text"}, {"true", "true"},
                                      {"null", "null"}, {"[1]", "a list"}, {"{}", "an object"}})
        BOOST_TEST(tries(written) == "c: tries: expected a whole number, got " + std::string{is}, written);
    BOOST_TEST(tries("-1") == "c: tries: expected 1 to 1000000000, got \"-1\"");
    BOOST_TEST(tries("1000000001") == "c: tries: expected 1 to 1000000000, got \"1000000001\"");
    for (const char* number : {"99999999999999999999999", "1e400", "NaN"}) BOOST_TEST(tries(number) != "taken", number);
    BOOST_TEST(problem_of(R"({"tries": 1, "api_key": 5, "proxy_url": "x"})") ==
               "c: api_key: expected a text in double quotes, got a number");
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_refused) {
    for (const char* text : {"", "[]", "3", "{", "not json", "[[[[[[[[[[[[[[[["})
        BOOST_TEST(problem_of(text).starts_with("c: expected a JSON object with tries, api_key and proxy_url"), text);
}

BOOST_AUTO_TEST_SUITE_END()

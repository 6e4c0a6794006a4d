// tests/core/routing/pattern_test.cpp - what route patterns may say, and what is said of those that may not.
#include "routing/pattern.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using tollgate::routing::Pattern;

namespace {

Pattern parsed(std::string_view text) {
    std::string problem;
    auto pattern = Pattern::parse(text, problem);
    BOOST_REQUIRE_MESSAGE(pattern, text << ": " << problem);
    return *pattern;
}

std::string problem_of(std::string_view text) {
    std::string problem;
    BOOST_TEST(!Pattern::parse(text, problem));
    return problem;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(routing_pattern)

BOOST_AUTO_TEST_CASE(methods_are_one_or_several_or_any) {
    BOOST_TEST(parsed("GET /").methods == std::vector<std::string>{"GET"});
    BOOST_TEST((parsed("GET,POST,PURGE /a").methods == std::vector<std::string>{"GET", "POST", "PURGE"}));
    BOOST_TEST(parsed("* /a").methods.empty());
}

BOOST_AUTO_TEST_CASE(parameters_come_in_the_order_of_the_path) {
    const auto names = parsed("GET /:a/x/*/:b_2/**").parameter_names();
    BOOST_TEST((names == std::vector<std::string>{"a", "*", "b_2", "**"}));
}

BOOST_AUTO_TEST_CASE(a_trailing_slash_is_kept) {
    BOOST_TEST(!parsed("GET /a").trailing_slash);
    BOOST_TEST(parsed("GET /a/").trailing_slash);
    BOOST_TEST(parsed("GET /").trailing_slash);
    BOOST_TEST(parsed("GET /").segments.empty());
}

BOOST_AUTO_TEST_CASE(text_takes_the_form_of_a_normalised_path) {
    BOOST_TEST(parsed("GET /%7euser").segments[0].text == "~user");
    BOOST_TEST(parsed("GET /a%2fb").segments[0].text == "a%2Fb");
    BOOST_TEST(parsed("GET /caf\xc3\xa9").segments[0].text == "caf%C3%A9");
    BOOST_TEST(parsed("GET /v1:batch;x=1").segments[0].text == "v1:batch;x=1");
}

BOOST_AUTO_TEST_CASE(blanks_between_methods_and_path_may_line_up_columns) {
    BOOST_TEST(parsed("*    /orders").segments[0].text == "orders");
}

BOOST_AUTO_TEST_CASE(what_is_no_pattern_is_told_why) {
    BOOST_TEST(problem_of("/orders") == "expected methods and a path (\"GET /orders/:id\"), got \"/orders\"");
    BOOST_TEST(problem_of("") == "expected methods and a path (\"GET /orders/:id\"), got \"\"");
    BOOST_TEST(problem_of("get /a") == "expected a method in upper case, got \"get\"");
    BOOST_TEST(problem_of("GET,,POST /a") == "expected a method like \"GET\", \"GET,POST\" or \"*\", got \"\"");
    BOOST_TEST(problem_of("GET,GET /a") == "expected each method once, got \"GET\" twice");
    BOOST_TEST(problem_of("GET orders") == "expected a path that starts with \"/\", got \"orders\"");
    BOOST_TEST(problem_of("GET  ") == "expected a path that starts with \"/\", got \"\"");
    BOOST_TEST(problem_of("GET /a//b") == "expected a path without empty segments, got \"/a//b\"");
    BOOST_TEST(problem_of("GET /**/a") == "expected \"**\" at the end only, got \"/**/a\"");
    BOOST_TEST(problem_of("GET /a/**/") == "expected \"**\" without a slash after it, got \"/a/**/\"");
    BOOST_TEST(problem_of("GET /a/../b") == "expected a path without dot segments, got \"..\"");
    BOOST_TEST(problem_of("GET /a/%2e%2E") == "expected a path without dot segments, got \"%2e%2E\"");
    BOOST_TEST(problem_of("GET /%0") == "expected two hex digits after \"%\", got \"%0\"");
    BOOST_TEST(problem_of("GET /a/%00") == "expected two hex digits after \"%\", got \"%00\"");
    BOOST_TEST(problem_of("GET /:") == "expected a parameter like \":id\", got \":\"");
    BOOST_TEST(problem_of("GET /:1") == "expected a parameter like \":id\", got \":1\"");
    BOOST_TEST(problem_of("GET /:id/:id") == "expected each parameter once, got \":id\" twice");
    BOOST_TEST(problem_of("GET /{id}") ==
               "expected a path without \"{\", got \"{id}\"; a parameter is written \":name\"");
    BOOST_TEST(problem_of("GET /a?b") == "expected a path without \"?\", got \"a?b\"; a query is a matter for `when`");
    BOOST_TEST(problem_of("GET /img*") ==
               "expected a path without \"*\", got \"img*\"; \"*\" and \"**\" stand for whole segments");
    BOOST_TEST(problem_of("GET /a b") == "expected a path without \" \", got \"a b\"");
}

BOOST_AUTO_TEST_CASE(more_than_a_walk_can_hold_is_refused) {
    std::string parameters = "GET ", segments = "GET ";
    for (int i = 0; i < 17; ++i) parameters += "/*";
    for (int i = 0; i < 65; ++i) segments += "/a";
    BOOST_TEST(problem_of(parameters) == "expected at most 16 parameters, got 17");
    BOOST_TEST(problem_of(segments) == "expected at most 64 segments");
    parsed(parameters.substr(0, parameters.size() - 2));
    parsed(segments.substr(0, segments.size() - 2));
}

BOOST_AUTO_TEST_SUITE_END()

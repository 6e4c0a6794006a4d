// tests/core/routing/path_template_test.cpp - templates: what they take, what they refuse, what comes out filled.
#include "routing/path_template.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate::routing;
using Kind = PathTemplate::Kind;

namespace {

Captures captured(std::initializer_list<std::string_view> values) {
    Captures captures;
    for (const auto value : values) captures.values[captures.count++] = value;
    return captures;
}

std::string filled(std::string_view text, Kind kind, const std::vector<std::string>& names, const Captures& captures) {
    std::string problem;
    const auto parsed = PathTemplate::parse(text, kind, names, problem);
    BOOST_REQUIRE_MESSAGE(parsed, text << ": " << problem);
    return parsed->fill(captures);
}

std::string refused(std::string_view text, Kind kind, const std::vector<std::string>& names = {"id"}) {
    std::string problem;
    BOOST_TEST(!PathTemplate::parse(text, kind, names, problem), text);
    return problem;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(routing_path_template)

BOOST_AUTO_TEST_CASE(parameters_stand_anywhere_in_a_segment) {
    const std::vector<std::string> names{"id", "format"};
    const auto values = captured({"7", "json"});
    BOOST_TEST(filled("/v2/orders/:id", Kind::target, names, values) == "/v2/orders/7");
    BOOST_TEST(filled("/o/:id.:format", Kind::target, names, values) == "/o/7.json");
    BOOST_TEST(filled("/:format/x/:id/", Kind::target, names, values) == "/json/x/7/");
    BOOST_TEST(filled("/plain", Kind::target, names, values) == "/plain");
    BOOST_TEST(filled("/at:8080", Kind::target, names, values) == "/at:8080");  // no name begins with a digit
}

BOOST_AUTO_TEST_CASE(stars_are_taken_in_their_order) {
    const std::vector<std::string> names{"*", "*", "**"};
    const auto values = captured({"a", "b", "c/d"});
    BOOST_TEST(filled("/*/x/*/**", Kind::target, names, values) == "/a/x/b/c/d");
    BOOST_TEST(filled("/**/by/*", Kind::target, names, values) == "/c/d/by/a");
    BOOST_TEST(refused("/*/*/*", Kind::target, names) == "the route has no \"*\"");
}

BOOST_AUTO_TEST_CASE(where_the_rest_was_not_even_a_slash_there_is_none) {
    const std::vector<std::string> names{"**"};
    BOOST_TEST(filled("/v2/**", Kind::target, names, captured({std::string_view{}})) == "/v2");
    BOOST_TEST(filled("/v2/**", Kind::target, names, captured({""})) == "/v2/");
    BOOST_TEST(filled("/**", Kind::target, names, captured({std::string_view{}})) == "/");
    BOOST_TEST(filled("https://h.example/**", Kind::location, names, captured({std::string_view{}})) ==
               "https://h.example");
}

BOOST_AUTO_TEST_CASE(what_was_captured_stays_as_it_stood_in_the_path) {
    const std::vector<std::string> names{"id"};
    BOOST_TEST(filled("/o/:id", Kind::target, names, captured({"a%2Fb&c=d"})) == "/o/a%2Fb&c=d");
}

BOOST_AUTO_TEST_CASE(in_a_query_it_stays_one_value) {
    const std::vector<std::string> names{"id", "**"};
    const auto values = captured({"7&admin=1+x;y%26", "a/b?"});
    BOOST_TEST(filled("/o?id=:id&p=**", Kind::target, names, values) == "/o?id=7%26admin%3D1%2Bx%3By%26&p=a/b%3F");
    std::string problem;
    BOOST_TEST(PathTemplate::parse("/o?id=:id", Kind::target, names, problem)->has_query());
    BOOST_TEST(!PathTemplate::parse("/o/:id", Kind::target, names, problem)->has_query());
}

BOOST_AUTO_TEST_CASE(a_location_holds_only_what_may_stand_there) {
    const std::vector<std::string> names{"id"};
    const auto values = captured({"a\"<b>|%22"});
    BOOST_TEST(filled("/o/:id#part", Kind::location, names, values) == "/o/a%22%3Cb%3E%7C%22#part");
    BOOST_TEST(filled("https://h.example:8443/:id", Kind::location, names, captured({"7"})) ==
               "https://h.example:8443/7");
    BOOST_TEST(filled("https://[::1]:80/:id", Kind::location, names, captured({"7"})) == "https://[::1]:80/7");
}

BOOST_AUTO_TEST_CASE(literal_text_is_brought_into_the_form_of_a_path) {
    BOOST_TEST(filled("/caf\xc3\xa9", Kind::target, {}, {}) == "/caf%C3%A9");
    BOOST_TEST(filled("/a%2fb", Kind::target, {}, {}) == "/a%2fb");
    BOOST_TEST(refused("/a%2", Kind::target).starts_with("expected two hex digits"));
    BOOST_TEST(refused("/a%00", Kind::target).starts_with("expected two hex digits"));
    BOOST_TEST(refused("/a b", Kind::target).starts_with("expected a path without \" \""));
    BOOST_TEST(refused("/a/{id}", Kind::target).ends_with("a parameter is written \":name\""));
    BOOST_TEST(refused("/a#b", Kind::target).starts_with("expected a path without \"#\""));
    BOOST_TEST(refused("/a\r\nb", Kind::location).starts_with("expected a path without"));
}

BOOST_AUTO_TEST_CASE(a_name_the_route_does_not_have_is_refused) {
    BOOST_TEST(refused("/o/:ids", Kind::target) == "the route has no \":ids\"; did you mean \"id\"?");
    BOOST_TEST(refused("/o/**", Kind::target) == "the route has no \"**\"");
}

BOOST_AUTO_TEST_CASE(no_host_comes_from_a_client) {
    for (const char* text : {"https://:id/x", "https://h.:id/x", "https://h.example:id/", "https://*/", "https://",
                             "https:///x", "https://u@h/"})
        BOOST_TEST(!refused(text, Kind::location).empty(), text);
    for (const char* text : {"//h.example/x", "h.example/x", "", "javascript://x", ":id", "/\\h.example"})
        BOOST_TEST(!refused(text, Kind::location).empty(), text);
    BOOST_TEST(refused("https://h.example/x", Kind::target).starts_with("expected a path that starts with \"/\", got"));
}

BOOST_AUTO_TEST_SUITE_END()

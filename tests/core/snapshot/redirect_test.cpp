// tests/core/snapshot/redirect_test.cpp - where clients are sent, and where no function may send them.
#include "snapshot/redirect.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;

namespace {

Redirect to(std::string_view text) {
    std::string problem;
    Redirect redirect;
    redirect.to = routing::PathTemplate::parse(text, routing::PathTemplate::Kind::location, {}, problem);
    BOOST_REQUIRE_MESSAGE(redirect.to, problem);
    return redirect;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot_redirect)

BOOST_AUTO_TEST_CASE(the_clients_query_goes_along_unless_there_is_another) {
    BOOST_TEST(to("/new").location({}, "x=1") == "/new?x=1");
    BOOST_TEST(to("/new?y=2").location({}, "x=1") == "/new?y=2");
    BOOST_TEST(to("/new").location({}, "") == "/new");
    BOOST_TEST(to("https://h.example/new#part").location({}, "x=1") == "https://h.example/new?x=1#part");
    BOOST_TEST(to("/new").location({}, "x=\"><script>'") == "/new?x=%22%3E%3Cscript%3E%27");
}

BOOST_AUTO_TEST_CASE(a_function_names_a_path_or_a_web_address) {
    for (const char* text : {"/", "/new?x=1#y", "https://h.example", "http://h.example/x"})
        BOOST_TEST(problem_of_location(text) == nullptr, text);
    for (const char* text :
         {"", "new", "//evil.example/", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "https:///x", "https://",
          "ftp://h/x", "/a b", "/a\r\nSet-Cookie: x", "/\"", "/caf\xc3\xa9"})
        BOOST_TEST(problem_of_location(text) != nullptr, text);
    BOOST_TEST(problem_of_location('/' + std::string(20'000, 'a')) != nullptr);
}

BOOST_AUTO_TEST_CASE(the_answer_has_a_location_and_no_body) {
    const auto response = redirect_answer(308, "/new");
    BOOST_TEST(response.status() == 308);
    BOOST_TEST(response.headers().get("Location") == "/new");
    BOOST_TEST(response.body().empty());
}

BOOST_AUTO_TEST_SUITE_END()

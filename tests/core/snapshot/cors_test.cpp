// tests/core/snapshot/cors_test.cpp - whose pages may read, what a preflight is told, what answers carry.
#include "snapshot/cors.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate;

namespace {

OriginPattern origin(std::string_view text) {
    std::string problem;
    auto pattern = OriginPattern::parse(text, problem);
    BOOST_REQUIRE_MESSAGE(pattern, problem);
    return *pattern;
}

Cors cors(const std::vector<std::string>& origins, bool credentials = false, Cors::Rules rules = {}) {
    for (const auto& text : origins) rules.origins.push_back(origin(text));
    rules.credentials = credentials;
    return Cors{std::move(rules)};
}

Request preflight(std::string_view from, std::string_view headers = {}) {
    Request request{"OPTIONS", "/x"};
    request.headers().add("Origin", from);
    request.headers().add("Access-Control-Request-Method", "PUT");
    if (!headers.empty()) request.headers().add("Access-Control-Request-Headers", headers);
    return request;
}

std::size_t count(const Headers& headers, std::string_view name) {
    Headers copy = headers;
    return copy.remove(name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot_cors)

BOOST_AUTO_TEST_CASE(an_origin_is_matched_whole) {
    const auto app = origin("https://app.example.com");
    BOOST_TEST(app.matches("https://app.example.com"));
    BOOST_TEST(app.matches("HTTPS://APP.example.com"));
    for (const char* other :
         {"http://app.example.com", "https://app.example.com.evil.example", "https://evilapp.example.com",
          "https://app.example.com:8443", "https://example.com", "null", ""})
        BOOST_TEST(!app.matches(other), other);
    BOOST_TEST(origin("https://app.example.com:443").matches("https://app.example.com"));
    BOOST_TEST(origin("http://localhost:5173").matches("http://localhost:5173"));
    BOOST_TEST(origin("http://[::1]:5173").matches("http://[::1]:5173"));
}

BOOST_AUTO_TEST_CASE(a_wildcard_takes_names_below_and_nothing_else) {
    const auto below = origin("https://*.example.com");
    BOOST_TEST(below.matches("https://a.example.com"));
    BOOST_TEST(below.matches("https://a.b.example.com"));
    for (const char* other :
         {"https://example.com", "https://.example.com", "https://evilexample.com", "http://a.example.com",
          "https://a.example.com:8443", "https://evil.example/.example.com", "https://evil.example#.example.com",
          "https://evil.example:1.example.com", "https://a@b.example.com", "null", "https://"})
        BOOST_TEST(!below.matches(other), other);
    BOOST_TEST(origin("https://*.example.com:8443").matches("https://a.example.com:8443"));
}

BOOST_AUTO_TEST_CASE(null_is_matched_only_where_it_is_named) {
    BOOST_TEST(origin("null").matches("null"));
    BOOST_TEST(origin("*").matches("null"));
    BOOST_TEST(!origin("https://a.example.com").matches("null"));
}

BOOST_AUTO_TEST_CASE(what_is_no_origin_is_refused) {
    std::string problem;
    for (const char* text :
         {"", "app.example.com", "https://", "https://*", "https://*.", "https://a.*.com", "https://a.example.com/",
          "https://a.example.com/x", "*.example.com", "https://a b", "https://a:port", "https://u@a"})
        BOOST_TEST(!OriginPattern::parse(text, problem), text);
    OriginPattern::parse("https://a.example.com/", problem);
    BOOST_TEST(problem.ends_with("got \"https://a.example.com/\"; an origin has no path"));
}

BOOST_AUTO_TEST_CASE(answers_name_the_origin_that_asked) {
    Headers headers{
        {"Access-Control-Allow-Origin", "https://upstream.example"}, {"access-control-max-age", "1"}, {"X", "1"}};
    cors({"https://a.example.com"}, true, {.expose = {"X-Total", "X-Page"}}).mark(headers, "https://a.example.com");
    BOOST_TEST(count(headers, "Access-Control-Allow-Origin") == 1u);
    BOOST_TEST(headers.get("Access-Control-Allow-Origin") == "https://a.example.com");
    BOOST_TEST(headers.get("Access-Control-Allow-Credentials") == "true");
    BOOST_TEST(headers.get("Access-Control-Expose-Headers") == "X-Total, X-Page");
    BOOST_TEST(!headers.has("Access-Control-Max-Age"));
    BOOST_TEST(headers.get("Vary") == "Origin");
    BOOST_TEST(headers.get("X") == "1");
}

BOOST_AUTO_TEST_CASE(others_are_told_nothing_but_that_it_varies) {
    for (const char* from : {"https://evil.example", "null", ""}) {
        Headers headers{{"Access-Control-Allow-Origin", "*"}};
        cors({"https://a.example.com"}, true).mark(headers, from);
        BOOST_TEST(!headers.has("Access-Control-Allow-Origin"), from);
        BOOST_TEST(!headers.has("Access-Control-Allow-Credentials"), from);
        BOOST_TEST(headers.get("Vary") == "Origin", from);
    }
}

BOOST_AUTO_TEST_CASE(everybody_is_a_star_and_varies_by_nothing) {
    Headers headers;
    cors({"*"}).mark(headers, "https://any.example");
    BOOST_TEST(headers.get("Access-Control-Allow-Origin") == "*");
    BOOST_TEST(!headers.has("Vary"));
    BOOST_TEST(!headers.has("Access-Control-Allow-Credentials"));
}

BOOST_AUTO_TEST_CASE(vary_is_said_once) {
    for (const char* given : {"Origin", "Accept, origin", "*"}) {
        Headers headers{{"Vary", given}};
        cors({"https://a.example.com"}).mark(headers, "https://a.example.com");
        BOOST_TEST(count(headers, "Vary") == 1u, given);
    }
    Headers headers{{"Vary", "Accept"}};
    cors({"https://a.example.com"}).mark(headers, "https://a.example.com");
    BOOST_TEST(count(headers, "Vary") == 2u);
}

BOOST_AUTO_TEST_CASE(a_preflight_announces_a_method) {
    BOOST_TEST(Cors::is_preflight(preflight("https://a.example.com")));
    BOOST_TEST(Cors::announced_method(preflight("https://a.example.com")) == "PUT");
    Request plain{"OPTIONS", "/x"};
    BOOST_TEST(!Cors::is_preflight(plain));
    plain.headers().add("Origin", "https://a.example.com");
    BOOST_TEST(!Cors::is_preflight(plain));
    Request get{"GET", "/x"};
    get.headers().add("Origin", "https://a.example.com");
    get.headers().add("Access-Control-Request-Method", "PUT");
    BOOST_TEST(!Cors::is_preflight(get));
}

BOOST_AUTO_TEST_CASE(a_preflight_is_told_what_was_asked_where_nothing_is_said) {
    const auto response =
        cors({"https://a.example.com"})
            .preflight_answer(preflight("https://a.example.com", "X-A, x-b,, bad name, \"c\""), "GET, HEAD, PUT");
    BOOST_TEST(response.status() == 204);
    BOOST_TEST(response.headers().get("Access-Control-Allow-Origin") == "https://a.example.com");
    BOOST_TEST(response.headers().get("Access-Control-Allow-Methods") == "GET, HEAD, PUT");
    BOOST_TEST(response.headers().get("Access-Control-Allow-Headers") == "X-A, x-b");
    BOOST_TEST(!response.headers().has("Access-Control-Max-Age"));
    BOOST_TEST(count(response.headers(), "Vary") == 2u);
}

BOOST_AUTO_TEST_CASE(a_preflight_is_told_what_is_written) {
    const auto response =
        cors({"https://a.example.com"}, true, {.methods = {"GET"}, .headers = {"X-A"}, .max_age = 600})
            .preflight_answer(preflight("https://a.example.com", "X-B"), "PUT");
    BOOST_TEST(response.headers().get("Access-Control-Allow-Methods") == "GET");
    BOOST_TEST(response.headers().get("Access-Control-Allow-Headers") == "X-A");
    BOOST_TEST(response.headers().get("Access-Control-Max-Age") == "600");
    BOOST_TEST(response.headers().get("Access-Control-Allow-Credentials") == "true");
}

BOOST_AUTO_TEST_SUITE_END()

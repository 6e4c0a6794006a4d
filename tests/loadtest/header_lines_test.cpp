// tests/loadtest/header_lines_test.cpp - which header lines are taken, and that none of them becomes two.
#include "loadtest/header_lines.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::loadtest;

namespace {

std::string problem_of(auto function) {
    try {
        function();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "taken";
}

std::string refusal(std::string_view line) {
    return problem_of([line] { parse_header(line); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_header_lines)

BOOST_AUTO_TEST_CASE(lines_are_split_at_the_first_colon) {
    const std::pair<std::string_view, std::pair<std::string, std::string>> rows[] = {
        {"Accept: text/html", {"Accept", "text/html"}},
        {"X-Time:10:30", {"X-Time", "10:30"}},
        {"X-Empty:", {"X-Empty", ""}},
        {"X-Blank: \t ", {"X-Blank", ""}},
        {"Cookie: \t a=1; b=2 ", {"Cookie", "a=1; b=2"}},
        {"X-Tab: a\tb", {"X-Tab", "a\tb"}},
        {"X-Latin: \xe4", {"X-Latin", "\xe4"}},
    };
    for (const auto& [line, header] : rows) BOOST_TEST((parse_header(line) == header), line);
}

BOOST_AUTO_TEST_CASE(lines_that_would_break_a_request_are_refused) {
    using namespace std::string_view_literals;
    BOOST_TEST(refusal("") == "expected 'NAME: VALUE', got no colon");
    BOOST_TEST(refusal(": x") == R"(expected a header name, got "")");
    BOOST_TEST(refusal("X A: x") == R"(expected a header name, got "X A")");
    BOOST_TEST(refusal("X-A : x") == R"(expected a header name, got "X-A ")");
    BOOST_TEST(refusal("GET / HTTP/1.1\r\nHost: x") == R"(expected a header name, got "GET / HTTP/1.1\r\nHost")");
    for (const std::string_view line : {"X-A: a\r\nX-B: b"sv, "X-A: a\nb"sv, "X-A: a\rb"sv, "X-A: \0"sv})
        BOOST_TEST(refusal(line) == R"(expected a value without line breaks in header "X-A")");
}

BOOST_AUTO_TEST_CASE(framing_is_not_the_users_to_say) {
    BOOST_TEST(refusal("connection: close") ==
               R"(header "connection" is not yours to say: say --no-keepalive for a connection per request)");
    for (const char* line : {"Content-Length: 3", "TRANSFER-ENCODING: chunked", "Expect: 100-continue", "Upgrade: h2c"})
        BOOST_TEST(refusal(line).find("is not yours to say") != std::string::npos, line);
    BOOST_TEST(refusal("Host: other.example") == "taken");
}

BOOST_AUTO_TEST_CASE(what_may_be_a_secret_is_not_quoted) {
    BOOST_TEST(refusal("s3cret").find("s3cret") == std::string::npos);
    BOOST_TEST(refusal("Authorization: s3cret\n").find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_key_header_may_say_what_comes_before_the_key) {
    const KeyHeader plain = parse_key_header("X-API-Key");
    BOOST_TEST(plain.name == "X-API-Key");
    BOOST_TEST(plain.before == "");
    for (const char* text : {"Authorization: Bearer", "Authorization:Bearer "}) {
        const KeyHeader bearer = parse_key_header(text);
        BOOST_TEST(bearer.name == "Authorization");
        BOOST_TEST(bearer.before == "Bearer ");
    }
    for (const char* text : {"", ":", "Host", "content-length", "X A"})
        BOOST_TEST(problem_of([text] { parse_key_header(text); }) != "taken", text);
}

BOOST_AUTO_TEST_SUITE_END()

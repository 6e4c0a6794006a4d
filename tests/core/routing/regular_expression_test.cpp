// tests/core/routing/regular_expression_test.cpp - what is found, what is refused, and that no text makes it slow.
#include "routing/regular_expression.h"

#include "support/thread_time.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using tollgate::routing::RegularExpression;

namespace {

RegularExpression compiled(std::string_view text) {
    std::string problem;
    auto made = RegularExpression::compile(text, problem);
    BOOST_REQUIRE_MESSAGE(made, problem);
    return *made;
}

std::string problem_of(std::string_view text) {
    std::string problem;
    BOOST_TEST(!RegularExpression::compile(text, problem));
    return problem;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(routing_regular_expression)

BOOST_AUTO_TEST_CASE(it_is_found_anywhere_unless_it_is_anchored) {
    BOOST_TEST(compiled("b+").found_in("abbc"));
    BOOST_TEST(!compiled("^b+").found_in("abbc"));
    BOOST_TEST(compiled("^[0-9]+$").found_in("123"));
    BOOST_TEST(!compiled("^[0-9]+$").found_in("123\n"), "$ is the end of the text and no line's");
    BOOST_TEST(!compiled("curl").found_in("CURL"));
    BOOST_TEST(compiled("(?i)curl").found_in("CURL"));
    BOOST_TEST(compiled("^$").found_in(""));
    BOOST_TEST(compiled("^.$").found_in("\xc3\xa9"));
    BOOST_TEST(!compiled("^.$").found_in("\xff"));
}

BOOST_AUTO_TEST_CASE(it_replaces_what_is_found_first) {
    const auto expression = compiled("^/old/([^/]+)/(.*)$");
    BOOST_TEST(expression.replaced_in("/old/7/x/y", "/new/\\2/\\1").value() == "/new/x/y/7");
    BOOST_TEST(!expression.replaced_in("/other", "/new/\\1"));
    BOOST_TEST(expression.problem_of_replacement("\\1\\2") == "");
    BOOST_TEST(expression.problem_of_replacement("\\3") != "");
    BOOST_TEST(expression.problem_of_replacement("\\x") != "");
}

BOOST_AUTO_TEST_CASE(what_is_no_expression_is_refused_in_the_words_of_re2) {
    BOOST_TEST(problem_of("(a") == "expected a regular expression of RE2, got \"(a\": missing ): (a");
    BOOST_TEST(problem_of("(a)\\1").find("invalid escape sequence") != std::string::npos);
    BOOST_TEST(problem_of("\xff").find("invalid UTF-8") != std::string::npos);
    BOOST_TEST(problem_of("((a{100}){100}){100}") != "", "a program that would not fit into the memory it may have");
}

// Backtracking would take 2^64 steps for the first, and the second's states do not fit into the memory it may have.
BOOST_AUTO_TEST_CASE(no_text_makes_it_slow) {
    for (const auto* text : {"(a*)*(a|aa)+(a*)*b", "(?s)[ab]*a[ab]{300}c"}) {
        const auto expression = compiled(text);
        std::string longest;
        for (int i = 0; i < 32'768; ++i) longest += i % 7 == 3 && text[1] == '?' ? 'b' : 'a';
        const auto begin = tollgate::test::thread_time();
        BOOST_TEST(!expression.found_in(longest));
        BOOST_TEST((tollgate::test::thread_time() - begin < std::chrono::seconds{30}));
    }
}

BOOST_AUTO_TEST_CASE(equal_texts_are_equal_expressions) {
    BOOST_TEST((compiled("a+") == compiled("a+")));
    BOOST_TEST(!(compiled("a+") == compiled("aa*")));
}

BOOST_AUTO_TEST_SUITE_END()

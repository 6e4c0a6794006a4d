// tests/core/snapshot/rewrite_test.cpp - what rules make of paths, and what never becomes a target.
#include "snapshot/rewrite.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;

namespace {

std::string completed(std::string_view made, std::string_view query = {}) {
    std::string target;
    const char* problem = complete_target(made, query, target);
    BOOST_REQUIRE_MESSAGE(!problem, made << ": " << problem);
    return target;
}
bool refused(std::string_view made) {
    std::string target;
    return complete_target(made, {}, target) != nullptr;
}
Rewrite replacement(std::string_view pattern, std::string to) {
    std::string problem;
    return Rewrite{Rewrite::Replacement{*routing::RegularExpression::compile(pattern, problem), std::move(to)}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot_rewrite)

BOOST_AUTO_TEST_CASE(segments_are_dropped_and_a_prefix_put_there) {
    const Rewrite strip{Rewrite::Strip{1, "/v2"}};
    BOOST_TEST(*strip.made_of("/api/orders/7", {}) == "/v2/orders/7");
    BOOST_TEST(*strip.made_of("/api/", {}) == "/v2/");
    BOOST_TEST(*strip.made_of("/api", {}) == "/v2");
    const Rewrite bare{Rewrite::Strip{2, ""}};
    BOOST_TEST(*bare.made_of("/proxy/github/users/a%2Fb", {}) == "/users/a%2Fb");
    BOOST_TEST(*bare.made_of("/proxy/github", {}) == "/");
    BOOST_TEST(*bare.made_of("/short", {}) == "/");
    const Rewrite prefix{Rewrite::Strip{0, "/v2"}};
    BOOST_TEST(*prefix.made_of("/", {}) == "/v2/");
    BOOST_TEST(*prefix.made_of("/x", {}) == "/v2/x");
}

BOOST_AUTO_TEST_CASE(an_expression_replaces_what_it_finds_first) {
    const auto rewrite = replacement("^/old/(.*)$", "/new/\\1");
    BOOST_TEST(*rewrite.made_of("/old/a/b", {}) == "/new/a/b");
    BOOST_TEST(!rewrite.made_of("/other", {}));
    BOOST_TEST(*replacement("b+", "x").made_of("/abba/b", {}) == "/axa/b");
}

BOOST_AUTO_TEST_CASE(a_template_is_filled) {
    std::string problem;
    const std::string names[] = {"id"};
    const Rewrite rewrite{
        *routing::PathTemplate::parse("/v2/:id", routing::PathTemplate::Kind::target, names, problem)};
    routing::Captures captures;
    captures.values[captures.count++] = "7";
    BOOST_TEST(*rewrite.made_of("/orders/7", captures) == "/v2/7");
}

BOOST_AUTO_TEST_CASE(functions_are_somebody_elses_to_run) {
    const Rewrite rewrite{Rewrite::Function{3}};
    BOOST_TEST(rewrite.function() == 3);
    BOOST_TEST(!rewrite.made_of("/x", {}));
    BOOST_TEST(replacement("a", "b").function() == 0);
}

BOOST_AUTO_TEST_CASE(the_clients_query_stays_unless_there_is_another) {
    BOOST_TEST(completed("/v2/7", "x=1&y=%20") == "/v2/7?x=1&y=%20");
    BOOST_TEST(completed("/v2/7?z=2", "x=1") == "/v2/7?z=2");
    BOOST_TEST(completed("/v2/7?", "x=1") == "/v2/7?");
    BOOST_TEST(completed("/v2/7") == "/v2/7");
}

BOOST_AUTO_TEST_CASE(a_target_is_made_normal_like_a_clients) {
    BOOST_TEST(completed("/a//b%7e") == "/a/b~");
    BOOST_TEST(completed("//evil.example/x") == "/evil.example/x");
}

BOOST_AUTO_TEST_CASE(what_is_no_target_is_refused) {
    for (const char* made : {"", "orders", "http://h/x", "/a b", "/a\r\nHost: x", "/a#b", "/a\\b", "/a/../b",
                             "/a/%2e%2e/b", "/a/..%2Fb", "/caf\xc3\xa9", "/a%zz", "/a%00"})
        BOOST_TEST(refused(made), made);
    BOOST_TEST(refused('/' + std::string(longest_made_target, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/routing/router_test.cpp - which route wins, against the rules and against a naive matcher.
#include "routing/router.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace tollgate::routing;

namespace {

Pattern parsed(std::string_view text) {
    std::string problem;
    auto pattern = Pattern::parse(text, problem);
    BOOST_REQUIRE_MESSAGE(pattern, text << ": " << problem);
    return *pattern;
}

Router router_of(const std::vector<std::string>& patterns) {
    Router router;
    for (const auto& pattern : patterns) router.add(parsed(pattern));
    return router;
}

// The route's number, or -1.
int match(const Router& router, std::string_view method, std::string_view path) {
    Captures captures;
    const auto found = router.match(method, path, captures);
    return found ? static_cast<int>(*found) : -1;
}

std::vector<std::string> captured(const Router& router, std::string_view path) {
    Captures captures;
    BOOST_REQUIRE(router.match("GET", path, captures));
    return {captures.values.begin(), captures.values.begin() + captures.count};
}

// The rules once more, as slowly and plainly as they can be said.
std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> segments;
    std::string_view rest = path.substr(1);
    while (true) {
        const auto slash = rest.find('/');
        segments.emplace_back(rest.substr(0, slash));
        if (slash == rest.npos) return segments;
        rest.remove_prefix(slash + 1);
    }
}

bool naive_takes(const Pattern& pattern, std::string_view method, std::string_view path) {
    bool method_fits = pattern.methods.empty();
    for (const auto& m : pattern.methods) method_fits |= m == method || (m == "GET" && method == "HEAD");
    if (!method_fits) return false;
    const auto segments = split(path);
    std::size_t i = 0;
    for (const auto& wanted : pattern.segments) {
        if (wanted.kind == Pattern::Kind::rest) return true;
        if (i == segments.size()) return false;
        if (wanted.kind == Pattern::Kind::one ? segments[i].empty() : segments[i] != wanted.text) return false;
        ++i;
    }
    if (pattern.trailing_slash) return i + 1 == segments.size() && segments[i].empty();
    return i == segments.size();
}

struct Dice {
    std::mt19937 engine{20240611};
    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(engine); }
    std::string path() {
        std::string path;
        const auto segments = below(5);
        for (std::size_t i = 0; i < segments; ++i) path += std::string{"/"} + static_cast<char>('a' + below(3));
        if (path.empty() || below(4) == 0) path += '/';
        return path;
    }
    std::string pattern() {
        static const std::vector<std::string> methods = {"GET", "POST", "GET,PUT", "*", "PURGE", "HEAD", "PURGE,POST"};
        std::string path;
        const auto segments = below(5);
        for (std::size_t i = 0; i < segments; ++i) {
            const auto kind = below(5);
            path += kind == 0   ? "/*"
                    : kind == 1 ? "/:p" + std::to_string(i)
                                : std::string{"/"} + static_cast<char>('a' + below(3));
        }
        const auto end = below(6);
        if (end == 0)
            path += "/**";
        else if (end == 1 || path.empty())
            path += '/';
        return methods[below(methods.size())] + ' ' + path;
    }
    std::string method() {
        static const std::vector<std::string> methods = {"GET", "HEAD", "POST", "PUT", "PURGE", "DELETE", "BREW"};
        return methods[below(methods.size())];
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(routing_router)

BOOST_AUTO_TEST_CASE(first_written_match_wins) {
    const auto router = router_of({"GET /orders/new", "GET /orders/:id", "* /orders/**", "GET /orders/7"});
    BOOST_TEST(match(router, "GET", "/orders/new") == 0);
    BOOST_TEST(match(router, "GET", "/orders/7") == 1);
    BOOST_TEST(match(router, "POST", "/orders/7") == 2);
    const auto turned = router_of({"* /orders/**", "GET /orders/new"});
    BOOST_TEST(match(turned, "GET", "/orders/new") == 0);
}

BOOST_AUTO_TEST_CASE(no_route_is_no_match) {
    const auto router = router_of({"GET /orders"});
    BOOST_TEST(match(router, "GET", "/") == -1);
    BOOST_TEST(match(router, "GET", "/order") == -1);
    BOOST_TEST(match(router, "GET", "/orders/1") == -1);
    BOOST_TEST(match(router, "POST", "/orders") == -1);
    BOOST_TEST(match(Router{}, "GET", "/") == -1);
}

BOOST_AUTO_TEST_CASE(get_takes_head) {
    const auto router = router_of({"GET /a", "POST /b"});
    BOOST_TEST(match(router, "HEAD", "/a") == 0);
    BOOST_TEST(match(router, "HEAD", "/b") == -1);
}

BOOST_AUTO_TEST_CASE(methods_are_told_apart_by_case_and_may_be_unknown) {
    const auto router = router_of({"PURGE /a", "GET /a", "* /b"});
    BOOST_TEST(match(router, "PURGE", "/a") == 0);
    BOOST_TEST(match(router, "get", "/a") == -1);
    BOOST_TEST(match(router, "BREW", "/a") == -1);
    BOOST_TEST(match(router, "BREW", "/b") == 2);
}

BOOST_AUTO_TEST_CASE(a_trailing_slash_is_another_path) {
    const auto router = router_of({"GET /a", "GET /b/"});
    BOOST_TEST(match(router, "GET", "/a/") == -1);
    BOOST_TEST(match(router, "GET", "/b") == -1);
    BOOST_TEST(match(router, "GET", "/b/") == 1);
}

BOOST_AUTO_TEST_CASE(two_stars_take_the_bare_prefix_and_all_below) {
    const auto router = router_of({"GET /orders/**"});
    for (const auto* path : {"/orders", "/orders/", "/orders/1", "/orders/1/2/"})
        BOOST_TEST(match(router, "GET", path) == 0, path);
    BOOST_TEST(match(router, "GET", "/ordersx") == -1);
    BOOST_TEST(match(router_of({"GET /**"}), "GET", "/") == 0);
}

BOOST_AUTO_TEST_CASE(a_parameter_takes_one_segment_that_is_not_empty) {
    const auto router = router_of({"GET /orders/:id"});
    BOOST_TEST(match(router, "GET", "/orders/") == -1);
    BOOST_TEST(match(router, "GET", "/orders/1/2") == -1);
}

BOOST_AUTO_TEST_CASE(captures_are_those_of_the_route_that_won) {
    const auto router = router_of({"GET /a/:x/c", "GET /:y/b/**", "GET /s/**"});
    BOOST_TEST((captured(router, "/a/b/c") == std::vector<std::string>{"b"}));
    BOOST_TEST((captured(router, "/a/b/d/e/") == std::vector<std::string>{"a", "d/e/"}));
    BOOST_TEST((captured(router, "/a/b") == std::vector<std::string>{"a", ""}));
    BOOST_TEST((captured(router, "/s/") == std::vector<std::string>{""}));
}

BOOST_AUTO_TEST_CASE(conditions_are_asked_in_the_order_written) {
    const auto router = router_of({"GET /:a", "GET /x", "GET /**", "POST /x", "GET /y", "GET /*"});
    std::vector<std::uint32_t> asked;
    Captures captures;
    const auto found = router.match("GET", "/x", captures, [&](std::uint32_t route, const Captures&) {
        asked.push_back(route);
        return route == 5;
    });
    BOOST_TEST((found == 5u));
    BOOST_TEST((asked == std::vector<std::uint32_t>{0, 1, 2, 5}));
}

BOOST_AUTO_TEST_CASE(a_condition_sees_the_captures_of_its_own_route) {
    const auto router = router_of({"GET /:a/:b", "GET /:a/**"});
    std::vector<std::string> seen;
    Captures captures;
    BOOST_TEST(!router.match("GET", "/1/2", captures, [&](std::uint32_t, const Captures& own) {
        for (std::size_t i = 0; i < own.count; ++i) seen.emplace_back(own.values[i]);
        return false;
    }));
    BOOST_TEST((seen == std::vector<std::string>{"1", "2", "1", "2"}));
}

BOOST_AUTO_TEST_CASE(what_a_condition_throws_passes_through) {
    const auto router = router_of({"GET /"});
    Captures captures;
    BOOST_CHECK_THROW(
        (void)router.match("GET", "/", captures, [](auto, auto&) -> bool { throw std::runtime_error{"no"}; }),
        std::runtime_error);
}

BOOST_AUTO_TEST_CASE(allowed_methods_are_those_of_every_route_of_the_path) {
    const auto router = router_of({"POST /a", "GET /:x", "PURGE,BAN /a", "* /all"});
    BOOST_TEST(router.allowed_methods("/a") == "GET, HEAD, POST, BAN, PURGE");
    BOOST_TEST(router.allowed_methods("/b") == "GET, HEAD");
    BOOST_TEST(router.allowed_methods("/all") == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    BOOST_TEST(router.allowed_methods("/b/c") == "");
}

BOOST_AUTO_TEST_CASE(a_route_behind_a_wider_one_is_found) {
    const auto behind = [](std::string_view first, std::string_view second) {
        return router_of({std::string{first}}).taker_of_all(parsed(second)).has_value();
    };
    BOOST_TEST(behind("* /**", "GET /"));
    BOOST_TEST(behind("GET /a/**", "GET /a"));
    BOOST_TEST(behind("GET /a/**", "GET /a/"));
    BOOST_TEST(behind("GET /a/**", "GET /a/b/**"));
    BOOST_TEST(behind("GET /:a/b", "GET /*/b"));
    BOOST_TEST(behind("GET /:a", "GET /a"));
    BOOST_TEST(behind("GET /a", "HEAD /a"));
    BOOST_TEST(behind("GET,PURGE /a", "PURGE,HEAD /a"));
    BOOST_TEST(!behind("GET /a", "* /a"));
    BOOST_TEST(!behind("HEAD /a", "GET /a"));
    BOOST_TEST(!behind("GET /a", "GET,PURGE /a"));
    BOOST_TEST(!behind("GET /a", "GET /:a"));
    BOOST_TEST(!behind("GET /:a", "GET /**"));
    BOOST_TEST(!behind("GET /:a", "GET /"));
    BOOST_TEST(!behind("GET /a", "GET /a/"));
    BOOST_TEST(!behind("GET /a/*", "GET /a/**"));
}

BOOST_AUTO_TEST_CASE(a_route_with_conditions_hides_nothing) {
    Router router;
    router.add(parsed("* /**"), true);
    BOOST_TEST(!router.taker_of_all(parsed("GET /a")));
    router.add(parsed("GET /a"));
    BOOST_TEST((router.taker_of_all(parsed("GET /a")) == 1u));
}

BOOST_AUTO_TEST_CASE(random_routes_match_as_the_naive_matcher_says) {
    Dice dice;
    for (int round = 0; round < 300; ++round) {
        Router router;
        std::vector<Pattern> patterns;
        const auto count = 1 + dice.below(40);
        while (patterns.size() < count) {
            patterns.push_back(parsed(dice.pattern()));
            router.add(patterns.back());
        }
        for (int i = 0; i < 60; ++i) {
            const auto method = dice.method(), path = dice.path();
            std::vector<int> expected;
            for (std::size_t n = 0; n < patterns.size(); ++n)
                if (naive_takes(patterns[n], method, path)) expected.push_back(static_cast<int>(n));
            std::vector<int> asked;
            Captures captures;
            router.match(method, path, captures, [&](std::uint32_t route, const Captures&) {
                asked.push_back(static_cast<int>(route));
                return false;
            });
            BOOST_REQUIRE_MESSAGE(asked == expected, method << ' ' << path);
            BOOST_REQUIRE(match(router, method, path) == (expected.empty() ? -1 : expected[0]));
        }
    }
}

BOOST_AUTO_TEST_CASE(random_routes_called_unreachable_never_match) {
    Dice dice;
    int unreachable = 0;
    for (int round = 0; round < 200; ++round) {
        std::vector<Pattern> patterns;
        Router router;
        for (int i = 0; i < 12; ++i) {
            const auto pattern = parsed(dice.pattern());
            if (const auto taker = router.taker_of_all(pattern)) {
                ++unreachable;
                for (int j = 0; j < 60; ++j) {
                    const auto method = dice.method(), path = dice.path();
                    if (naive_takes(pattern, method, path)) BOOST_REQUIRE(naive_takes(patterns[*taker], method, path));
                }
            }
            router.add(pattern);
            patterns.push_back(pattern);
        }
    }
    BOOST_TEST(unreachable > 50);
}

// A bound of ten times, where the goal is a tenth of one request's cost, keeps this from failing on a busy machine and
// still finds any walk that grows with the number of routes.
BOOST_AUTO_TEST_CASE(ten_thousand_routes_cost_about_what_ten_do) {
    const auto time_of = [](int routes) {
        Router router;
        for (int i = 0; i < routes; ++i) router.add(parsed("GET /v1/service" + std::to_string(i) + "/items/:id"));
        std::vector<std::string> paths;
        for (int i = 0; i < 10; ++i)
            paths.push_back("/v1/service" + std::to_string(i * (routes / 10)) + "/items/" + std::to_string(i));
        auto best = std::chrono::nanoseconds::max();
        for (int round = 0; round < 5; ++round) {
            const auto begin = std::chrono::steady_clock::now();
            for (int i = 0; i < 10'000; ++i) BOOST_REQUIRE(match(router, "GET", paths[i % 10]) >= 0);
            best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - begin);
        }
        return best;
    };
    const auto ten = time_of(10), many = time_of(10'000);
    BOOST_TEST_MESSAGE("10 routes: " << ten.count() / 10'000 << " ns, 10000 routes: " << many.count() / 10'000
                                     << " ns");
    BOOST_TEST(many.count() < 10 * ten.count());
}

BOOST_AUTO_TEST_SUITE_END()

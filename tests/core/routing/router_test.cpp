// tests/core/routing/router_test.cpp - which route wins, against the rules and against a naive matcher.
#include "routing/router.h"

#include "support/thread_time.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <random>
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
int match(const Router& router, std::string_view method, std::string_view path, std::string_view host = "x") {
    Captures captures;
    const auto found = router.match({method, host, path}, captures);
    return found ? static_cast<int>(*found) : -1;
}

std::string allowed(const Router& router, std::string_view path, std::string_view host = "x") {
    return router.allowed_methods(host, path, [](std::uint32_t) { return true; });
}

std::vector<std::string> captured(const Router& router, std::string_view path) {
    Captures captures;
    BOOST_REQUIRE(router.match({"GET", "x", path}, captures));
    return {captures.values.begin(), captures.values.begin() + captures.count};
}

std::vector<Host> hosts_of(const std::vector<std::string>& texts) {
    std::vector<Host> hosts;
    for (const auto& text : texts) {
        std::string problem;
        const auto host = Host::parse(text, problem);
        BOOST_REQUIRE_MESSAGE(host, problem);
        hosts.push_back(*host);
    }
    return hosts;
}

using Numbers = std::vector<std::uint32_t>;

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

bool naive_takes_host(const std::vector<Host>& hosts, std::string_view name) {
    bool fits = hosts.empty();
    for (const auto& host : hosts) fits |= host.below ? name.ends_with("." + host.name) : name == host.name;
    return fits;
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
    std::vector<Host> hosts() {
        static const std::vector<std::string> names = {"a.z", "b.z", "*.z", "*.a.z", "b.a.z", "z", "*.b.a.z"};
        std::vector<std::string> some;
        for (auto count = below(3); count > 0; --count) some.push_back(names[below(names.size())]);
        return hosts_of(some);
    }
    std::string host() {
        static const std::vector<std::string> names = {"a.z", "b.z", "z", "b.a.z", "c.b.a.z", "y", "d.c.b.a.z", "a.z."};
        return names[below(names.size())];
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
    const auto found = router.match({"GET", "x", "/x"}, captures, [&](std::uint32_t route, const Captures&) {
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
    BOOST_TEST(!router.match({"GET", "x", "/1/2"}, captures, [&](std::uint32_t, const Captures& own) {
        for (std::size_t i = 0; i < own.count; ++i) seen.emplace_back(own.values[i]);
        return false;
    }));
    BOOST_TEST((seen == std::vector<std::string>{"1", "2", "1", "2"}));
}

BOOST_AUTO_TEST_CASE(what_a_condition_throws_passes_through) {
    const auto router = router_of({"GET /"});
    Captures captures;
    BOOST_CHECK_THROW(
        (void)router.match({"GET", "x", "/"}, captures, [](auto, auto&) -> bool { throw std::runtime_error{"no"}; }),
        std::runtime_error);
}

BOOST_AUTO_TEST_CASE(allowed_methods_are_those_of_every_route_of_the_path) {
    const auto router = router_of({"POST /a", "GET /:x", "PURGE,BAN /a", "* /all"});
    BOOST_TEST(allowed(router, "/a") == "GET, HEAD, POST, BAN, PURGE");
    BOOST_TEST(allowed(router, "/b") == "GET, HEAD");
    BOOST_TEST(allowed(router, "/all") == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    BOOST_TEST(allowed(router, "/b/c") == "");
}

BOOST_AUTO_TEST_CASE(a_route_behind_a_wider_one_is_found) {
    const auto behind = [](std::string_view first, std::string_view second) {
        return !router_of({std::string{first}}).takers_of_all(parsed(second)).empty();
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

BOOST_AUTO_TEST_CASE(a_route_with_conditions_hides_only_where_they_are_implied) {
    Router router;
    router.add(parsed("* /**"), {}, true);
    BOOST_TEST(router.takers_of_all(parsed("GET /a")).empty());
    const auto implied = [](std::uint32_t route) { return route == 0; };
    BOOST_TEST((router.takers_of_all(parsed("GET /a"), {}, implied) == Numbers{0}));
    router.add(parsed("GET /a"));
    BOOST_TEST((router.takers_of_all(parsed("GET /a")) == Numbers{1}));
}

BOOST_AUTO_TEST_CASE(a_host_has_its_own_routes_and_the_first_written_still_wins) {
    Router router;
    router.add(parsed("GET /early"));
    router.add(parsed("GET /**"), hosts_of({"a.example.com", "b.example.com"}));
    router.add(parsed("GET /**"), hosts_of({"*.example.com"}));
    router.add(parsed("GET /late"));
    BOOST_TEST(match(router, "GET", "/early", "a.example.com") == 0);
    BOOST_TEST(match(router, "GET", "/late", "b.example.com") == 1);
    BOOST_TEST(match(router, "GET", "/late", "c.example.com") == 2);
    BOOST_TEST(match(router, "GET", "/late", "d.c.example.com") == 2);
    BOOST_TEST(match(router, "GET", "/late", "example.com") == 3);
    BOOST_TEST(match(router, "GET", "/late", "xexample.com") == 3);
    BOOST_TEST(match(router, "GET", "/late", "a.example.com.") == 1, "the dot of the root is no other name");
    for (const auto* odd : {"", ".", "..", ".example.com", "a..b"})
        BOOST_TEST(match(router, "GET", "/late", odd) == (std::string_view{odd} == ".example.com" ? 2 : 3), odd);
}

BOOST_AUTO_TEST_CASE(allowed_methods_are_those_of_the_host) {
    Router router;
    router.add(parsed("POST /a"), hosts_of({"one"}));
    router.add(parsed("PUT /a"), hosts_of({"*.two"}));
    router.add(parsed("DELETE /a"), {}, true);
    BOOST_TEST(allowed(router, "/a", "one") == "POST, DELETE");
    BOOST_TEST(allowed(router, "/a", "x.two") == "PUT, DELETE");
    BOOST_TEST(allowed(router, "/a", "three") == "DELETE");
    BOOST_TEST(router.allowed_methods("one", "/a", [](std::uint32_t) { return false; }) == "POST");
}

BOOST_AUTO_TEST_CASE(candidates_are_all_routes_of_the_path_and_say_what_does_not_fit) {
    Router router;
    router.add(parsed("GET /:a"), hosts_of({"one", "*.two"}));
    router.add(parsed("GET /other"));
    router.add(parsed("POST /x"));
    router.add(parsed("* /**"));
    const auto candidates = router.candidates({"GET", "one", "/x"});
    BOOST_REQUIRE(candidates.size() == 3u);
    BOOST_TEST((candidates[0].route == 0u && candidates[0].method && candidates[0].host));
    BOOST_TEST(candidates[0].captures.count == 1u);
    BOOST_TEST(candidates[0].captures.values[0] == "x");
    BOOST_TEST((candidates[1].route == 2u && !candidates[1].method && candidates[1].host));
    BOOST_TEST((candidates[2].route == 3u && candidates[2].method && candidates[2].host));
    BOOST_TEST(!router.candidates({"GET", "two", "/x"})[0].host);
    BOOST_TEST(router.candidates({"GET", "a.two", "/x"})[0].host);
}

BOOST_AUTO_TEST_CASE(routes_of_other_hosts_hide_nothing) {
    Router router;
    router.add(parsed("* /**"), hosts_of({"*.example.com"}));
    const auto takers = [&](const std::vector<std::string>& hosts) {
        return router.takers_of_all(parsed("GET /a"), hosts_of(hosts));
    };
    BOOST_TEST((takers({"a.example.com"}) == Numbers{0}));
    BOOST_TEST((takers({"*.a.example.com", "b.example.com"}) == Numbers{0}));
    BOOST_TEST((takers({"*.example.com"}) == Numbers{0}));
    BOOST_TEST(takers({"example.com"}).empty());
    BOOST_TEST(takers({"a.example.com", "example.com"}).empty());
    BOOST_TEST(takers({"*.com"}).empty());
    BOOST_TEST(takers({}).empty());
    router.add(parsed("GET /:x"), hosts_of({"example.com"}));
    BOOST_TEST((takers({"a.example.com", "example.com"}) == Numbers{0, 1}));
    router.add(parsed("GET /**"));
    BOOST_TEST((takers({"a.example.com", "example.com"}) == Numbers{2}), "one that does it alone is told");
}

BOOST_AUTO_TEST_CASE(routes_that_take_all_between_them_are_found) {
    const auto takers = [](const std::vector<std::string>& first, std::string_view second) {
        return router_of(first).takers_of_all(parsed(second));
    };
    BOOST_TEST((takers({"GET /a", "PUT /a", "POST /a"}, "GET,POST /a") == Numbers{0, 2}));
    BOOST_TEST((takers({"HEAD /a", "GET /a"}, "HEAD,GET /a") == Numbers{1}));
    BOOST_TEST((takers({"GET /a", "GET /a/", "GET /a/*/**"}, "GET /a/**") == Numbers{0, 1, 2}));
    BOOST_TEST(takers({"GET /a", "GET /a/*/**"}, "GET /a/**").empty());
    BOOST_TEST(takers({"GET /a", "GET /a/"}, "GET /a/**").empty());
    BOOST_TEST((takers({"GET /", "GET /:x", "GET /*/**"}, "GET /**") == Numbers{0, 2}));
    BOOST_TEST((takers({"GET /a", "GET /a/", "GET /a/*", "GET /*/*/", "GET /a/:x/:y/**"}, "GET /a/**") ==
                Numbers{0, 1, 2, 3, 4}));
    BOOST_TEST((takers({"GET /a/:x", "POST /*/b"}, "GET,POST /a/b") == Numbers{0, 1}));
    BOOST_TEST(takers({"GET /a/:x", "POST /*/b"}, "GET,POST /a/:x").empty());
    BOOST_TEST(takers({"GET,POST,PUT,PATCH,DELETE,OPTIONS /a"}, "* /a").empty());
}

BOOST_AUTO_TEST_CASE(random_routes_match_as_the_naive_matcher_says) {
    Dice dice;
    for (int round = 0; round < 300; ++round) {
        Router router;
        std::vector<Pattern> patterns;
        std::vector<std::vector<Host>> hosts;
        const auto count = 1 + dice.below(40);
        while (patterns.size() < count) {
            patterns.push_back(parsed(dice.pattern()));
            hosts.push_back(round % 2 ? dice.hosts() : std::vector<Host>{});
            router.add(patterns.back(), hosts.back());
        }
        for (int i = 0; i < 60; ++i) {
            const auto method = dice.method(), path = dice.path(), host = dice.host();
            const auto name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
            std::vector<int> expected;
            for (std::size_t n = 0; n < patterns.size(); ++n)
                if (naive_takes(patterns[n], method, path) && naive_takes_host(hosts[n], name))
                    expected.push_back(static_cast<int>(n));
            std::vector<int> asked;
            Captures captures;
            router.match({method, host, path}, captures, [&](std::uint32_t route, const Captures&) {
                asked.push_back(static_cast<int>(route));
                return false;
            });
            BOOST_REQUIRE_MESSAGE(asked == expected, method << ' ' << host << ' ' << path);
            BOOST_REQUIRE(match(router, method, path, host) == (expected.empty() ? -1 : expected[0]));
            std::vector<int> candidates;
            for (const auto& candidate : router.candidates({method, host, path}))
                if (candidate.method && candidate.host) candidates.push_back(static_cast<int>(candidate.route));
            BOOST_REQUIRE(candidates == expected);
        }
    }
}

// Every path of up to four segments over a letter that no pattern names and those they do: exact for such short patterns.
BOOST_AUTO_TEST_CASE(random_routes_are_called_unreachable_exactly_when_no_request_reaches_them) {
    Dice dice;
    std::vector<std::string> paths{"/"};
    for (std::size_t begin = 0, depth = 0; depth < 5; ++depth) {
        const auto end = paths.size();
        for (; begin < end; ++begin) {
            const auto base = paths[begin] == "/" ? std::string{} : paths[begin];
            if (base.ends_with('/')) continue;
            for (const auto* letter : {"/a", "/b", "/q"}) paths.push_back(base + letter);
            if (!base.empty()) paths.push_back(base + '/');
        }
    }
    const std::vector<std::string> methods = {"GET", "HEAD", "POST", "PURGE"}, names = {"/a", "/b", "/:x", "/*"};
    const auto pattern = [&] {
        static const std::vector<std::string> lists = {"GET", "POST", "GET,POST", "HEAD", "PURGE,POST", "GET,PURGE"};
        std::string path;
        const auto segments = dice.below(3);
        for (std::size_t i = 0; i < segments; ++i) {
            const auto& name = names[dice.below(names.size())];
            path += name == "/:x" ? name + std::to_string(i) : name;
        }
        const auto end = dice.below(3);
        path += end == 0 ? "/**" : end == 1 || path.empty() ? "/" : "";
        return parsed(lists[dice.below(lists.size())] + ' ' + path);
    };
    int unreachable = 0, together = 0;
    for (int round = 0; round < 60; ++round) {
        std::vector<Pattern> patterns;
        Router router;
        for (int i = 0; i < 25; ++i) {
            const auto next = pattern();
            const auto takers = router.takers_of_all(next);
            bool reached = false;
            for (const auto& path : paths)
                for (const auto& method : methods) {
                    if (!naive_takes(next, method, path)) continue;
                    const auto taken = [&](const Numbers& by) {
                        return std::any_of(by.begin(), by.end(), [&](auto n) { return naive_takes(patterns[n], method, path); });
                    };
                    reached = reached || match(router, method, path) < 0;
                    if (!takers.empty()) BOOST_REQUIRE(taken(takers));
                }
            BOOST_REQUIRE(reached == takers.empty());
            unreachable += !takers.empty();
            together += takers.size() > 1;
            router.add(next);
            patterns.push_back(next);
        }
    }
    BOOST_TEST(unreachable > 300);
    BOOST_TEST(together > 10);
}

// Route `i` of a table of every kind, and a request for it.
std::string kind_of_route(int i) {
    const auto number = std::to_string(i);
    const std::string kinds[] = {"GET /v1/service" + number + "/items", "GET /v1/service" + number + "/items/:id",
                                 "* /v1/service" + number + "/**", "GET,POST /:any/items" + number + "/*/raw"};
    return kinds[i % 4];
}
std::string path_of_route(int i) {
    const auto number = std::to_string(i);
    const std::string paths[] = {"/v1/service" + number + "/items", "/v1/service" + number + "/items/7",
                                 "/v1/service" + number + "/a/b", "/x/items" + number + "/7/raw"};
    return paths[i % 4];
}
std::string host_of_route(int i) {
    const std::string hosts[] = {"", "", "", "tenant" + std::to_string(i) + ".example.com", "*.t" + std::to_string(i)};
    return hosts[i % 5];
}

// What one match takes in a table of so many, of ten requests spread over all of it: the best of several rounds.
class Measured {
public:
    explicit Measured(int routes) {
        for (int i = 0; i < routes; ++i) {
            const auto host = host_of_route(i);
            router_.add(parsed(kind_of_route(i)), host.empty() ? std::vector<Host>{} : hosts_of({host}));
        }
        for (int i = 0; i < 10; ++i) {
            numbers_.push_back(i * (routes / 10) + (routes > 10 ? i : 0));
            auto host = host_of_route(numbers_.back());
            if (host.starts_with('*')) host.replace(0, 1, "x");
            asked_.emplace_back(host, path_of_route(numbers_.back()));
        }
    }
    void round() {
        const auto begin = tollgate::test::thread_time();
        for (int i = 0; i < 10'000; ++i) {
            const auto& [host, path] = asked_[std::size_t(i % 10)];
            wrong_ += match(router_, "GET", path, host) != numbers_[std::size_t(i % 10)];
        }
        best_ = std::min<std::chrono::nanoseconds>(best_, tollgate::test::thread_time() - begin);
    }
    int wrong() const { return wrong_; }
    std::chrono::nanoseconds best() const { return best_ / 10'000; }

private:
    Router router_;
    std::vector<int> numbers_;
    std::vector<std::pair<std::string, std::string>> asked_;
    int wrong_ = 0;
    std::chrono::nanoseconds best_ = std::chrono::nanoseconds::max();
};

// A bound of four times, where the goal is a tenth of one request's cost, keeps this from failing on a busy machine and
// still finds any walk that grows with the number of routes.
BOOST_AUTO_TEST_CASE(ten_thousand_routes_of_all_kinds_cost_about_what_ten_do) {
    Measured ten{10}, many{10'000};
    for (int round = 0; round < 9; ++round) {
        ten.round();
        many.round();
    }
    BOOST_TEST(ten.wrong() == 0);
    BOOST_TEST(many.wrong() == 0);
    BOOST_TEST_MESSAGE("10 routes: " << ten.best().count() << " ns, 10000: " << many.best().count() << " ns");
    BOOST_TEST(many.best().count() < 4 * ten.best().count() + 1);
}

BOOST_AUTO_TEST_SUITE_END()

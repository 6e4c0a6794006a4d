// tests/core/config/difference_test.cpp - what is told of two configurations.
#include "config/difference.h"

#include "core/config/fake_plugins.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate;

namespace {

const std::string head = "listen \"127.0.0.1:8080\"\n";

config::Difference between(const std::string& before, const std::string& after) {
    test::Workshop workshop;
    const auto load = [&](const std::string& text) {
        auto loaded = workshop.load_text(head + text);
        for (const auto& problem : loaded.problems) BOOST_ERROR(problem.text());
        BOOST_REQUIRE(loaded.snapshot);
        return loaded.snapshot;
    };
    const auto old = load(before), now = load(after);
    return config::compare(*old, *now);
}

std::vector<std::string> changes(const std::string& before, const std::string& after) {
    std::vector<std::string> lines;
    for (const auto& change : between(before, after).changes) lines.push_back(change.text());
    return lines;
}

using Lines = std::vector<std::string>;

const std::string up = "local u = upstream \"u\" { targets = { \"127.0.0.1:1\" } }\n";
const std::string ok = "route \"GET /\" { answer = \"ok\" }\n";

}  // namespace

#define EXPECT(before, after, ...) BOOST_TEST(changes(before, after) == (Lines __VA_ARGS__), boost::test_tools::per_element())

BOOST_AUTO_TEST_SUITE(config_difference)

BOOST_AUTO_TEST_CASE(keys_of_a_collector_are_not_shown) {
    const std::string tracing = "tracing { to = \"http://127.0.0.1:4318/v1/traces?key=";
    EXPECT(tracing + "one\" }\n" + ok, tracing + "two\", headers = { [\"X-Key\"] = \"three\" } }\n" + ok,
           {"~ tracing (routes.lua:2): headers: (not given) -> (hidden)",
            "~ tracing (routes.lua:2): to: \"http://127.0.0.1:4318/v1/traces?(hidden)\" -> "
            "\"http://127.0.0.1:4318/v1/traces?(hidden)\""});
}

BOOST_AUTO_TEST_CASE(the_same_is_no_difference_wherever_it_stands) {
    const std::string text = up + "route \"GET /\" { upstream = u, when = function(r)\n return true\nend }\n" +
                             "always { logging { to = \"x\" } }\n";
    EXPECT(text, text, {});
    EXPECT(text, "-- a comment\n\n" + text, {});
    BOOST_TEST(between(text, text).summary() == "nothing changed");
    BOOST_TEST(between(text, text).lines(10).empty());
}

BOOST_AUTO_TEST_CASE(routes_come_and_go) {
    EXPECT(ok, ok + "route \"GET /b\" { answer = \"b\" }\n", {"+ route \"GET /b\" (routes.lua:3)"});
    EXPECT(ok + "route \"GET /b\" { answer = \"b\" }\n", ok, {"- route \"GET /b\" (routes.lua:3)"});
}

BOOST_AUTO_TEST_CASE(a_setting_is_told_with_what_it_was) {
    EXPECT(ok, "route \"GET /\" { answer = \"no\" }\n",
           {"~ route \"GET /\" (routes.lua:2): answer: \"ok\" -> \"no\""});
    EXPECT("tier \"a\" { rate = 60 / minute, burst = 3 }" + ok, "tier \"a\" { rate = 90 / minute }" + ok,
           {"~ tier \"a\" (routes.lua:2): rate: 60 / minute -> 90 / minute",
            "~ tier \"a\" (routes.lua:2): burst: 3 -> (not given)"});
    EXPECT("limits { body = 1 * megabytes }" + ok, "limits { body = 1 * megabytes, idle = 5 * seconds }" + ok,
           {"~ limits (routes.lua:2): idle: (not given) -> 5 * seconds"});
}

BOOST_AUTO_TEST_CASE(a_function_differs_by_its_text_and_not_by_its_line) {
    const auto route = [](const std::string& body) {
        return "route \"GET /\" { answer = \"ok\", when = function(r) " + body + " end }\n";
    };
    EXPECT(route("return true"), "\n\n" + route("return true"), {});
    const auto told = changes(route("return true"), route("return false"));
    BOOST_REQUIRE(told.size() == 1u);
    BOOST_TEST(told[0].starts_with("~ route \"GET /\" (routes.lua:2): when: "));
    BOOST_TEST(told[0].find("return false") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(upstreams_and_their_targets) {
    const std::string two = "local u = upstream \"u\" { timeout = 2 * seconds, targets = { { \"127.0.0.1:1\", weight = 2 }, "
                            "\"127.0.0.1:2\" } }\n";
    EXPECT(up + ok, two + ok,
           {"+ upstream \"u\": target \"127.0.0.1:2\" (routes.lua:2)",
            "~ upstream \"u\" (routes.lua:2): timeout: (not given) -> 2 * seconds",
            "~ upstream \"u\": target \"127.0.0.1:1\" (routes.lua:2): weight: (not given) -> 2"});
    const auto difference = between(up + ok, two + ok);
    BOOST_TEST(difference.kept == (Lines{"target 127.0.0.1:1 of u"}), boost::test_tools::per_element());
    BOOST_TEST(difference.fresh == (Lines{"target 127.0.0.1:2 of u"}), boost::test_tools::per_element());
    const std::string cared_for = "local u = upstream \"u\" { targets = { \"127.0.0.1:1\" }, health = \"/health\", "
                                  "slow_start = 3 * seconds }\n";
    EXPECT(up + ok, cared_for + ok,
           {"~ upstream \"u\" (routes.lua:2): health: (not given) -> \"/health\"",
            "~ upstream \"u\" (routes.lua:2): slow_start: (not given) -> 3 * seconds"});
    BOOST_TEST(between(two + ok, up + ok).forgotten == (Lines{"target 127.0.0.1:2 of u"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_split_differs_by_its_shares_wherever_it_was_written) {
    const auto split = [](const std::string& weight) {
        return up + "local v = upstream \"v\" { targets = { \"127.0.0.1:2\" } }\nlocal both = split { { u, weight = 95 }, { v, "
               "weight = " + weight + " }, by = caller }\nroute \"GET /\" { upstream = both }\n";
    };
    EXPECT(split("5"), split("5"), {});
    EXPECT(split("5"), split("10"),
           {"~ route \"GET /\" (routes.lua:5): upstream: split { { \"u\", weight = 95 }, { \"v\", weight = 5 }, by = caller } -> "
            "split { { \"u\", weight = 95 }, { \"v\", weight = 10 }, by = caller }"});
}

BOOST_AUTO_TEST_CASE(a_mirror_is_a_setting_of_its_route) {
    const auto route = [](const std::string& share) {
        return up + "local v = upstream \"v\" { targets = { \"127.0.0.1:2\" } }\n" +
               "route \"GET /\" { upstream = u, mirror = { upstream = v, share = " + share + " } }\n";
    };
    EXPECT(route("0.1"), route("0.5"),
           {"~ route \"GET /\" (routes.lua:4): mirror: { share = 0.1, upstream = \"v\" } -> "
            "{ share = 0.5, upstream = \"v\" }"});
}

BOOST_AUTO_TEST_CASE(uses_of_plugins_are_paired_and_compared_setting_by_setting) {
    const auto route = [](const std::string& plugins) {
        return "route \"GET /\" { answer = \"ok\", plugins = { " + plugins + " } }\n";
    };
    EXPECT(route("cache { ttl = 5 * seconds }"), route("cache { ttl = 9 * seconds }"),
           {"~ plugin cache (routes.lua:2): ttl: 5 * seconds -> 9 * seconds"});
    EXPECT(route("cache { ttl = 5 * seconds }"), route("logging {}, cache { ttl = 5 * seconds }"),
           {"~ route \"GET /\" (routes.lua:2): plugins: cache (routes.lua:2) -> logging (routes.lua:2), cache (routes.lua:2)",
            "+ plugin logging (routes.lua:2)"});
    EXPECT("always { logging { to = \"a\" } }" + ok, ok,
           {"- always (routes.lua:2)", "- plugin logging (routes.lua:2)"});
}

BOOST_AUTO_TEST_CASE(the_order_of_routes_matters_and_as_few_as_can_be_have_moved) {
    const auto route = [](const std::string& name) { return "route \"GET /" + name + "\" { answer = \"ok\" }\n"; };
    EXPECT(route("a") + route("b") + route("c"), route("c") + route("a") + route("b"),
           {"> route \"GET /c\" (routes.lua:2): asked the first"});
    EXPECT(route("a") + route("b") + route("c"), route("b") + route("c") + route("a"),
           {"> route \"GET /a\" (routes.lua:4): asked after route \"GET /c\""});
}

BOOST_AUTO_TEST_CASE(addresses_and_ranges_come_and_go) {
    EXPECT(ok, "listen \"127.0.0.1:8081\" trusted_proxies { \"10.0.0.0/8\" }" + ok,
           {"+ listen \"127.0.0.1:8081\" (routes.lua:2)", "+ trusted_proxies \"10.0.0.0/8\" (routes.lua:2)"});
}

BOOST_AUTO_TEST_CASE(a_token_that_changes_is_told_and_not_shown) {
    const auto told = changes("admin { token = \"0123456789abcdef\" }" + ok, "admin { token = \"fedcba9876543210\" }" + ok);
    BOOST_TEST(told == (Lines{"~ admin (routes.lua:2): token: (hidden) -> (hidden)"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_secret_within_a_setting_is_not_shown_either) {
    const auto route = [](const std::string& secret) {
        return up + "route \"GET /\" { upstream = u, request_headers = { set = { Authorization = \"Bearer " + secret +
               "\", [\"X-Api-Key\"] = { \"" + secret + "\" }, [\"X-Plain\"] = \"seen\" } } }\n";
    };
    const auto told = changes(route("first-of-all"), route("second-to-none"));
    BOOST_REQUIRE(told.size() == 1u);
    BOOST_TEST(told[0].find("first-of-all") == std::string::npos);
    BOOST_TEST(told[0].find("second-to-none") == std::string::npos);
    BOOST_TEST(told[0].find("(hidden)") != std::string::npos);
    BOOST_TEST(told[0].find("seen") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_login_in_a_url_is_not_shown) {
    const auto route = [](const std::string& login) {
        return up + "route \"GET /\" { upstream = u, request_headers = { set = { [\"X-Plain\"] = \"redis://" + login +
               "@cache:6379\" } } }\n";
    };
    const auto told = changes(route("me:first@word"), route("me:second"));
    BOOST_TEST_REQUIRE(told.size() == 1u);
    for (const char* part : {"first", "word@", "second"}) BOOST_TEST(told[0].find(part) == std::string::npos, told[0]);
    BOOST_TEST(told[0].find("redis://(hidden)@cache:6379") != std::string::npos, told[0]);
}

BOOST_AUTO_TEST_CASE(lines_are_bounded_and_the_rest_counted) {
    std::string many;
    for (int i = 0; i < 20; ++i) many += "route \"GET /" + std::to_string(i) + "\" { answer = \"ok\" }\n";
    const auto difference = between(ok, ok + many);
    BOOST_TEST(difference.summary() == "20 added");
    const auto lines = difference.lines(5);
    BOOST_REQUIRE(lines.size() == 6u);
    BOOST_TEST(lines.back() == "... and 15 more");
}

BOOST_AUTO_TEST_CASE(a_line_of_what_is_kept_is_bounded_too) {
    config::Difference difference;
    difference.changes.push_back({config::Change::Kind::added, "tier \"a\"", "routes.lua:2"});
    difference.kept = {"target a:1", "target b:1", "target c:1"};
    BOOST_TEST(difference.lines(2) == (Lines{"+ tier \"a\" (routes.lua:2)", "state: kept: target a:1, target b:1 and 1 more"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(programs_read_it_as_json) {
    BOOST_TEST(between("tier \"a\" { burst = 3 }" + ok, "tier \"a\" { rate = 1 / second }" + ok).json() ==
               R"({"changes":[{"change":"changed","what":"tier \"a\"","where":"routes.lua:2","setting":"rate",)"
               R"("before":null,"after":"1 / second"},{"change":"changed","what":"tier \"a\"","where":"routes.lua:2",)"
               R"("setting":"burst","before":"3","after":null}],"state":{"kept":[],"forgotten":[],"new":[]}})");
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/split_test.cpp - a canary: its share, who stays with it, and how one finds out.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace tollgate::test;

namespace {

struct Two {
    ScriptedUpstream orders{ScriptedUpstream::always("o")};
    ScriptedUpstream canary{ScriptedUpstream::always("c")};
    // A routes.lua whose one route is split between them.
    std::string routes(const std::string& weights, const std::string& of_route = "") const {
        return "local orders = upstream \"orders\" { targets = { \"" + orders.address() + "\" } }\n"
               "local canary = upstream \"canary\" { targets = { \"" + canary.address() + "\" } }\n"
               "route \"* /**\" { upstream = split { " + weights + " }" + of_route + " }\n";
    }
};

std::string user(int number) { return "Cookie: theme=dark; user=u" + std::to_string(number) + "\r\n"; }

// To whom each of so many users goes, asked over connections of different loops.
std::string homes(const GatewayProcess& gateway, int users) {
    std::string all;
    for (int from = 0; from < users; from += 50) {
        auto client = gateway.client();
        for (int number = from; number < from + 50; ++number) all += client.get("/", user(number)).body;
    }
    return all;
}

double share_of(const std::string& homes, char which) {
    return double(std::count(homes.begin(), homes.end(), which)) / double(homes.size());
}

std::string explained(const GatewayProcess& gateway, const std::vector<std::string>& words) {
    std::vector<std::string> command{tollgate_program(), "explain", "GET", "/", (gateway.folder() / "routes.lua").string()};
    command.insert(command.end(), words.begin(), words.end());
    return run(command).out;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_split)

BOOST_AUTO_TEST_CASE(requests_are_drawn_by_weight) {
    Two two;
    const GatewayProcess gateway{two.routes("{ orders, weight = 3 }, canary, { \"orders2\", weight = 0 }") +
                                 "upstream \"orders2\" { targets = { \"127.0.0.1:1\" } }\n"};
    auto client = gateway.client();
    std::string drawn;
    for (int i = 0; i < 1000; ++i) drawn += client.get("/").body;
    BOOST_TEST(drawn.size() == 1000u);
    BOOST_TEST(share_of(drawn, 'c') > 0.15);  // seven deviations from a quarter
    BOOST_TEST(share_of(drawn, 'c') < 0.35);
}

BOOST_AUTO_TEST_CASE(a_user_stays_and_a_larger_share_takes_nobody_off_the_canary) {
    Two two;
    GatewayProcess gateway{two.routes("{ orders, weight = 90 }, { canary, weight = 10 }, by = cookie \"user\"")};
    const auto first = homes(gateway, 1000);
    BOOST_TEST(share_of(first, 'c') == 0.1, boost::test_tools::tolerance(0.4));
    BOOST_TEST(homes(gateway, 1000) == first);

    gateway.write_routes(two.routes("{ canary, weight = 30 }, { orders, weight = 70 }, by = cookie \"user\""));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    const auto later = homes(gateway, 1000);
    BOOST_TEST(share_of(later, 'c') == 0.3, boost::test_tools::tolerance(0.3));
    for (std::size_t number = 0; number < first.size(); ++number)
        if (first[number] == 'c') BOOST_REQUIRE(later[number] == 'c');
}

BOOST_AUTO_TEST_CASE(who_has_no_value_is_drawn) {
    Two two;
    const GatewayProcess gateway{two.routes("orders, canary, by = cookie \"user\"")};
    auto client = gateway.client();
    std::string drawn;
    for (int i = 0; i < 200 && !(has(drawn, "o") && has(drawn, "c")); ++i) drawn += client.get("/").body;
    BOOST_TEST(has(drawn, "o"));
    BOOST_TEST(has(drawn, "c"));
}

BOOST_AUTO_TEST_CASE(a_split_may_go_by_the_caller_that_auth_found) {
    Two two;
    const GatewayProcess gateway{two.routes("orders, canary, by = caller", ", plugins = { auth { key = header \"X-API-Key\", "
                                                                            "file = \"keys\" } }"),
                                 {},
                                 {{"keys", [] {
                                       const auto hash = run({"sh", "-c", "printf %s a-key-of-alice | sha256sum"}).out.substr(0, 64);
                                       return hash + " alice -\n";
                                   }()}}};
    std::string homes;
    for (int i = 0; i < 20; ++i) homes += gateway.client().get("/", "X-API-Key: a-key-of-alice\r\n").body;
    BOOST_TEST(homes.size() == 20u);
    BOOST_TEST(homes.find_first_not_of(homes[0]) == std::string::npos, homes);
}

BOOST_AUTO_TEST_CASE(each_branch_has_the_plugins_of_its_upstream) {
    ScriptedUpstream orders{ScriptedUpstream::always("o")};
    const GatewayProcess gateway{
        "local orders = upstream \"orders\" { targets = { \"" + orders.address() + "\" } }\n"
        "local canary = upstream \"canary\" { targets = { \"" + orders.address() + "\" },\n"
        "    plugins = { ratelimit { by = path, rate = 1 / hour } } }\n"
        "route \"* /canary\" { upstream = split { { orders, weight = 0 }, canary } }\n"
        "route \"* /orders\" { upstream = split { orders, { canary, weight = 0 } } }\n"};
    auto client = gateway.client();
    BOOST_TEST(client.get("/canary").status() == 200);
    BOOST_TEST(client.get("/canary").status() == 429);
    BOOST_TEST(client.get("/orders").status() == 200);
    BOOST_TEST(client.get("/orders").status() == 200);
}

BOOST_AUTO_TEST_CASE(log_and_metrics_tell_the_branch) {
    Two two;
    const GatewayProcess gateway{"always { logging { to = \"access\" } }\n" +
                                 two.routes("{ orders, weight = 0 }, canary")};
    BOOST_TEST(gateway.client().get("/").body == "c");
    BOOST_TEST(has(gateway.log_lines(1, "access").at(0), "\"upstream\":\"canary\""));
    wait_until("the attempt is counted", [&] {
        RawClient admin{gateway.admin()};
        admin.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return has(admin.answer().body, "tollgate_upstream_attempts_total{outcome=\"answered\",target=\"" +
                                            two.canary.address() + "\",upstream=\"canary\"} 1");
    });
}

BOOST_AUTO_TEST_CASE(explain_says_how_the_branch_came_about) {
    Two two;
    const GatewayProcess gateway{two.routes("{ orders, weight = 0 }, { canary, weight = 5 }, by = cookie \"user\"")};
    BOOST_TEST(has(explained(gateway, {"-H", "Cookie: user=u1"}),
                   "canary, which has 5 of 5, by cookie \"user\"\n"));
    BOOST_TEST(has(explained(gateway, {}), "canary, which has 5 of 5, drawn, since there is no cookie \"user\"\n"));
    gateway.write_routes(two.routes("{ orders, weight = 0 }, { canary, weight = 5 }"));
    BOOST_TEST(has(explained(gateway, {}), "canary, which has 5 of 5, drawn\n"));
}

BOOST_AUTO_TEST_CASE(a_function_that_fails_costs_that_request_a_500) {
    Two two;
    const GatewayProcess gateway{
        two.routes("orders, canary, by = function(request) return request.query.user .. nil end")};
    const auto answer = gateway.client().get("/?user=1");
    BOOST_TEST(answer.status() == 500);
    BOOST_TEST(has(answer.body, "script_failed"));
}

BOOST_AUTO_TEST_SUITE_END()

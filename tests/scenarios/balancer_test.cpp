// tests/scenarios/balancer_test.cpp - each policy of the balancer with real upstreams: even, slow, dead, hanging, gone.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace tollgate::test;

namespace {

std::string quoted(const std::vector<std::string>& addresses) {
    std::string text;
    for (const auto& address : addresses) text += '"' + address + "\", ";
    return text;
}

// A routes.lua whose one upstream has these targets, as they stand in the list, and is balanced so.
std::string balanced(const std::string& targets, const std::string& settings, const std::string& of_upstream = "") {
    return "local u = upstream \"u\" { targets = { " + targets + " }, timeout = 30 * seconds, " + of_upstream + "\n"
           "    balance = balancer { " + settings + " } }\n"
           "route \"* /**\" { upstream = u }\n";
}

// Three that answer with their letter.
struct Three {
    ScriptedUpstream a{ScriptedUpstream::always("a")};
    ScriptedUpstream b{ScriptedUpstream::always("b")};
    ScriptedUpstream c{ScriptedUpstream::always("c")};
    std::string targets() const { return quoted({a.address(), b.address(), c.address()}); }
};

std::string bodies(RawClient& client, int requests, std::string_view lines = {}) {
    std::string all;
    for (int i = 0; i < requests; ++i) all += client.get("/", lines).body;
    return all;
}

std::string user(int number) { return "X-User: user-" + std::to_string(number) + "\r\n"; }

// To whom each of so many users goes, asked over connections of different loops.
std::string homes(const GatewayProcess& gateway, int users) {
    std::string all;
    for (int number = 0; number < users; ++number) all += gateway.client().get("/", user(number)).body;
    return all;
}

// "lb=NAME" of a Set-Cookie line.
std::string pair_of(const Message& answer) {
    const std::string line = answer.header("Set-Cookie");
    return line.substr(0, line.find(';'));
}

std::string mistake_in(const std::string& settings) {
    const TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n" << balanced("\"127.0.0.1:1\"", settings);
    const Finished result = run({tollgate_program(), "check", (folder / "routes.lua").string()});
    BOOST_TEST(result.code != 0);
    const std::string text = result.out + result.err, before = "routes.lua:3: balancer: ";
    const auto begin = text.find(before);
    if (begin == text.npos) return "not found in: " + text;
    return text.substr(begin + before.size(), text.find('\n', begin) - begin - before.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_balancer)

BOOST_AUTO_TEST_CASE(three_hundred_requests_over_three_targets_are_a_hundred_each) {
    Three three;
    const GatewayProcess gateway{balanced(three.targets(), "policy = \"round_robin\"")};
    for (int connection = 0; connection < 30; ++connection) {  // which go to loops in turn
        auto client = gateway.client();
        bodies(client, 10);
    }
    for (const auto* upstream : {&three.a, &three.b, &three.c}) BOOST_TEST(upstream->requests() == 100);
}

BOOST_AUTO_TEST_CASE(weighted_targets_get_their_shares_over_all_loops) {
    Three three;
    const GatewayProcess gateway{balanced("{ \"" + three.a.address() + "\", weight = 3 }, { \"" + three.b.address() +
                                              "\", weight = 2 }, \"" + three.c.address() + '"',
                                          "policy = \"weighted\"")};
    for (int connection = 0; connection < 30; ++connection) {
        auto client = gateway.client();
        bodies(client, 10);
    }
    BOOST_TEST(three.a.requests() == 150);
    BOOST_TEST(three.b.requests() == 100);
    BOOST_TEST(three.c.requests() == 50);
}

BOOST_AUTO_TEST_CASE(least_requests_keeps_away_from_a_target_that_hangs) {
    Gate gate;
    ScriptedUpstream hanging{[&gate](UpstreamConnection& connection) {
        while (connection.read_request()) {
            gate.wait();
            connection.answer(200, "late");
        }
    }};
    ScriptedUpstream quick{ScriptedUpstream::always("quick")};
    const GatewayProcess gateway{balanced(quoted({hanging.address(), quick.address()}), "policy = \"least_requests\"")};

    // Until one has come to hang: a fair draw would have to miss it two hundred times.
    std::vector<RawClient> waiting;
    for (int tries = 0; hanging.requests() == 0 && tries < 200; ++tries) {
        const int before = quick.requests();
        waiting.push_back(gateway.client());
        waiting.back().send(RawClient::head("GET", "/"));
        wait_until("it came", [&] { return hanging.requests() > 0 || quick.requests() > before; });
        if (hanging.requests() == 0) BOOST_TEST(waiting.back().answer().body == "quick");
    }
    BOOST_REQUIRE(hanging.requests() == 1);
    auto client = gateway.client();
    for (int i = 0; i < 50; ++i) BOOST_TEST(client.get("/").body == "quick");
    BOOST_TEST(hanging.requests() == 1);
    gate.open();
    BOOST_TEST(waiting.back().answer().body == "late");
}

BOOST_AUTO_TEST_CASE(ewma_asks_a_slow_target_once_and_remembers_that_beyond_a_reload) {
    UpstreamProcess slow{{"--delay", "2000ms", "--id", "slow"}};
    ScriptedUpstream quick{ScriptedUpstream::always("quick")};
    const std::string routes = balanced(quoted({slow.address(), quick.address()}), "policy = \"ewma\"");
    GatewayProcess gateway{routes};
    auto client = gateway.client();
    for (int i = 0; i < 40; ++i) BOOST_TEST(client.get("/").status() == 200);
    BOOST_TEST(quick.requests() == 39);

    gateway.write_routes(routes + "\n");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    auto later = gateway.client();
    for (int i = 0; i < 20; ++i) BOOST_TEST(later.get("/").body == "quick");
}

BOOST_AUTO_TEST_CASE(ewma_does_not_take_quick_failures_for_quick_answers) {
    ScriptedUpstream dead{ScriptedUpstream::always("dead")};
    dead.stop_listening();
    ScriptedUpstream overloaded{[](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(503, "busy");
    }};
    ScriptedUpstream quick{ScriptedUpstream::always("quick")};
    const GatewayProcess gateway{
        balanced(quoted({dead.address(), overloaded.address(), quick.address()}), "policy = \"ewma\"", "retry = false,")};
    auto client = gateway.client();
    std::map<int, int> statuses;
    for (int i = 0; i < 60; ++i) ++statuses[client.get("/").status()];

    BOOST_TEST(statuses[502] >= 1);
    BOOST_TEST(statuses[503] >= 1);
    // They are asked again where both are drawn, which is a third of the time. Going by time alone they would have all.
    BOOST_TEST(statuses[200] >= 15);
}

BOOST_AUTO_TEST_CASE(users_go_to_the_same_target_by_a_header_also_after_reload_and_restart) {
    Three three;
    const std::string routes = balanced(three.targets(), "policy = \"consistent_hash\", by = header \"X-User\"");
    std::string first;
    {
        GatewayProcess gateway{routes};
        first = homes(gateway, 60);
        for (const char letter : {'a', 'b', 'c'}) BOOST_TEST((std::ranges::count(first, letter) >= 6));
        BOOST_TEST(homes(gateway, 60) == first);
        gateway.write_routes(balanced(quoted({three.c.address(), three.b.address(), three.a.address()}),
                                      "policy = \"consistent_hash\", by = header \"X-User\", bound = 2"));
        BOOST_TEST(gateway.reload().starts_with("reloaded"));
        BOOST_TEST(homes(gateway, 60) == first);
    }
    const GatewayProcess again{routes};
    BOOST_TEST(homes(again, 60) == first);
    auto nobody = again.client();
    const std::string spread = bodies(nobody, 60);  // without the header
    for (const char letter : {'a', 'b', 'c'}) BOOST_TEST((std::ranges::count(spread, letter) >= 3));
}

BOOST_AUTO_TEST_CASE(a_target_less_moves_only_its_own_users) {
    Three three;
    const std::string by = "policy = \"consistent_hash\", by = function(request) return request.query.user end";
    GatewayProcess gateway{balanced(three.targets(), by)};
    const auto ask = [&](int number) { return gateway.client().get("/?user=" + std::to_string(number)).body; };
    std::vector<std::string> before;
    for (int number = 0; number < 60; ++number) before.push_back(ask(number));
    gateway.write_routes(balanced(quoted({three.a.address(), three.b.address()}), by));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));

    int moved = 0;
    for (int number = 0; number < 60; ++number) {
        const std::string& home = before[static_cast<std::size_t>(number)];
        moved += home != "c" && ask(number) != home;
    }
    BOOST_TEST(moved <= 3);
}

BOOST_AUTO_TEST_CASE(the_first_answer_sets_a_cookie_and_the_cookie_keeps_the_target) {
    Three three;
    const GatewayProcess gateway{
        balanced(three.targets(), "sticky = \"lb\", sticky_time = 1 * hour, sticky_path = \"/app\"")};
    std::set<std::string> names;
    for (int visitor = 0; visitor < 6; ++visitor) {
        const Message first = gateway.client().get("/");
        const std::string cookie = pair_of(first);
        names.insert(cookie);
        BOOST_TEST(cookie.size() == 3u + 16u);
        BOOST_TEST(first.header("Set-Cookie") == cookie + "; Path=/app; Max-Age=3600; HttpOnly; SameSite=Lax");
        for (int i = 0; i < 4; ++i) {
            const Message next = gateway.client().get("/", "Cookie: theme=dark; " + cookie + "\r\n");
            BOOST_TEST(next.body == first.body);
            BOOST_TEST(!next.has("Set-Cookie"));
        }
    }
    BOOST_TEST(names.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_cookie_of_nobody_or_of_a_target_that_is_gone_is_replaced) {
    Three three;
    const std::string sticky = "sticky = \"lb\", sticky_secret = \"0123456789abcdef\"";
    GatewayProcess gateway{balanced(three.targets(), sticky)};
    const GatewayProcess sibling{balanced(three.targets(), sticky)};
    const GatewayProcess stranger{balanced(three.targets(), "sticky = \"lb\"")};
    std::map<std::string, std::string> cookies;
    for (int visitor = 0; visitor < 3; ++visitor) {
        const Message first = gateway.client().get("/", "Cookie: lb=AAAAAAAAAAAAAAAA\r\n");
        BOOST_REQUIRE(first.has("Set-Cookie"));
        cookies[first.body] = "Cookie: " + pair_of(first) + "\r\n";
    }
    BOOST_REQUIRE(cookies.size() == 3u);
    for (const auto& [body, cookie] : cookies) {
        const Message same = sibling.client().get("/", cookie);  // which has the same secret
        BOOST_TEST(same.body == body);
        BOOST_TEST(!same.has("Set-Cookie"));
        BOOST_TEST(stranger.client().get("/", cookie).has("Set-Cookie"));
    }

    gateway.write_routes(balanced(quoted({three.b.address(), three.a.address()}), sticky));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    for (const auto& [body, cookie] : cookies) {
        const Message answer = gateway.client().get("/", cookie);
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(answer.has("Set-Cookie") == (body == "c"));
        BOOST_TEST((body == "c" || answer.body == body));
    }
}

// Which need not be the one that was chosen: a later plugin may choose another, or its last place be taken.
BOOST_AUTO_TEST_CASE(the_cookie_is_that_of_the_target_which_has_answered) {
    Three three;
    const GatewayProcess gateway{balanced(three.targets(), "sticky = \"lb\"",
                                          "plugins = { balancer { choose = header \"X-Target\" } },")};
    std::map<std::string, std::string> cookies;
    for (const auto* target : {&three.a, &three.a, &three.b, &three.b, &three.c, &three.c}) {
        const Message answer = gateway.client().get("/", "X-Target: " + target->address() + "\r\n");
        BOOST_REQUIRE(answer.has("Set-Cookie"));
        const auto known = cookies.emplace(answer.body, pair_of(answer)).first;
        BOOST_TEST(known->second == pair_of(answer));
        // Who brings it and is answered by that one is told nothing new.
        const Message next = gateway.client().get("/", "Cookie: " + known->second + "\r\nX-Target: " + target->address() + "\r\n");
        BOOST_TEST(next.body == answer.body);
        BOOST_TEST(!next.has("Set-Cookie"));
    }
    BOOST_TEST(cookies.size() == 3u);
}

BOOST_AUTO_TEST_CASE(without_a_secret_cookies_outlive_a_reload) {
    Three three;
    const std::string routes =
        balanced(three.targets(), "policy = \"least_requests\", sticky = \"lb\", sticky_secure = true");
    GatewayProcess gateway{routes};
    const Message first = gateway.client().get("/");
    BOOST_TEST(first.header("Set-Cookie").ends_with("; Secure"));
    gateway.write_routes(routes + "\n");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));

    const Message next = gateway.client().get("/", "Cookie: " + pair_of(first) + "\r\n");
    BOOST_TEST(next.body == first.body);
    BOOST_TEST(!next.has("Set-Cookie"));
}

BOOST_AUTO_TEST_CASE(settings_that_do_not_go_together_are_refused) {
    const std::vector<std::pair<std::string, std::string>> mistakes{
        {"policy = \"consistent_hash\"", "by: expected what requests go by (client_ip, header \"X-User\") with policy "
                                         "\"consistent_hash\", got nothing"},
        {"policy = \"ewma\", by = client_ip", "by: expected only with policy \"consistent_hash\", got policy \"ewma\""},
        {"bound = 1.25", "bound: expected only with policy \"consistent_hash\", got policy \"round_robin\""},
        {"sticky_time = 1 * hour", "sticky_time: expected only with sticky, which names the cookie"},
        {"sticky = \"a b\"", "sticky: expected a cookie's name (letters, digits, \"-\" and \"_\"), got \"a b\""},
        {"sticky = \"lb\", sticky_path = \"app\"", "sticky_path: expected a path like \"/app\", got \"app\""},
        {"sticky = \"lb\", sticky_domain = \"a;b\"",
         "sticky_domain: expected a domain like \"example.com\", got \"a;b\""},
        {"sticky = \"lb\", sticky_secret = \"short\"", "sticky_secret: expected at least 16 characters, got 5"},
        {"sticky = \"lb\", sticky_same_site = \"none\"",
         "sticky_same_site: expected sticky_secure = true with \"none\": browsers drop the cookie else"},
    };
    for (const auto& [settings, message] : mistakes) BOOST_TEST(mistake_in(settings) == message);
}

BOOST_AUTO_TEST_SUITE_END()

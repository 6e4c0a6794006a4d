// tests/scenarios/ratelimit_page_test.cpp - what operators see of the limits of a key, and forgetting what it has spent.
#include "support/gateway_process.h"
#include "support/redis.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

struct Page {
    int status;
    std::string body;
};

Page page(const GatewayProcess& gateway, const std::string& method, const std::string& query) {
    RawClient client{gateway.admin()};
    client.send(method + " /plugins/ratelimit/limits" + query + " HTTP/1.1\r\nHost: " + gateway.admin() +
                "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    const auto answer = client.answer();
    return {answer.status(), answer.body};
}

// A figure of the limit of that name.
int figure(const Page& page, const std::string& name, const std::string& what) {
    const auto limit = page.body.find("{\"name\":\"" + name + '"');
    const auto at = page.body.find('"' + what + "\":", limit);
    BOOST_TEST_REQUIRE((limit != std::string::npos && at != std::string::npos), name << ' ' << what << ": " << page.body);
    return std::stoi(page.body.substr(at + what.size() + 3));
}

std::string routes(const std::string& more) {
    return R"(tier "gold" { rate = 50 / hour }
route "GET /one" { answer = "ok", plugins = { ratelimit { name = "ip", by = client_ip, rate = 5 / hour, )" + more + R"(
    limits = { { name = "window", by = { client_ip, path }, rate = 10 / hour, algorithm = "sliding_window" },
               { name = "log", rate = 20 / hour, algorithm = "sliding_log" },
               { name = "long", quota = 30 / month } } } } }
)";
}

void spends_is_seen_and_is_reset(const std::string& more, const std::string& counted) {
    const GatewayProcess gateway{routes(more)};
    auto client = gateway.client();
    const std::string one = "?key=127.0.0.1", pair = "?key=127.0.0.1&key=%2Fone";
    BOOST_TEST(figure(page(gateway, "GET", one), "ip", "spent") == 0);
    for (int i = 0; i < 6; ++i) BOOST_TEST(client.get("/one").status() == (i < 5 ? 200 : 429));

    const Page spent = page(gateway, "GET", one);
    BOOST_TEST(spent.status == 200);
    for (const char* name : {"ip", "log", "long quota"}) BOOST_TEST(figure(spent, name, "spent") == 5, spent.body);
    BOOST_TEST(figure(spent, "ip", "remaining") == 0);
    BOOST_TEST(figure(spent, "ip", "most") == 5);
    BOOST_TEST(figure(spent, "ip", "reset_seconds") > 3000);
    BOOST_TEST(spent.body.find("\"counted\":\"" + counted + '"') != std::string::npos, spent.body);
    BOOST_TEST(figure(page(gateway, "GET", pair), "window", "spent") == 5);
    BOOST_TEST(figure(page(gateway, "GET", "?key=192.0.2.7"), "ip", "spent") == 0);
    BOOST_TEST(client.get("/one").status() == 429);  // who only looks changes nothing

    BOOST_TEST(figure(page(gateway, "DELETE", one + "&name=ip"), "ip", "spent") == 0);
    BOOST_TEST(figure(page(gateway, "GET", one), "log", "spent") == 5);  // of that name only
    for (int i = 0; i < 6; ++i) BOOST_TEST(client.get("/one").status() == (i < 5 ? 200 : 429));
    page(gateway, "DELETE", pair);
    const Page left = page(gateway, "DELETE", one);
    for (const char* name : {"ip", "log", "long quota"}) BOOST_TEST(figure(left, name, "spent") == 0, left.body);
    for (int i = 0; i < 6; ++i) BOOST_TEST(client.get("/one").status() == (i < 5 ? 200 : 429));
    BOOST_TEST(figure(page(gateway, "GET", pair), "window", "spent") == 5);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_ratelimit_page)

BOOST_AUTO_TEST_CASE(what_a_key_has_spent_is_seen_and_forgotten_on_demand) {
    spends_is_seen_and_is_reset("", "memory");
}

BOOST_AUTO_TEST_CASE(the_same_in_a_redis) {
    const Redis redis;
    spends_is_seen_and_is_reset("redis_timeout = 30 * seconds, store = \"" + redis.url() + "\",", "redis");
    const GatewayProcess gateway{routes("redis_timeout = 30 * seconds, store = \"" + redis.url() + "\",")};
    BOOST_TEST(figure(page(gateway, "GET", "?key=127.0.0.1"), "ip", "spent") == 5);  // before it has served anybody
}

BOOST_AUTO_TEST_CASE(limits_are_listed_and_wrong_questions_get_an_answer) {
    const GatewayProcess gateway{routes("") +
                                 "route \"GET /two\" { answer = \"ok\", plugins = { ratelimit { name = \"tier\" } } }\n"};
    auto client = gateway.client();
    for (int i = 0; i < 7; ++i) client.get("/one");
    const Page all = page(gateway, "GET", "");
    BOOST_TEST(all.status == 200);
    BOOST_TEST(figure(all, "ip", "admitted") == 5);
    BOOST_TEST(figure(all, "ip", "refused") == 2);
    BOOST_TEST(all.body.find("\"limit\":\"5 in 3600 s with a burst of 5\"") != std::string::npos, all.body);
    BOOST_TEST(all.body.find("\"limit\":\"what tiers say\"") != std::string::npos, all.body);
    BOOST_TEST(page(gateway, "GET", "?key=x&name=nobody").status == 404);
    BOOST_TEST(page(gateway, "GET", "?key=alice&name=tier").status == 404);
    BOOST_TEST(figure(page(gateway, "GET", "?key=alice&name=tier&rate=40/60s&burst=7"), "tier", "most") == 7);
    BOOST_TEST(figure(page(gateway, "GET", "?key=alice&by=caller&rate=40/60s"), "tier", "most") == 40);
    BOOST_TEST(page(gateway, "GET", "?key=alice&by=caller&name=ip").status == 404);
    BOOST_TEST(figure(page(gateway, "GET", "?key=127.0.0.1&by=client_ip"), "ip", "spent") == 5);
    BOOST_TEST(page(gateway, "GET", "?key=alice&rate=fast").status == 400);
    BOOST_TEST(page(gateway, "GET", "?keys=alice").status == 400);
    BOOST_TEST(page(gateway, "GET", "?key=%zz").status == 400);
    BOOST_TEST(page(gateway, "DELETE", "").status == 400);
    BOOST_TEST(page(gateway, "PUT", "?key=alice").status == 405);
}

BOOST_AUTO_TEST_SUITE_END()

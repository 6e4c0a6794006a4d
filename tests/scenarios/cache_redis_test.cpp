// tests/scenarios/cache_redis_test.cpp - gateways that share what they keep through a Redis, and do without it.
#include "cache_origin.h"
#include "support/deadline.h"
#include "support/redis.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace tollgate::test;

namespace {

constexpr std::string_view fresh = "Cache-Control: max-age=3600\r\n";

std::string shared(const Origin& origin, const std::string& url) {
    return cached(origin.address(), "store = \"" + url + "\", redis_timeout = 1 * minute");
}
std::string told(RawClient& client, std::string_view path, std::string_view lines = {}) {
    const Message answer = client.get(path, lines);
    return answer.header("X-Cache") + ' ' + answer.body;
}
std::string page(const GatewayProcess& gateway, std::string_view method, std::string_view path) {
    RawClient admin{gateway.admin()};
    admin.send(std::string{method} + ' ' + std::string{path} + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    return admin.answer().body;
}
// The Redis is known, and its log of purges read: until then nothing is shared.
void wait_until_shared(const GatewayProcess& one, RawClient& client, const std::string& what) {
    int n = 0;
    wait_until("copies are stored there", [&] {
        client.get("/warm-" + what + std::to_string(++n));
        const std::string metrics = page(one, "GET", "/metrics");
        const auto at = metrics.find("\ntollgate_cache_redis_writes_total{");
        const auto stored = metrics.find("what=\"stored\"} ", at);
        return at != metrics.npos && stored != metrics.npos && metrics[stored + 15] != '0';
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_cache_redis)

BOOST_AUTO_TEST_CASE(what_one_gateway_keeps_the_other_has_and_a_purge_is_one_on_both) {
    Redis redis;
    Origin origin{[](const Message& request, int n) {
        return message(std::string{fresh} + "Vary: X-Kind\r\nETag: \"a\"\r\n", request.header("X-Kind") + std::to_string(n));
    }};
    GatewayProcess one{shared(origin, redis.url())}, two{shared(origin, redis.url())};
    auto first = one.client(), second = two.client();
    wait_until_shared(one, first, "one");
    wait_until_shared(two, second, "two");
    const std::string body = first.get("/x", "X-Kind: a\r\n").body;
    wait_until("the other one has it too", [&] {
        return told(second, "/x", "X-Kind: a\r\nCache-Control: only-if-cached\r\n") == "HIT " + body;
    });
    const int before = origin.requests();
    BOOST_TEST(told(second, "/x", "X-Kind: a\r\n") == "HIT " + body);
    BOOST_TEST(told(second, "/x", "X-Kind: b\r\n").starts_with("MISS b"));
    BOOST_TEST(origin.requests() == before + 1);
    page(one, "POST", "/plugins/cache/purge?url=http://gate.test/x");
    wait_until("the purge is heard", [&] { return told(second, "/x", "X-Kind: a\r\n") != "HIT " + body; });
}

BOOST_AUTO_TEST_CASE(without_the_redis_it_is_a_cache_in_memory) {
    Origin origin{std::string{fresh}};
    std::string url;
    {
        Redis redis;
        url = redis.url();
    }
    GatewayProcess gateway{shared(origin, url)};
    auto client = gateway.client();
    BOOST_TEST(told(client, "/x") == "MISS 1");
    BOOST_TEST(told(client, "/x") == "HIT 1");
}

BOOST_AUTO_TEST_SUITE_END()

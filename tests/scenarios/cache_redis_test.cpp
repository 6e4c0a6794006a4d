// tests/scenarios/cache_redis_test.cpp - gateways that share what they keep through a Redis, and do without it.
#include "cache_origin.h"
#include "support/connection.h"
#include "support/deadline.h"
#include "support/redis.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tollgate::test;

namespace {

constexpr std::string_view fresh = "Cache-Control: max-age=3600\r\n";

std::string shared(const Origin& origin, const std::string& url,
                   const std::string& more = "redis_timeout = 1 * minute") {
    return cached(origin.address(), "store = \"" + url + "\", " + more);
}
std::string told(RawClient& client, std::string_view path, std::string_view lines = {}) {
    const Message answer = client.get(path, lines);
    return answer.header("X-Cache") + ' ' + answer.body;
}
std::string page(const GatewayProcess& gateway, std::string_view method, std::string_view path) {
    RawClient admin{gateway.admin()};
    admin.send(std::string{method} + ' ' + std::string{path} +
               " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    return admin.answer().body;
}
// 0: it is not told yet.
int figure(const GatewayProcess& gateway, const std::string& metric, const std::string& label) {
    const std::string metrics = page(gateway, "GET", "/metrics");
    const auto at = metrics.find("\ntollgate_cache_redis_" + metric + '{');
    const auto of = at == metrics.npos ? at : metrics.find(label, at);
    return of == metrics.npos ? 0 : std::stoi(metrics.substr(metrics.find("} ", of) + 2));
}
// The Redis is known, and its log of purges read: until then nothing is shared.
void wait_until_shared(const GatewayProcess& one, RawClient& client, const std::string& what,
                       std::string_view who = {}) {
    int n = 0;
    const int before = figure(one, "writes_total", "what=\"stored\"");
    wait_until("copies are stored there", [&] {
        client.get("/warm-" + what + std::to_string(++n), who);
        return figure(one, "writes_total", "what=\"stored\"") > before;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_cache_redis)

BOOST_AUTO_TEST_CASE(what_one_gateway_keeps_the_other_has_and_a_purge_is_one_on_both) {
    Redis redis;
    Origin origin{[](const Message& request, int n) {
        return message(std::string{fresh} + "Vary: X-Kind\r\nETag: \"a\"\r\n",
                       request.header("X-Kind") + std::to_string(n));
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

BOOST_AUTO_TEST_CASE(a_caller_finds_there_what_is_everybodys_and_what_is_his_own) {
    Redis redis;
    Origin origin{[](const Message& request, int n) {
        const std::string control = request.target() == "/own" ? "max-age=3600" : "public, max-age=3600";
        return message("Cache-Control: " + control + "\r\n", std::to_string(n));
    }};
    const std::string routes =
        "route \"* /**\" { upstream = upstream \"u\" { targets = { \"" + origin.address() +
        "\" } }, plugins = { auth { key = header \"X-API-Key\", file = \"keys\" }, cache { store = \"" + redis.url() +
        "\", redis_timeout = 1 * minute } } }\n";
    const std::vector<std::pair<std::string, std::string>> keys{{"keys", alice_and_bob}};
    GatewayProcess one{routes, {}, keys}, two{routes, {}, keys};
    auto first = one.client(), second = two.client();
    const std::string alice = "X-API-Key: alice-key\r\n", bob = "X-API-Key: bob-key\r\n";
    const std::string kept_only = "Cache-Control: only-if-cached\r\n";
    wait_until_shared(one, first, "one", alice);
    wait_until_shared(two, second, "two", alice);
    const std::string everybodys = first.get("/x", alice).body, own = first.get("/own", alice).body;
    wait_until("everybody's is found", [&] { return told(second, "/x", bob + kept_only) == "HIT " + everybodys; });
    wait_until("her own is found", [&] { return told(second, "/own", alice + kept_only) == "HIT " + own; });
    BOOST_TEST(second.get("/own", bob + kept_only).status() == 504);
}

BOOST_AUTO_TEST_CASE(a_head_that_disagrees_takes_the_copy_there_away_too) {
    Redis redis;
    std::atomic<bool> changed{false};
    Origin origin{[&](const Message& request, int n) {
        const std::string lines = std::string{fresh} + "ETag: " + (changed ? "\"b\"" : "\"a\"") + "\r\n";
        if (request.method() == "HEAD") return "HTTP/1.1 200 X\r\n" + lines + "\r\n";
        return message(lines, std::to_string(n));
    }};
    GatewayProcess one{shared(origin, redis.url())}, two{shared(origin, redis.url())};
    auto first = one.client(), second = two.client();
    wait_until_shared(one, first, "one");
    wait_until_shared(two, second, "two");
    const std::string body = first.get("/x").body;
    wait_until("it is there", [&] { return told(second, "/x", "Cache-Control: only-if-cached\r\n") == "HIT " + body; });
    changed = true;
    first.send(RawClient::head("HEAD", "/x", "Cache-Control: no-cache\r\n"));
    BOOST_TEST(first.answer(true).header("ETag") == "\"b\"");
    BOOST_TEST(told(first, "/x") == "MISS " + std::to_string(origin.requests()));
    BOOST_TEST(told(first, "/x") != "HIT " + body);
}

BOOST_AUTO_TEST_CASE(who_wants_only_what_is_kept_never_reaches_the_upstream) {
    Redis redis;
    Gate answer;
    Origin origin{[&](const Message& request, int n) {
        if (request.target() == "/x") answer.wait();
        return message(fresh, std::to_string(n));
    }};
    GatewayProcess gateway{shared(origin, redis.url(), "wait = 50 * milliseconds")};
    auto first = gateway.client(), second = gateway.client();
    wait_until_shared(gateway, first, "it");
    const int before = origin.requests();
    first.send(RawClient::head("GET", "/x"));
    wait_until("it is asked for", [&] { return origin.requests() == before + 1; });
    BOOST_TEST(second.get("/x", "Cache-Control: only-if-cached\r\n").status() == 504);  // it does not come in time
    BOOST_TEST(second.get("/y", "Cache-Control: only-if-cached, no-store\r\n").status() == 504);
    BOOST_TEST(origin.requests() == before + 1);
    answer.open();
    first.answer();
}

BOOST_AUTO_TEST_CASE(without_the_redis_it_is_a_cache_in_memory) {
    Origin origin{std::string{fresh}};
    const Connection deaf{bind_deaf()};
    GatewayProcess gateway{shared(origin, "redis://" + deaf.local_address())};
    auto client = gateway.client();
    BOOST_TEST(told(client, "/x") == "MISS 1");
    BOOST_TEST(told(client, "/x") == "HIT 1");
}

BOOST_AUTO_TEST_CASE(what_goes_by_another_name_is_not_found_there) {
    Redis redis;
    Origin origin{std::string{fresh}};
    const std::string named = "redis_timeout = 1 * minute, name = ";
    const std::string a = shared(origin, redis.url(), named + "\"a\""),
                      b = shared(origin, redis.url(), named + "\"b\"");
    GatewayProcess one{a}, same{a}, other{b};
    auto first = one.client(), second = same.client(), third = other.client();
    wait_until_shared(one, first, "one");
    wait_until_shared(same, second, "same");
    wait_until_shared(other, third, "other");
    const std::string body = first.get("/x").body;
    const std::string_view kept_only = "Cache-Control: only-if-cached\r\n";
    wait_until("it is there", [&] { return told(second, "/x", kept_only) == "HIT " + body; });
    BOOST_TEST(third.get("/x", kept_only).status() == 504);
}

BOOST_AUTO_TEST_CASE(a_redis_that_says_nothing_or_is_killed_costs_a_few_their_timeout_and_comes_back_by_itself) {
    Redis redis;
    Origin origin{std::string{fresh}};
    GatewayProcess one{shared(origin, redis.url(), "redis_timeout = 50 * milliseconds")};
    GatewayProcess two{shared(origin, redis.url())};
    auto first = one.client(), second = two.client();
    constexpr int requests = 60;
    const auto all_are_misses = [&](const std::string& what) {
        for (int i = 0; i < requests; ++i) {
            const std::string answer = told(first, '/' + what + std::to_string(i));
            BOOST_REQUIRE(answer == "MISS " + std::to_string(origin.requests()));
        }
    };
    const auto is_shared_again = [&](const std::string& what) {
        wait_until_shared(two, second, "two-" + what);
        // Another page now and then: on a busy machine it may be too late for its time to be told to the Redis.
        std::string path, body;
        wait_until("the other finds it", [&, tries = 0]() mutable {
            if (tries % 50 == 0) {
                path = "/again-" + what + std::to_string(tries);
                body = second.get(path).body;
            }
            ++tries;
            return told(first, path, "Cache-Control: only-if-cached\r\n") == "HIT " + body;
        });
    };
    is_shared_again("first");

    redis.process().signal(SIGSTOP);
    const int before = figure(one, "errors_total", "kind=\"timeout\"");
    all_are_misses("stopped");
    BOOST_TEST(figure(one, "errors_total", "kind=\"timeout\"") > before);
    BOOST_TEST(figure(one, "errors_total", "kind=\"timeout\"") < before + requests / 2);
    redis.process().signal(SIGCONT);
    is_shared_again("continued");

    redis.process().signal(SIGKILL);
    all_are_misses("killed");
    redis.start_again();
    is_shared_again("restarted");
}

BOOST_AUTO_TEST_SUITE_END()

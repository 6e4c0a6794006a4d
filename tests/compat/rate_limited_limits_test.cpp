// tests/compat/rate_limited_limits_test.cpp - rate_limited.lua: how much each key may ask, what it is told, and without a Redis.
#include "compat/rate_limited.h"
#include "support/background.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <deque>
#include <thread>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

struct Service : ScriptedUpstream {
    Service() : ScriptedUpstream{always("service")} {}
};

Message ask(const GatewayProcess& gateway, const std::string& key) { return gateway.client().get("/api/v1/test", with_key(key)); }

double decisions(const GatewayProcess& gateway, const std::string& by) {
    const std::string text = ask_admin(gateway, "GET", "/metrics").body, name = "\ntollgate_ratelimit_redis_" + by + "_total{";
    const auto at = text.find(name);
    return at == text.npos ? 0 : std::stod(text.substr(text.find("} ", at) + 2));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_rate_limited_limits)

BOOST_AUTO_TEST_CASE(g6_each_tier_has_its_own_limit_and_the_keys_of_the_readme_work) {
    const Service service;
    RateLimitedGateway gateway{rate_limited(service)};
    struct Tier {
        std::string key, tier, policy;
        int burst;
    };
    for (const Tier& tier : {Tier{"user_1", "free", R"("keys";q=5;w=60)", 5}, Tier{"basic_user", "basic", R"("keys";q=5;w=10)", 5},
                             Tier{"premium_user", "premium", R"("keys";q=10;w=10)", 10},
                             Tier{"enterprise_user", "enterprise", R"("keys";q=1000;w=10)", 1000}}) {
        const Message answer = ask(gateway, tier.key);
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(answer.header("X-Tier") == tier.tier);
        BOOST_TEST(answer.header("RateLimit-Policy") == tier.policy);
        BOOST_TEST(answer.header("X-RateLimit-Limit") == std::to_string(tier.burst));
        BOOST_TEST(answer.header("X-RateLimit-Remaining") == std::to_string(tier.burst - 1));
    }
}

BOOST_AUTO_TEST_CASE(g7_a_bucket_of_tokens_is_one_step_in_the_redis_and_expires) {
    const Redis redis;
    const KeyDatabase keys;
    const std::string key = keys.key("alice", "10/86400s");
    const Service service;
    RateLimitedGateway gateway{rate_limited_by(redis, service, {{"DATABASE_URL", keys.url()}})};
    const Message answer = ask(gateway, key);
    BOOST_TEST(answer.header("X-RateLimit-Limit") == "10");
    BOOST_TEST(answer.header("X-RateLimit-Remaining") == "9");
    const std::string bucket = redis.ask({"--scan", "--pattern", "rate_limit:keys:key-*"});
    BOOST_TEST(std::stod(redis.ask({"HGET", bucket, "tokens"})) >= 9);
    const double now = static_cast<double>(std::time(nullptr));
    BOOST_TEST(std::abs(std::stod(redis.ask({"HGET", bucket, "last_refill"})) - now) < 3600);
    BOOST_TEST(std::stoll(redis.ask({"PTTL", bucket})) > 0);  // from the first request on: nothing stays for good

    // Of all that come at once, over two gateways, just as many pass as there are tokens.
    RateLimitedGateway other{rate_limited_by(redis, service, {{"DATABASE_URL", keys.url()}})};
    std::atomic<int> admitted{1};
    std::deque<Background> clients;
    for (int i = 0; i < 10; ++i)
        clients.emplace_back([&, i] {
            auto client = (i % 2 == 0 ? gateway : other).client();
            for (int k = 0; k < 5; ++k) admitted += client.get("/api/v1/test", with_key(key)).status() == 200;
        });
    for (auto& client : clients) client.wait();
    BOOST_TEST(admitted == 10);
}

BOOST_AUTO_TEST_CASE(g8_who_has_spent_his_tokens_takes_nobody_elses) {
    const KeyDatabase keys;
    const std::string alice = keys.key("alice", "2/86400s"), bob = keys.key("bob", "2/86400s");
    const Service service;
    RateLimitedGateway gateway{rate_limited(service, {{"DATABASE_URL", keys.url()}})};
    for (const int status : {200, 200, 429}) BOOST_TEST(ask(gateway, alice).status() == status);
    BOOST_TEST(ask(gateway, bob).status() == 200);
    BOOST_TEST(ask(gateway, alice).status() == 429);
}

BOOST_AUTO_TEST_CASE(g9_every_answer_says_what_is_left_and_a_refusal_when_to_come_back) {
    const KeyDatabase keys;
    const std::string key = keys.key("alice", "30/60s burst 1");
    const Service service;
    RateLimitedGateway gateway{rate_limited(service, {{"DATABASE_URL", keys.url()}})};
    const auto begin = std::time(nullptr);
    Message refused = ask(gateway, key);
    BOOST_TEST(refused.status() == 200);
    BOOST_TEST(refused.header("X-RateLimit-Limit") == "1");
    BOOST_TEST(refused.header("X-RateLimit-Remaining") == "0");
    BOOST_TEST(std::stoll(refused.header("X-RateLimit-Reset")) >= begin);
    wait_until("it is refused", [&] {
        refused = ask(gateway, key);
        return refused.status() == 429;
    });
    BOOST_TEST(refused.header("X-RateLimit-Limit") == "1");
    BOOST_TEST(refused.header("X-RateLimit-Remaining") == "0");
    BOOST_TEST(std::stoll(refused.header("X-RateLimit-Reset")) >= begin);
    const int wait = std::stoi(refused.header("Retry-After"));
    BOOST_TEST(wait >= 1);
    BOOST_TEST(wait <= 2);
    std::this_thread::sleep_for(std::chrono::seconds{wait});  // the promise is about time
    BOOST_TEST(ask(gateway, key).status() == 200);
}

BOOST_AUTO_TEST_CASE(g10_a_refusal_says_too_many_requests) {
    const KeyDatabase keys;
    const std::string key = keys.key("alice", "1/86400s");
    const Service service;
    RateLimitedGateway gateway{rate_limited(service, {{"DATABASE_URL", keys.url()}})};
    BOOST_TEST(ask(gateway, key).status() == 200);
    const Message refused = ask(gateway, key);
    BOOST_TEST(refused.status() == 429);
    BOOST_TEST(refused.header("Content-Type") == "application/json");
    BOOST_TEST(refused.body == detail("Too Many Requests"));
}

BOOST_AUTO_TEST_CASE(g11_a_redis_that_is_killed_under_load_fails_no_request_and_limits_still_hold) {
    Redis redis;
    const KeyDatabase keys;
    const std::string few = keys.key("few", "5/86400s"), many = keys.key("many", "1000000/1s");
    const Service service;
    RateLimitedGateway gateway{rate_limited(service, {{"DATABASE_URL", keys.url()}, {"REDIS_URL", redis.url()},
                                                                     {"REDIS_TIMEOUT_MS", "100"}})};
    std::atomic<bool> over{false};
    std::deque<Background> load;
    for (int i = 0; i < 4; ++i)
        load.emplace_back([&, i] {
            auto client = gateway.client();
            while (!over)
                if (const int status = client.get("/api/" + std::to_string(i), with_key(many)).status(); status != 200)
                    throw std::runtime_error{"an answer " + std::to_string(status)};
        });
    wait_until("it counts in the Redis", [&] { return decisions(gateway, "decisions") > 100; });
    redis.process().signal(SIGKILL);
    wait_until("it counts in memory", [&] { return decisions(gateway, "fallbacks") > 100; });
    int admitted = 0;
    for (int i = 0; i < 10; ++i) admitted += ask(gateway, few).status() == 200;
    BOOST_TEST(admitted == 5);
    const double before = decisions(gateway, "decisions");
    redis.start_again();
    wait_until("it counts there again", [&] { return decisions(gateway, "decisions") > before + 100; });
    over = true;
    for (auto& one : load) one.wait();
}

BOOST_AUTO_TEST_CASE(g11_who_wants_it_closed_or_open_says_so) {
    const KeyDatabase keys;
    const std::string key = keys.key("alice", "1/86400s");
    const Service service;
    for (const auto& [said, status] : {std::pair{"closed", 503}, {"open", 200}}) {
        RateLimitedGateway gateway{rate_limited(service, {{"DATABASE_URL", keys.url()}, {"ON_ERROR", said}})};
        for (int i = 0; i < 3; ++i) BOOST_TEST(ask(gateway, key).status() == status, said);
    }
}

BOOST_AUTO_TEST_CASE(g13_a_hit_spends_a_token_too) {
    const KeyDatabase keys;
    const std::string key = keys.key("alice", "3/86400s");
    const Service service;
    RateLimitedGateway gateway{rate_limited(service, {{"DATABASE_URL", keys.url()}})};
    BOOST_TEST(ask(gateway, key).header("X-Cache") == "MISS");
    for (const std::string left : {"1", "0"}) {
        const Message hit = ask(gateway, key);
        BOOST_TEST(hit.header("X-Cache") == "HIT");
        BOOST_TEST(hit.header("X-RateLimit-Remaining") == left);
    }
    BOOST_TEST(ask(gateway, key).status() == 429);  // although there is a copy
    BOOST_TEST(service.requests() == 1);
}

// The original's own six, with neither a Redis nor anything else than the gateway.
BOOST_AUTO_TEST_CASE(g19_of_ten_tokens_nine_are_left) {
    const Service service;
    RateLimitedGateway gateway{rate_limited(service)};
    BOOST_TEST(ask(gateway, "premium_user").header("X-RateLimit-Remaining") == "9");
}

BOOST_AUTO_TEST_CASE(g19_one_token_is_one_request_and_comes_back) {
    const KeyDatabase keys;
    const std::string once = keys.key("once", "1/86400s"), fast = keys.key("fast", "600/60s burst 1");
    const Service service;
    RateLimitedGateway gateway{rate_limited(service, {{"DATABASE_URL", keys.url()}})};
    BOOST_TEST(ask(gateway, once).status() == 200);
    const Message blocked = ask(gateway, once);
    BOOST_TEST(blocked.status() == 429);
    BOOST_TEST(blocked.header("X-RateLimit-Remaining") == "0");

    wait_until("a burst of one is spent", [&] { return ask(gateway, fast).status() == 429; });
    std::this_thread::sleep_for(150ms);  // in which a token and a half comes back, as in the original
    BOOST_TEST(ask(gateway, fast).status() == 200);
}

BOOST_AUTO_TEST_CASE(g19_health_the_flow_of_a_free_key_and_a_miss_and_a_hit) {
    const Service service;
    RateLimitedGateway gateway{rate_limited(service)};
    BOOST_TEST(gateway.client().get("/health").body == R"({"status":"ok","service":"api-gateway"})");

    const Message first = ask(gateway, "premium_user"), second = ask(gateway, "premium_user");
    BOOST_TEST(first.header("X-Cache") == "MISS");
    BOOST_TEST(second.header("X-Cache") == "HIT");
    BOOST_TEST(second.body == first.body);

    Message answer = ask(gateway, "user_1");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.header("X-Tier") == "free");
    wait_until("five in a minute are spent", [&] {
        answer = ask(gateway, "user_1");
        return answer.status() == 429;
    });
    BOOST_TEST(answer.body == detail("Too Many Requests"));
}

BOOST_AUTO_TEST_SUITE_END()

// tests/compat/rexus_limits_test.cpp - rows R15 to R18: so many requests in a minute by key.
#include "compat/rexus.h"
#include "support/redis.h"
#include "support/scripted_upstream.h"

#include <chrono>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// Each key has five in a window; POST, so that no cache answers.
struct Scene {
    explicit Scene(const std::string& window, CompatGateway::Variables more = {})
        : rexus{mock.address(), with(std::move(more), window)}, key{rexus.key_of("alice")} {}
    static CompatGateway::Variables with(CompatGateway::Variables variables, const std::string& window) {
        variables.insert(variables.end(), {{"MAX_REQUESTS_PER_MINUTE", "5"}, {"WINDOW_SECONDS", window}});
        return variables;
    }
    Message post() const { return ask(rexus.gateway.address(), "POST /proxy/mock_github/x", Rexus::bearer(key), "x"); }

    ScriptedUpstream mock{ScriptedUpstream::always("fine")};
    Rexus rexus;
    std::string key;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_rexus_limits)

// In memory and in a Redis, which gateways share.
BOOST_AUTO_TEST_CASE(r15_five_pass_the_sixth_does_not_and_places_come_back) {
    const auto check = [](CompatGateway::Variables more, const Redis* redis) {
        Scene scene{"2", std::move(more)};
        if (redis) scene.rexus.wait_for(*redis);
        const auto began = std::chrono::steady_clock::now();
        int passed = 0;
        while (scene.post().status() == 200) ++passed;
        // A machine so slow that the first came back meanwhile has let more pass.
        if (std::chrono::steady_clock::now() - began < 2s) BOOST_TEST(passed == 5);
        wait_until("a place has come back", [&] { return scene.post().status() == 200; });
        BOOST_TEST((std::chrono::steady_clock::now() - began >= 2s));
    };
    BOOST_TEST_CONTEXT("memory") { check({}, nullptr); }
    const Redis redis;
    BOOST_TEST_CONTEXT("Redis") { check({{"REDIS_URL", redis.url()}, {"REDIS_TIMEOUT", "30"}}, &redis); }
}

BOOST_AUTO_TEST_CASE(r15_gateways_with_one_redis_and_database_share_a_limit) {
    const Redis redis;
    const TemporaryFolder folder;
    const CompatGateway::Variables shared{{"REDIS_URL", redis.url()},
                                          {"REDIS_TIMEOUT", "30"},
                                          {"DATABASE_URL", "sqlite:" + (folder / "keys.db").string()}};
    Scene one{"3600", shared};
    const Rexus other{one.mock.address(), Scene::with(shared, "3600")};
    one.rexus.wait_for(redis);
    const auto its = other.key_of("another");
    wait_until("the other asks it, too", [&] {
        ask(other.gateway.address(), "POST /proxy/mock_github/warm", Rexus::bearer(its), "x");
        return !redis.ask({"KEYS", "ratelimit:*" + id_of(its) + "*"}).empty();
    });
    int passed = 0;
    for (int i = 0; i < 5; ++i) {
        passed += one.post().status() == 200;
        passed +=
            ask(other.gateway.address(), "POST /proxy/mock_github/x", Rexus::bearer(one.key), "x").status() == 200;
    }
    BOOST_TEST(passed == 5);
}

BOOST_AUTO_TEST_CASE(r16_one_too_many_is_429_and_says_until_when) {
    Scene scene{"3600"};
    for (int i = 0; i < 5; ++i) BOOST_TEST(scene.post().status() == 200);
    const Message refused = scene.post();
    BOOST_TEST(refused.status() == 429);
    BOOST_TEST(refused.body == R"({"detail":"Too many requests"})");
    const int wait = std::stoi(refused.header("Retry-After"));
    BOOST_TEST((wait > 3000 && wait <= 3600));
    BOOST_TEST(refused.header("X-RateLimit-Limit") == "5");
    BOOST_TEST(refused.header("X-RateLimit-Remaining") == "0");
    BOOST_TEST(refused.has("X-RateLimit-Reset"));
}

BOOST_AUTO_TEST_CASE(r17_every_answer_says_what_is_left_hits_too) {
    Scene scene{"3600"};
    for (int i = 0; i < 3; ++i) {
        const Message answer = scene.rexus.get(scene.key, "/kept");
        BOOST_TEST(answer.header("X-Cache") == (i == 0 ? "MISS" : "HIT"));
        BOOST_TEST(answer.header("X-RateLimit-Limit") == "5");
        BOOST_TEST(answer.header("X-RateLimit-Remaining") == std::to_string(4 - i));
        const auto now =
            std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
        const auto reset = std::stoll(answer.header("X-RateLimit-Reset"));
        BOOST_TEST((reset > now && reset <= now + 3601));
    }
    BOOST_TEST(scene.mock.requests() == 1);
}

// In Rexus a refused request takes a place too, and who hammers never comes back.
BOOST_AUTO_TEST_CASE(r18_who_hammers_recovers_as_soon_as_who_waits) {
    Scene scene{"2"};
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 5; ++i) scene.post();
    const auto spent = std::chrono::steady_clock::now();
    int refused = 0;
    while (scene.post().status() == 429) {
        ++refused;
        BOOST_REQUIRE((std::chrono::steady_clock::now() - spent < 60s));
    }
    BOOST_TEST_MESSAGE(refused << " were refused meanwhile");
    BOOST_TEST((std::chrono::steady_clock::now() - began >= 2s));
    if (std::chrono::steady_clock::now() - began < 10s) BOOST_TEST(refused > 0);
}

BOOST_AUTO_TEST_SUITE_END()

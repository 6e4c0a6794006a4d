// tests/compat/rexus_scripts_test.cpp - row R44: Rexus' four scripts (test_auth, test_cache, test_load, test_logs), by
// themselves.
#include "compat/rexus.h"
#include "support/redis.h"
#include "support/scripted_upstream.h"
#include "support/upstream_process.h"

#include <chrono>

using namespace tollgate::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(compat_rexus_scripts)

BOOST_AUTO_TEST_CASE(r44_test_auth) {
    const UpstreamProcess mock{{"--mock"}};
    const Rexus rexus{mock.address()};
    const auto key = rexus.key_of("script");
    const auto with = [&](const std::string& lines) {
        return ask(rexus.gateway.address(), "GET /proxy/mock_github/users/google", lines);
    };
    BOOST_TEST(with(Rexus::bearer(key)).status() == 200);
    BOOST_TEST(with("").status() == 401);
    BOOST_TEST(with(Rexus::bearer("malformed")).status() == 401);
    BOOST_TEST(with(Rexus::bearer("akp_unknown.secret")).status() == 401);
    BOOST_TEST(with(Rexus::bearer(key + "x")).status() == 401);
}

BOOST_AUTO_TEST_CASE(r44_test_cache) {
    const Redis redis;
    ScriptedUpstream mock{ScriptedUpstream::echo()};
    const Rexus rexus{mock.address(),
                      {{"REDIS_URL", redis.url()}, {"REDIS_TIMEOUT", "30"}, {"CACHE_EXPIRY_SECONDS", "30"}}};
    const auto key = rexus.key_of("script");
    // What comes before the Redis is connected is not kept there.
    wait_until("the Redis is connected", [&] { return rexus.get(key, "/warm").header("X-Cache") == "HIT"; });
    BOOST_TEST(rexus.get(key, "/one?q=1").header("X-Cache") == "MISS");  // and it is kept
    const Message other = rexus.get(key, "/one?q=2");
    BOOST_TEST(other.header("X-Cache") == "MISS");  // other parameters
    const auto post = [&] {
        return ask(rexus.gateway.address(), "POST /proxy/mock_github/one?q=3", Rexus::bearer(key), "{}");
    };
    BOOST_TEST(post().status() == 200);
    BOOST_TEST(rexus.get(key, "/one?q=3").header("X-Cache") == "MISS");  // a POST leaves nothing
    // Nobody answers any more: what comes is what was kept. (The script poisons what Redis holds, to see that it is
    // used.)
    mock.stop_listening();
    const Message hit = rexus.get(key, "/one?q=1");
    BOOST_TEST(hit.header("X-Cache") == "HIT");
    BOOST_TEST(hit.status() == 200);

    ScriptedUpstream again{ScriptedUpstream::echo()};
    const Rexus soon{again.address(),
                     {{"REDIS_URL", redis.url()}, {"REDIS_TIMEOUT", "30"}, {"CACHE_EXPIRY_SECONDS", "1"}}};
    const auto its = soon.key_of("script");
    BOOST_TEST(soon.get(its, "/two").status() == 200);
    wait_until("it has expired", [&] { return soon.get(its, "/two").status() == 200 && again.requests() >= 2; });
}

BOOST_AUTO_TEST_CASE(r44_test_load) {
    ScriptedUpstream mock{ScriptedUpstream::always("fine")};
    const auto window = 20s;
    const Rexus rexus{mock.address(), {{"WINDOW_SECONDS", "20"}}};
    const auto key = rexus.key_of("script");
    const auto began = std::chrono::steady_clock::now();
    int passed = 0, refused = 0;
    for (int i = 0; i < 120; ++i) {
        const Message answer = rexus.get(key, "/users/google");
        BOOST_TEST((answer.status() == 200 || answer.status() == 429));
        (answer.status() == 200 ? passed : refused)++;
        for (const char* name : {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"})
            BOOST_TEST(answer.has(name), name);
    }
    if (std::chrono::steady_clock::now() - began < window) {  // else the first have come back meanwhile
        BOOST_TEST(passed == 100);
        BOOST_TEST(refused == 20);
    } else {
        BOOST_TEST(passed >= 100);
    }
    wait_until("the window is over", [&] { return rexus.get(key, "/users/google").status() == 200; });
    BOOST_TEST((std::chrono::steady_clock::now() - began >= window));
}

BOOST_AUTO_TEST_CASE(r44_test_logs) {
    const UpstreamProcess mock{{"--mock"}};
    const Rexus rexus{mock.address(), {{"MAX_REQUESTS_PER_MINUTE", "100000"}}};
    const auto key = rexus.key_of("script");
    for (int i = 0; i < 50; ++i) {
        rexus.get(key, "/users/" + std::to_string(i));
        rexus.get(key, "/nowhere/" + std::to_string(i));
        rexus.get("akp_no.body", "/users/x");
    }
    wait_until("the analytics have them all",
               [&] { return json(rexus.operate("GET /analytics/"))->getValue<int>("total_requests") >= 151; });
    const auto counts = json(rexus.operate("GET /analytics/"))->getObject("status_code_counts");
    BOOST_TEST(counts->getValue<int>("2xx") >= 51);
    BOOST_TEST(counts->getValue<int>("4xx") == 100);
}

BOOST_AUTO_TEST_SUITE_END()

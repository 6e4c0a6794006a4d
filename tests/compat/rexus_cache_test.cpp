// tests/compat/rexus_cache_test.cpp - rows R19 to R23: answers that are kept and given again.
#include "compat/rexus.h"
#include "support/redis.h"
#include "support/scripted_upstream.h"

#include <atomic>

using namespace tollgate::test;

namespace {

// Each answer has a number, so that one that was kept can be told.
ScriptedUpstream::Script numbered() {
    return [count = std::make_shared<std::atomic<int>>(0)](UpstreamConnection& connection) {
        while (connection.read_request())
            connection.answer(200, "{\"number\":" + std::to_string(++*count) + "}",
                              "Content-Type: application/json\r\nETag: \"7\"\r\nX-Own: mine\r\n");
    };
}

struct Scene {
    explicit Scene(CompatGateway::Variables variables = {})
        : rexus{mock.address(), std::move(variables)}, key{rexus.key_of("alice")} {}
    std::string cache_of(const std::string& path, const std::string& lines = {}) const {
        return rexus.get(key, path, lines).header("X-Cache");
    }

    ScriptedUpstream mock{numbered()};
    Rexus rexus;
    std::string key;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_rexus_cache)

BOOST_AUTO_TEST_CASE(r19_a_get_is_asked_for_once_whatever_the_order_of_its_query) {
    Scene scene;
    BOOST_TEST(scene.cache_of("/users?a=1&b=2") == "MISS");
    BOOST_TEST(scene.cache_of("/users?a=1&b=2") == "HIT");
    BOOST_TEST(scene.cache_of("/users?b=2&a=1") == "HIT");
    BOOST_TEST(scene.mock.requests() == 1);
}

BOOST_AUTO_TEST_CASE(r19_gateways_with_one_redis_share_what_is_kept) {
    const Redis redis;
    const TemporaryFolder folder;
    const CompatGateway::Variables shared{{"REDIS_URL", redis.url()},
                                          {"REDIS_TIMEOUT", "30"},
                                          {"DATABASE_URL", "sqlite:" + (folder / "keys.db").string()}};
    Scene one{shared};
    wait_until("the Redis is connected", [&] { return one.cache_of("/warm") == "HIT"; });
    BOOST_TEST(one.cache_of("/users") == "MISS");
    const Rexus other{one.mock.address(), shared};
    wait_until("the other has it from the Redis",
               [&] { return other.get(one.key, "/users").header("X-Cache") == "HIT"; });
    wait_until("the Redis has it", [&] { return !redis.ask({"KEYS", "cache:*"}).empty(); });
}

BOOST_AUTO_TEST_CASE(r20_other_parameters_are_other_answers) {
    Scene scene;
    BOOST_TEST(scene.cache_of("/users?page=1") == "MISS");
    BOOST_TEST(scene.cache_of("/users?page=2") == "MISS");
    BOOST_TEST(scene.cache_of("/users?page=1") == "HIT");
}

BOOST_AUTO_TEST_CASE(r20_a_post_leaves_nothing) {
    Scene scene;
    for (int i = 0; i < 2; ++i)
        BOOST_TEST(ask(scene.rexus.gateway.address(), "POST /proxy/mock_github/users", Rexus::bearer(scene.key), "{}")
                       .header("X-Cache") != "HIT");
    BOOST_TEST(scene.cache_of("/users") == "MISS");
    BOOST_TEST(scene.mock.requests() == 3);
}

BOOST_AUTO_TEST_CASE(r20_an_answer_expires) {
    Scene scene{{{"CACHE_EXPIRY_SECONDS", "1"}}};
    const Message first = scene.rexus.get(scene.key, "/users");
    BOOST_TEST(first.header("X-Cache") == "MISS");
    wait_until("another one is fetched", [&] { return scene.rexus.get(scene.key, "/users").body != first.body; });
}

BOOST_AUTO_TEST_CASE(r21_a_hit_has_the_upstreams_lines) {
    Scene scene;
    const Message miss = scene.rexus.get(scene.key, "/users"), hit = scene.rexus.get(scene.key, "/users");
    BOOST_TEST(hit.header("X-Cache") == "HIT");
    BOOST_TEST(hit.status() == 200);
    BOOST_TEST(hit.body == miss.body);
    for (const char* name : {"Content-Type", "ETag", "X-Own"}) BOOST_TEST(hit.header(name) == miss.header(name));
    BOOST_TEST(hit.header("X-RateLimit-Remaining") == "98");
    BOOST_TEST(hit.has("Age"));
}

BOOST_AUTO_TEST_CASE(r22_any_body_is_kept_byte_by_byte) {
    std::string bytes;
    for (int i = 0; i < 4096; ++i) bytes += char(i * 7);
    ScriptedUpstream mock{[&](UpstreamConnection& connection) {
        while (const auto request = connection.read_request())
            connection.answer(
                200, bytes,
                request->target() == "/gzip" ? "Content-Encoding: gzip\r\n" : "Content-Type: image/png\r\n");
    }};
    const Rexus rexus{mock.address()};
    const auto key = rexus.key_of("alice");
    for (const char* path : {"/gzip", "/binary"})
        for (const char* cache : {"MISS", "HIT"}) {
            const Message answer = rexus.get(key, path, "Accept-Encoding: gzip\r\n");
            BOOST_TEST(answer.header("X-Cache") == cache);
            BOOST_TEST((answer.body == bytes), path);
            BOOST_TEST(answer.header("Content-Encoding") == (std::string{path} == "/gzip" ? "gzip" : ""));
        }
}

BOOST_AUTO_TEST_CASE(r23_users_share_what_says_nothing_else) {
    ScriptedUpstream mock{[count = std::make_shared<std::atomic<int>>(0)](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            const std::string target = request->target();
            const std::string lines = target == "/private"  ? "Cache-Control: private\r\n"
                                      : target == "/unkept" ? "Cache-Control: no-store\r\n"
                                      : target == "/varied" ? "Vary: X-Language\r\n"
                                                            : "";
            connection.answer(200, std::to_string(++*count), lines);
        }
    }};
    const Rexus rexus{mock.address()};
    const auto alice = rexus.key_of("alice"), bob = rexus.key_of("bob");
    rexus.get(alice, "/shared");
    BOOST_TEST(rexus.get(bob, "/shared").header("X-Cache") == "HIT");
    for (const char* path : {"/private", "/unkept"}) {
        rexus.get(alice, path);
        BOOST_TEST(rexus.get(bob, path).header("X-Cache") != "HIT", path);
    }
    rexus.get(alice, "/varied", "X-Language: de\r\n");
    BOOST_TEST(rexus.get(bob, "/varied", "X-Language: en\r\n").header("X-Cache") != "HIT");
    BOOST_TEST(rexus.get(bob, "/varied", "X-Language: de\r\n").header("X-Cache") == "HIT");

    const Rexus apart{mock.address(), {{"CACHE_BY", "caller"}}};
    const auto carol = apart.key_of("carol"), dave = apart.key_of("dave");
    apart.get(carol, "/shared");
    BOOST_TEST(apart.get(dave, "/shared").header("X-Cache") == "MISS");
    BOOST_TEST(apart.get(carol, "/shared").header("X-Cache") == "HIT");
}

BOOST_AUTO_TEST_SUITE_END()

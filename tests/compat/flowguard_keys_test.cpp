// tests/compat/flowguard_keys_test.cpp - FlowGuard's keys and their limits: rows F1, F2, F4 to F6, F14 and F19.
#include "compat/flowguard.h"
#include "support/postgres.h"
#include "support/redis.h"

#include "store/database.h"

using namespace tollgate::test;
using namespace Poco::Data::Keywords;
using Variables = tollgate::test::CompatGateway::Variables;

namespace {

// With a file and with a server.
template <class Test>
void on_each_database(const Test& test) {
    const TemporaryFolder folder;
    BOOST_TEST_CONTEXT("SQLite") { test("sqlite:" + (folder / "keys.db").string()); }
    BOOST_TEST_CONTEXT("PostgreSQL") {
        Postgres server;
        test(server.url());
    }
}

std::string told_of(const FlowGuard& flowguard, const std::string& lines) {
    return told(flowguard.get("/proxy", lines));
}

const std::string limited = R"(429 {"detail":"Rate limit exceeded"})";

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_flowguard_keys)

BOOST_AUTO_TEST_CASE(f1_the_root_is_a_greeting) {
    const FlowGuard flowguard{{}};
    const Message answer = flowguard.get("/");
    BOOST_TEST(told(answer) == R"(200 "Welcome to my project")");
    BOOST_TEST(answer.header("Content-Type") == "application/json");
    BOOST_TEST(told(flowguard.get("/nothing")) == R"(404 {"detail":"Not Found"})");
}

BOOST_AUTO_TEST_CASE(f2_an_owner_registers_once_and_the_key_works_at_once) {
    on_each_database([](const std::string& url) {
        const FlowGuardWithServers scene{{{"DATABASE_URL", url}}};
        const FlowGuard& flowguard = scene.flowguard;
        const Message made = flowguard.gateway.client().post("/register", R"({"owner":"x"})");
        BOOST_TEST_REQUIRE(made.status() == 200, told(made));
        const auto key = object_in(made.body)->getValue<std::string>("api_key");
        BOOST_TEST(made.body == R"({"api_key":")" + key + R"(","owner":"x"})");
        BOOST_TEST(made.header("Cache-Control") == "no-store");
        BOOST_TEST(flowguard.get("/proxy", FlowGuard::with(key)).status() == 200);
        BOOST_TEST(told(flowguard.gateway.client().post("/register", R"({"owner":"x"})")) ==
                   R"(400 {"detail":"API key already exists..."})");
        BOOST_TEST(
            told(flowguard.gateway.client().post("/register", R"({})")) ==
            R"(422 {"detail":[{"loc":["body","owner"],"msg":"missing; expected a text","type":"value_error"}]})");
    });
}

BOOST_AUTO_TEST_CASE(f4_who_brings_no_key_or_an_unknown_one_is_told_401) {
    const FlowGuard flowguard{{}};
    const std::string mismatch = R"(401 {"detail":"Keys don't match"})";
    BOOST_TEST(told_of(flowguard, FlowGuard::with("0123456789abcdef0123456789abcdef")) == mismatch);
    const std::string key = flowguard.register_owner("x");
    BOOST_TEST(told_of(flowguard, FlowGuard::with(key + "0")) == mismatch);
    BOOST_TEST(told_of(flowguard, {}) == R"(401 {"detail":"Header required: X-API-Key"})");
}

BOOST_AUTO_TEST_CASE(f5_the_sixth_request_of_a_key_is_refused_and_counted) {
    const Redis redis;
    const FlowGuardWithServers scene{{{"REDIS_URL", redis.url()}, {"REDIS_TIMEOUT", "30"}}};
    const std::string key = scene.flowguard.register_owner("x"), other = scene.flowguard.register_owner("y");
    for (int i = 0; i < 5; ++i) BOOST_TEST(scene.flowguard.get("/proxy", FlowGuard::with(key)).status() == 200);
    const Message refused = scene.flowguard.get("/proxy", FlowGuard::with(key));
    BOOST_TEST(told(refused) == limited);
    BOOST_TEST(refused.has("Retry-After"));
    BOOST_TEST(refused.header("X-RateLimit-Limit") == "5");
    BOOST_TEST(scene.flowguard.get("/proxy", FlowGuard::with(other)).status() == 200);
    wait_until("the refusal is counted", [&] {
        const auto figures = object_in(scene.flowguard.get("/metrics/" + key).body);
        return figures->getValue<int>("recent_rate_limited_request_count") == 1;
    });
    const std::string kept = redis.ask({"KEYS", "ratelimit:flowguard*"});
    BOOST_TEST(kept.find("key-") != kept.npos, kept);
    BOOST_TEST(kept.find(key) == kept.npos);  // its id, and nothing that lets in
}

BOOST_AUTO_TEST_CASE(f5_a_place_comes_back_after_the_window) {
    const FlowGuardWithServers scene{{{"RATE_LIMIT", "1"}, {"RATE_WINDOW", "1"}}};
    const std::string key = scene.flowguard.register_owner("x");
    RawClient client = scene.flowguard.gateway.client();
    wait_until("one is refused", [&] { return client.get("/proxy", FlowGuard::with(key)).status() == 429; });
    wait_until("and another passes", [&] { return client.get("/proxy", FlowGuard::with(key)).status() == 200; });
}

BOOST_AUTO_TEST_CASE(f6_limit_and_algorithm_are_settings_and_a_key_may_have_its_own) {
    const FlowGuardWithServers scene{
        {{"RATE_LIMIT", "2"}, {"RATE_WINDOW", "3600"}, {"RATE_ALGORITHM", "token_bucket"}}};
    const FlowGuard& flowguard = scene.flowguard;
    const std::string key = flowguard.register_owner("x");
    for (int i = 0; i < 2; ++i) BOOST_TEST(flowguard.get("/proxy", FlowGuard::with(key)).status() == 200);
    BOOST_TEST(told_of(flowguard, FlowGuard::with(key)) == limited);
    const auto id = array_in(flowguard.as_operator_get("/all_keys").body)->getObject(0)->getValue<std::string>("id");
    const Message changed = ask_operator(flowguard.gateway.admin(), "PATCH", "/keys/" + id, R"({"rate":"100/60s"})");
    BOOST_TEST(changed.status() == 200, told(changed));
    wait_until("the key has its own limit",
               [&] { return flowguard.get("/proxy", FlowGuard::with(key)).header("X-RateLimit-Limit") == "100"; });
}

BOOST_AUTO_TEST_CASE(f14_operators_see_all_keys_and_no_secret) {
    const FlowGuard flowguard{{}};
    const std::string key = flowguard.register_owner("x");
    flowguard.register_owner("y");
    BOOST_TEST(flowguard.get("/all_keys").status() == 401);
    const Message answer = flowguard.as_operator_get("/all_keys");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.body.find(key.substr(20)) == answer.body.npos);
    const auto keys = array_in(answer.body);
    BOOST_TEST_REQUIRE(keys->size() == 2u);
    std::map<std::string, std::string> owners;
    for (unsigned i = 0; i < 2; ++i) {
        const auto one = keys->getObject(i);
        const auto id = one->getValue<std::string>("id");
        BOOST_TEST(one->getValue<std::string>("key") == "tg_" + id + "_...");
        BOOST_TEST(one->getValue<std::string>("created_at").ends_with("Z"));
        owners[one->getValue<std::string>("owner")] = id;
    }
    BOOST_TEST(key.starts_with("tg_" + owners["x"] + "_"));
    BOOST_TEST(owners.contains("y"));
}

BOOST_AUTO_TEST_CASE(f19_keys_and_requests_are_rows_of_tables_that_are_made_at_the_start) {
    on_each_database([](const std::string& url) {
        const FlowGuardWithServers scene{{{"DATABASE_URL", url}}};
        const std::string key = scene.flowguard.register_owner("x");
        scene.flowguard.get("/proxy", FlowGuard::with(key));
        std::string problem;
        tollgate::store::Database database{*tollgate::store::DatabaseUrl::parse(url, "/", problem)};
        std::string id, hash, owner;
        database.with([&](Poco::Data::Session& session) {
            session << "SELECT id, secret_sha256, owner FROM api_keys", into(id), into(hash), into(owner), now;
        });
        BOOST_TEST(owner == "x");
        BOOST_TEST(key.starts_with("tg_" + id + "_"));
        BOOST_TEST(hash.size() == 64u);
        BOOST_TEST(hash.find(key.substr(key.size() - 20)) == hash.npos);
        wait_until("the request is a row", [&] {
            int rows = 0;
            database.with([&](Poco::Data::Session& session) {
                session
                    << "SELECT COUNT(*) FROM request_log WHERE user_id = 'x' AND status_code = 200 AND latency_ms > 0 "
                       "AND target IS NOT NULL AND timestamp_utc IS NOT NULL",
                    into(rows), now;
            });
            return rows == 1;
        });
    });
}

BOOST_AUTO_TEST_SUITE_END()

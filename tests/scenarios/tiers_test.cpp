// tests/scenarios/tiers_test.cpp - four tiers of callers by keys that came from elsewhere, and what each may ask for.
#include "scenarios/key_requests.h"

#include "support/deadline.h"

#include <chrono>
#include <string>

using namespace tollgate::test;

namespace {

struct Plan {
    std::string tier, key;
    int per_minute, burst;
};
const Plan plans[] = {{"free", "user_1", 5, 1},
                      {"basic", "basic_user", 20, 5},
                      {"premium", "premium_user", 60, 10},
                      {"enterprise", "enterprise_user", 100, 30}};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_tiers)

BOOST_AUTO_TEST_CASE(each_tier_has_its_limit_and_each_key_a_bucket_of_its_own) {
    const TemporaryFolder folder;
    std::string routes = "database \"sqlite:" + (folder / "keys.db").string() + "\"\n", lines;
    for (const Plan& plan : plans) {
        routes += "tier \"" + plan.tier + "\" { rate = " + std::to_string(plan.per_minute) + " / minute, burst = " +
                  std::to_string(plan.burst) + " }\n";
        lines += plan.key + " " + plan.tier + "-owner " + plan.tier + "\n";
    }
    const GatewayProcess gateway{routes + R"(
route "GET /orders" { answer = "orders\n", plugins = { auth { scheme = "bearer" } } }
route "GET /limited" { answer = "limited\n", plugins = { auth { key = header "X-API-Key" }, ratelimit {} } }
)"};
    gateway.write_file("lines", lines);
    const auto imported = keys(gateway, {"import", (gateway.folder() / "lines").string()});
    BOOST_REQUIRE_MESSAGE(imported.code == 0, imported.err);
    for (const Plan& plan : plans) wait_for(gateway, plan.key, 200);

    for (const Plan& plan : plans) {
        BOOST_TEST_CONTEXT(plan.tier) {
            const auto started = std::chrono::steady_clock::now();
            auto client = gateway.client();
            const auto get = [&] { return client.get("/limited", "X-API-Key: " + plan.key + "\r\n"); };
            auto answer = get();
            BOOST_TEST(answer.header("X-RateLimit-Limit") == std::to_string(plan.burst));
            BOOST_TEST(answer.header("X-RateLimit-Remaining") == std::to_string(plan.burst - 1));
            int admitted = 0;
            for (const Deadline deadline{patience}; answer.status() == 200 && !deadline.passed(); answer = get()) ++admitted;
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
            BOOST_TEST(answer.status() == 429);
            BOOST_TEST(admitted >= plan.burst);
            BOOST_TEST(admitted <= plan.burst + took.count() * plan.per_minute / 60);
            const int retry_after = std::stoi(std::string{answer.header("Retry-After")});
            BOOST_TEST(retry_after >= 1);
            BOOST_TEST(retry_after <= (60 + plan.per_minute - 1) / plan.per_minute);
        }
    }
    BOOST_TEST(gateway.client().get("/limited", "X-API-Key: nobody\r\n").status() == 401);
}

BOOST_AUTO_TEST_SUITE_END()

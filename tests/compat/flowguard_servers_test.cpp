// tests/compat/flowguard_servers_test.cpp - FlowGuard's proxy and its three servers: rows F3, F7 to F11 and F16 to F18.
#include "compat/flowguard.h"
#include "scenarios/scrape.h"
#include "support/load.h"

#include <csignal>

using namespace tollgate::test;
using Variables = tollgate::test::CompatGateway::Variables;

namespace {

const Variables unhurried{{"RATE_LIMIT", "100000"}};
Variables with_quick_checks(Variables variables = unhurried) {
    variables.emplace_back("HEALTH_EVERY", "0.05");
    return variables;
}

Poco::JSON::Object::Ptr stats_of(const FlowGuard& flowguard, unsigned server) {
    return array_in(flowguard.as_operator_get("/server_stats").body)->getObject(server);
}
void wait_for_health(const FlowGuard& flowguard, unsigned server, const std::string& health) {
    wait_until("server " + std::to_string(server) + " is " + health,
               [&] { return stats_of(flowguard, server)->getValue<std::string>("Health") == health; });
}

using By = std::map<std::string, int>;

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_flowguard_servers)

BOOST_AUTO_TEST_CASE(f3_an_answer_comes_in_an_envelope_with_its_own_status) {
    const FlowGuardWithServers scene{unhurried};
    const FlowGuard& flowguard = scene.flowguard;
    const std::string key = FlowGuard::with(flowguard.register_owner("x"));
    const Message answer = flowguard.get("/proxy", key);
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.header("Content-Type") == "application/json");
    const std::string server = answer.header("X-Upstream");
    const auto envelope = object_in(answer.body);
    BOOST_TEST(envelope->getNames().size() == 4u);
    BOOST_TEST(envelope->getValue<int>("status_code") == 200);
    BOOST_TEST(envelope->getValue<std::string>("content") == "{\"message\":\"Hello from " + server + "\"}");
    BOOST_TEST(envelope->getValue<double>("latency") > 0);
    BOOST_TEST(std::stod(answer.header("X-Upstream-Latency")) > 0);
    BOOST_TEST(envelope->getObject("headers")->getValue<std::string>("content-type") == "application/json");

    const Message failed = flowguard.get("/proxy", key + "X-Upstream-Status: 418\r\n");
    BOOST_TEST(failed.status() == 418);
    BOOST_TEST(object_in(failed.body)->getValue<int>("status_code") == 418);
}

BOOST_AUTO_TEST_CASE(f3_behind_the_word_proxy_method_path_query_and_body_pass_as_they_are) {
    const FlowGuardWithServers scene{unhurried};
    const std::string key = FlowGuard::with(scene.flowguard.register_owner("x"));
    const Message answer = scene.flowguard.gateway.client().post("/proxy/echo?a=1&b=%20", "hello", key);
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.header("X-Upstream").starts_with("server_"));
    const auto seen = object_in(answer.body);
    BOOST_TEST(seen->getValue<std::string>("method") == "POST");
    BOOST_TEST(seen->getValue<std::string>("target") == "/echo?a=1&b=%20");
    BOOST_TEST(seen->getValue<std::string>("body") == "hello");
    BOOST_TEST(answer.body.find("tg_") == answer.body.npos);  // the key stays here
    BOOST_TEST(scene.flowguard.get("/proxy/nothing", key).status() == 404);
}

BOOST_AUTO_TEST_CASE(f7_three_hundred_requests_are_a_hundred_for_each_server) {
    const FlowGuardWithServers scene{unhurried};
    const std::string key = scene.flowguard.register_owner("x");
    BOOST_TEST((scene.flowguard.answered(300, key) == By{{"server_1", 100}, {"server_2", 100}, {"server_3", 100}}));
}

BOOST_AUTO_TEST_CASE(f8_a_server_that_fails_its_checks_gets_nothing_until_it_passes) {
    const FlowGuardWithServers scene{with_quick_checks()};
    const FlowGuard& flowguard = scene.flowguard;
    const std::string key = flowguard.register_owner("x");
    scene.set_health(1, 503);
    wait_for_health(flowguard, 1, "Unhealthy");
    BOOST_TEST(stats_of(flowguard, 1)->getValue<int>("Failure count") >= 2);
    auto others = flowguard.answered(10, key);
    BOOST_TEST(others["server_1"] + others["server_3"] == 10);
    scene.set_health(1, 200);
    wait_for_health(flowguard, 1, "Healthy");
    BOOST_TEST((flowguard.answered(9, key) == By{{"server_1", 3}, {"server_2", 3}, {"server_3", 3}}));
}

BOOST_AUTO_TEST_CASE(f9_a_server_that_is_killed_under_load_costs_no_request_and_comes_back) {
    const UpstreamProcess first{{"--id", "server_1"}}, third{{"--id", "server_3"}};
    // Of an address of its own: its port is nobody else's afterwards.
    UpstreamProcess second{{"--id", "server_2"}, {"127.0.77.41:0"}};
    const std::string address = second.address();
    FlowGuard flowguard{{first.address(), address, third.address()}, with_quick_checks()};
    const std::string key = flowguard.register_owner("x");
    Load load{
        flowguard.gateway, {"-R", "200", "-c", "16", "--timeout", "30s", "-H", "X-API-Key: " + key}, "/proxy/orders"};
    const auto answered = [&] { return stats_of(flowguard, 1)->getValue<int>("Requests"); };
    wait_until("it answers", [&] { return answered() > 50; });
    second.process().signal(SIGKILL);
    second.process().wait();
    wait_for_health(flowguard, 1, "Unhealthy");
    const UpstreamProcess again{{"--id", "server_2"}, {address}};
    wait_for_health(flowguard, 1, "Healthy");
    const int before = answered();
    wait_until("it answers again", [&] { return answered() > before + 20; });
    const auto report = load.end();
    BOOST_TEST(report->getValue<int>("unexpected") == 0);
}

BOOST_AUTO_TEST_CASE(f10_without_a_healthy_server_it_is_503_at_once) {
    const FlowGuardWithServers scene{with_quick_checks()};
    const std::string key = scene.flowguard.register_owner("x");
    for (unsigned server = 0; server < 3; ++server) scene.set_health(server, 500);
    for (unsigned server = 0; server < 3; ++server) wait_for_health(scene.flowguard, server, "Unhealthy");
    const std::string nobody = R"(503 {"detail":"No healthy backends available"})";
    BOOST_TEST(told(scene.flowguard.get("/proxy", FlowGuard::with(key))) == nobody);
    BOOST_TEST(told(scene.flowguard.as_operator_get("/server")) == nobody);
}

BOOST_AUTO_TEST_CASE(f11_a_server_that_is_late_is_said_to_be) {
    const FlowGuardWithServers scene{{{"UPSTREAM_TIMEOUT", "0.2"}}};
    const std::string key = FlowGuard::with(scene.flowguard.register_owner("x"));
    BOOST_TEST(told(scene.flowguard.get("/proxy", key + "X-Upstream-Fault: hang\r\n")) ==
               R"(504 {"detail":"the upstream did not answer in time"})");
}

BOOST_AUTO_TEST_CASE(f11_a_server_that_makes_no_sense_is_a_502_with_words) {
    const FlowGuardWithServers scene{{{"UPSTREAM_TIMEOUT", "60"}}};
    const std::string key = FlowGuard::with(scene.flowguard.register_owner("x"));
    const Message garbage = scene.flowguard.get("/proxy", key + "X-Upstream-Fault: garbage\r\n");
    BOOST_TEST(garbage.status() == 502);
    BOOST_TEST(!object_in(garbage.body)->getValue<std::string>("detail").empty());
}

BOOST_AUTO_TEST_CASE(f16_operators_ask_who_is_next_and_the_turn_goes_on) {
    const FlowGuardWithServers scene;
    BOOST_TEST(scene.flowguard.get("/server").status() == 401);
    By turns;
    for (int i = 0; i < 6; ++i) {
        const auto next = object_in(scene.flowguard.as_operator_get("/server").body);
        const auto name = next->getValue<std::string>("Server returned");
        BOOST_TEST(next->getValue<std::string>("URL") ==
                   "http://" + scene.servers.address(std::size_t(name.back() - '1')));
        ++turns[name];
    }
    BOOST_TEST((turns == By{{"server_1", 2}, {"server_2", 2}, {"server_3", 2}}));
}

BOOST_AUTO_TEST_CASE(f17_operators_see_the_state_of_each_server) {
    const FlowGuardWithServers scene{with_quick_checks()};
    const std::string key = scene.flowguard.register_owner("x");
    scene.flowguard.answered(3, key);
    BOOST_TEST(scene.flowguard.get("/server_stats").status() == 401);
    wait_until("the requests are counted",
               [&] { return stats_of(scene.flowguard, 2)->getValue<int>("Requests") == 1; });
    const auto all = array_in(scene.flowguard.as_operator_get("/server_stats").body);
    BOOST_TEST_REQUIRE(all->size() == 3u);
    for (unsigned i = 0; i < 3; ++i) {
        const auto one = all->getObject(i);
        BOOST_TEST(one->getValue<unsigned>("id") == i + 1);
        BOOST_TEST(one->getValue<std::string>("URL") == "http://" + scene.servers.address(i));
        BOOST_TEST(one->getValue<std::string>("Server ID") == "server_" + std::to_string(i + 1));
        BOOST_TEST(one->getValue<double>("Response time") > 0);
        BOOST_TEST(one->getValue<int>("Failure count") >= 0);
        BOOST_TEST(one->has("Health"));
    }
}

// As one server, `loadtester upstream :8001 --id server_1 --mock --fail-health 0.1`.
BOOST_AUTO_TEST_CASE(f18_a_server_greets_and_fails_every_tenth_check) {
    UpstreamProcess server{{"--mock", "--id", "server_1", "--fail-health", "0.1"}};
    RawClient client = server.client();
    BOOST_TEST(told(client.get("/")) == R"(200 {"message":"Hello from server_1"})");
    int failed = 0;
    for (int i = 0; i < 1000; ++i) failed += client.get("/health").status() == 503;
    BOOST_TEST((failed > 60 && failed < 140), failed << " of 1000 checks failed");
}

BOOST_AUTO_TEST_SUITE_END()

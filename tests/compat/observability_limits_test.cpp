// tests/compat/observability_limits_test.cpp - observability.lua: so many for each address, over gateways and over regions.
#include "compat/observability.h"
#include "support/background.h"
#include "support/relay.h"
#include "support/scripted_upstream.h"
#include "support/web_socket.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <map>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

int admitted(const GatewayProcess& gateway, int asked, std::string_view lines = {}) {
    int admitted = 0;
    for (int i = 0; i < asked; ++i) admitted += ping(gateway, lines).status() == 200;
    return admitted;
}

// What a gateway knows to have been admitted, by all regions.
double known(const GatewayProcess& gateway) {
    double sum = 0;
    const auto limits = json(ask_admin(gateway, "GET", "/plugins/ratelimit/regions"))->getArray("limits");
    for (unsigned i = 0; i < limits->size(); ++i) {
        const auto windows = limits->getObject(i)->getArray("windows");
        for (unsigned w = 0; w < windows->size(); ++w)
            for (const auto& [node, count] : *windows->getObject(w)->getObject("counted")) sum += count.convert<double>();
    }
    return sum;
}

CompatGateway::Variables region(const std::string& name, const std::string& one, const std::string& other) {
    return {{"REGION", name}, {"REGIONS", "redis://" + one + ", redis://" + other}, {"LIMIT", "10"}, {"WINDOW", "86400"}};
}

const CompatGateway::Variables behind_a_proxy{{"TRUSTED_PROXIES", "127.0.0.1"}, {"WINDOW", "86400"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_observability_limits)

BOOST_AUTO_TEST_CASE(o5_five_in_a_minute_of_an_address_and_the_sixth_is_refused) {
    const Redis redis;
    ObservabilityGateway gateway{{}, &redis};
    Message answer = ping(gateway);
    BOOST_TEST(answer.header("RateLimit-Policy") == R"("client_ip";q=5;w=60)");
    BOOST_TEST(answer.header("X-RateLimit-Remaining") == "4");

    ObservabilityGateway longer{{{"WINDOW", "86400"}}, &redis};
    redis.ask({"FLUSHALL"});
    for (int i = 0; i < 5; ++i) BOOST_TEST(ping(longer).status() == 200);
    answer = ping(longer);
    BOOST_TEST(answer.status() == 429);
    BOOST_TEST(answer.body == "Rate Limit Exceeded");
    BOOST_TEST(answer.header("Content-Type").starts_with("text/plain"));
    BOOST_TEST(std::stoi(answer.header("Retry-After")) > 0);
}

BOOST_AUTO_TEST_CASE(o5_whose_address_it_is_only_trusted_proxies_say) {
    ObservabilityGateway open{{{"WINDOW", "86400"}}};
    BOOST_TEST(admitted(open, 5, from("192.0.2.1")) == 5);
    BOOST_TEST(ping(open, from("192.0.2.2")).status() == 429);  // what it says of itself counts for nothing

    ObservabilityGateway proxied{behind_a_proxy};
    BOOST_TEST(admitted(proxied, 6, from("192.0.2.1")) == 5);
    BOOST_TEST(ping(proxied, from("192.0.2.2")).status() == 200);
}

BOOST_AUTO_TEST_CASE(o6_a_bucket_as_well_as_a_window_is_one_step_and_no_key_stays_for_good) {
    for (const std::string algorithm : {"fixed_window", "token_bucket"}) {
        const Redis redis;
        ObservabilityGateway one{{{"ALGORITHM", algorithm}, {"WINDOW", "86400"}}, &redis},
            other{{{"ALGORITHM", algorithm}, {"WINDOW", "86400"}}, &redis};
        BOOST_TEST(ping(one).status() == 200);
        const std::string key = redis.ask({"--scan", "--pattern", "rate_limit:*127.0.0.1"});
        BOOST_TEST(std::stoll(redis.ask({"PTTL", key})) > 0, algorithm);  // it has its end from the first request on
        std::atomic<int> passed{1};
        std::deque<Background> clients;
        for (int i = 0; i < 8; ++i)
            clients.emplace_back([&, i] { passed += admitted(i % 2 == 0 ? one : other, 5); });
        for (auto& client : clients) client.wait();
        BOOST_TEST(passed == 5, algorithm);
    }
}

BOOST_AUTO_TEST_CASE(o7_two_gateways_with_one_redis_let_five_pass_together) {
    const Redis redis;
    ObservabilityGateway one{{{"WINDOW", "86400"}}, &redis}, other{{{"WINDOW", "86400"}}, &redis};
    int passed = 0;
    for (int i = 0; i < 5; ++i) passed += admitted(one, 1) + admitted(other, 1);
    BOOST_TEST(passed == 5);
}

BOOST_AUTO_TEST_CASE(o9_the_redis_is_where_redis_host_says) {
    const Redis redis;
    ObservabilityGateway gateway{{{"WINDOW", "86400"}}, &redis};
    BOOST_TEST(ping(gateway).status() == 200);
    BOOST_TEST(redis.ask({"--scan", "--pattern", "rate_limit:*"}) == "rate_limit:client_ip/fixed:127.0.0.1");
    gateway.process().wait_for_line("redis://127.0.0.1:" + redis.port() + ": connected");
}

BOOST_AUTO_TEST_CASE(o12_regions_decide_by_themselves_and_give_nobody_his_allowance_twice) {
    const Redis in_eu, in_us;
    ObservabilityGateway eu{region("eu-1", "127.0.0.1:" + in_eu.port(), "127.0.0.1:" + in_us.port())},
        us{region("us-1", "127.0.0.1:" + in_eu.port(), "127.0.0.1:" + in_us.port())};
    BOOST_TEST(admitted(eu, 4) == 4);
    BOOST_TEST(admitted(us, 1) == 1);
    wait_until("both know of all", [&] { return known(eu) == 5 && known(us) == 5; });
    BOOST_TEST(admitted(us, 100) == 5);
    wait_until("both know of all", [&] { return known(eu) == 10 && known(us) == 10; });
    BOOST_TEST(ping(eu).status() == 429);
}

BOOST_AUTO_TEST_CASE(o12_regions_that_are_cut_off_go_on_and_agree_when_it_is_over) {
    const Redis in_eu, in_us;
    Relay to_eu{"127.0.0.1:" + in_eu.port()}, to_us{"127.0.0.1:" + in_us.port()};
    ObservabilityGateway eu{region("eu-1", "127.0.0.1:" + in_eu.port(), to_us.address())},
        us{region("us-1", to_eu.address(), "127.0.0.1:" + in_us.port())};
    BOOST_TEST(admitted(eu, 2) + admitted(us, 2) == 4);
    wait_until("both know of all", [&] { return known(eu) == 4 && known(us) == 4; });
    to_eu.cut();
    to_us.cut();
    // Each what the limit leaves of all that it knows: no request waits for what is away, and no more than twice the rest.
    BOOST_TEST(admitted(eu, 10) == 6);
    BOOST_TEST(admitted(us, 10) == 6);
    to_eu.mend();
    to_us.mend();
    wait_until("they agree", [&] { return known(eu) == 16 && known(us) == 16; });
    BOOST_TEST(admitted(eu, 1) + admitted(us, 1) == 0);
}

BOOST_AUTO_TEST_CASE(o14_the_dashboard_is_told_of_each_second) {
    ObservabilityGateway gateway;
    WebSocket live{gateway.admin(), "/ws/live"};
    BOOST_TEST_REQUIRE(live.open());
    live.text_with("\"type\":\"hello\"");
    ping(gateway);
    const std::string second = live.text_with("\"requests\":1,");
    BOOST_TEST(second.find("\"type\":\"second\"") != std::string::npos, second);
    BOOST_TEST(gateway.client().get("/ping").status() == 200);
    BOOST_TEST(ask_admin(gateway, "GET", "/dashboard/").status() == 200);
}

BOOST_AUTO_TEST_CASE(o15_who_is_refused_most_is_named_first) {
    CompatGateway::Variables variables = behind_a_proxy;
    ObservabilityGateway gateway{std::move(variables)};
    BOOST_TEST(admitted(gateway, 8, from("192.0.2.1")) == 5);
    BOOST_TEST(admitted(gateway, 7, from("192.0.2.2")) == 5);
    BOOST_TEST(admitted(gateway, 5, from("192.0.2.3")) == 5);
    Poco::JSON::Array::Ptr blocked;
    wait_until("all is counted", [&] {
        const auto told = json(ask_admin(gateway, "GET", "/analytics"));
        blocked = told->getArray("top_blocked");
        return told->getValue<int>("total_requests") == 20;
    });
    BOOST_TEST_REQUIRE(blocked->size() == 2u);
    const auto is = [&](unsigned place, const std::string& address, int count) {
        BOOST_TEST(blocked->getObject(place)->getValue<std::string>("client_ip") == address);
        BOOST_TEST(blocked->getObject(place)->getValue<int>("count") == count);
    };
    is(0, "192.0.2.1", 3);
    is(1, "192.0.2.2", 2);
}

BOOST_AUTO_TEST_SUITE_END()

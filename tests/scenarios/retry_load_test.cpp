// tests/scenarios/retry_load_test.cpp - targets that are dead, or die, under constant load: no request is lost.
#include "support/gateway_process.h"
#include "support/load.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

using namespace tollgate::test;

namespace {

std::string routes(const std::string& one, const std::string& other, const std::string& of_upstream = "") {
    return "local u = upstream \"u\" { targets = { \"" + one + "\", \"" + other + "\" }, balance = balancer {}" +
           of_upstream + " }\nroute \"* /**\" { upstream = u }\n";
}

double figure(const GatewayProcess& gateway, const std::string& series) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string text = client.answer().body;
    const auto at = text.find('\n' + series + ' ');
    return at == text.npos ? 0 : std::stod(text.substr(at + series.size() + 2));
}

double attempts(const GatewayProcess& gateway, const std::string& target, const char* outcome) {
    return figure(gateway, std::string{"tollgate_upstream_attempts_total{outcome=\""} + outcome + "\",target=\"" + target +
                               "\",upstream=\"u\"}");
}

const std::vector<std::string> constantly{"-R", "400", "-c", "32", "--timeout", "30s"};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_retry_load)

// Half of the requests meet it, which is more than any budget would allow, and it never goes out.
BOOST_AUTO_TEST_CASE(without_a_word_one_dead_target_of_two_costs_no_request) {
    const Connection dead{bind_deaf()};
    UpstreamProcess good{{"--threads", "1"}};
    GatewayProcess gateway{routes(dead.local_address(), good.address())};
    Load load{gateway, constantly};
    wait_until("a thousand met it", [&] { return attempts(gateway, dead.local_address(), "not_connected") > 1000; });
    const auto report = load.end();
    BOOST_TEST(report->getValue<int>("unexpected") == 0);
    BOOST_TEST(attempts(gateway, good.address(), "answered") >= 1000);
    BOOST_TEST(figure(gateway, "tollgate_upstream_retries_refused_total{upstream=\"u\"}") == 0);
}

BOOST_AUTO_TEST_CASE(a_target_that_is_killed_costs_no_request) {
    UpstreamProcess stays{{"--delay", "1ms", "--threads", "1"}};
    // Of an address of its own: its port is nobody else's afterwards.
    UpstreamProcess killed{{"--delay", "1ms", "--threads", "1"}, {"127.0.77.8:0"}};
    GatewayProcess gateway{routes(stays.address(), killed.address(), ", retry = { attempts = 2, budget_floor = 1000 }")};
    Load load{gateway, constantly};
    wait_until("it answers", [&] { return attempts(gateway, killed.address(), "answered") > 200; });
    killed.process().signal(SIGKILL);
    wait_until("it is missed", [&] { return attempts(gateway, killed.address(), "not_connected") > 200; });
    const auto report = load.end();
    BOOST_TEST(report->getValue<int>("unexpected") == 0);
    BOOST_TEST(figure(gateway, "tollgate_upstream_retries_total{reason=\"connect\",upstream=\"u\"}") ==
               attempts(gateway, killed.address(), "not_connected"));
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/ratelimit_order_test.cpp - what limits promise in time: turns in a line, and when a window ends.
#include "support/deadline.h"
#include "support/gateway_process.h"
#include "support/log.h"
#include "support/temporary_folder.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <deque>
#include <fstream>
#include <string>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

double admitted(const GatewayProcess& gateway) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: " + gateway.admin() + "\r\nConnection: close\r\n\r\n");
    const std::string text = client.answer().body, series = "\ntollgate_ratelimit_admitted_total{limit=\"client_ip #1\"} ";
    const auto at = text.find(series);
    BOOST_TEST_REQUIRE(at != text.npos, text);
    return std::stod(text.substr(at + series.size()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_ratelimit_order)

// As the upstream sees it: late they may come, early never.
BOOST_AUTO_TEST_CASE(who_waits_goes_on_in_his_turn_and_not_before_his_token_is_there) {
    const TemporaryFolder folder;
    UpstreamProcess upstream{{"-t", "1", "--record", (folder / "asked").string()}};
    GatewayProcess gateway{routes_to(upstream.address(), "",
                                     "plugins = { ratelimit { by = client_ip, rate = 10 / second, burst = 1, mode = "
                                     "\"delay\", longest_delay = 1 * minute } }"),
                           {"--loops", "1"}};
    const auto begin = std::chrono::system_clock::now();
    std::deque<RawClient> clients;
    for (int i = 0; i < 15; ++i) {
        clients.emplace_back(gateway.address());
        clients.back().send(RawClient::head("GET", "/" + std::to_string(i)));
        wait_until("it is in the line", [&] { return admitted(gateway) > i; });
    }
    for (RawClient& client : clients) BOOST_TEST(client.answer().status() == 200);
    upstream.stop();

    std::ifstream record{folder / "asked"};
    for (int i = 0; i < 15; ++i) {
        std::string when, instance, method, target, rest;
        BOOST_TEST_REQUIRE(bool(std::getline(record >> when >> instance >> method >> target, rest)));
        BOOST_TEST(target == "/" + std::to_string(i));
        BOOST_TEST(when >= tollgate::log::timestamp(begin + i * 100ms));
    }
}

BOOST_AUTO_TEST_CASE(a_window_of_the_clock_is_told_to_end_when_it_does) {
    GatewayProcess gateway{"route \"GET /\" { answer = \"ok\\n\", plugins = { ratelimit { by = client_ip, rate = 3 / "
                           "minute, algorithm = \"fixed_window\" } } }\n"};
    auto client = gateway.client();
    for (int i = 0; i < 5; ++i) BOOST_TEST(std::stoll(client.get("/").header("X-RateLimit-Reset")) % 60 == 0);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/upgrade_operators_test.cpp - what operators ask for while one process takes another's place.
#include "scenarios/upgraded_gateway.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <string>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

Message ask_operator(const std::string& admin, const std::string& request) {
    RawClient client{admin};
    client.send(request + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return client.answer();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_upgrade_operators)

BOOST_AUTO_TEST_CASE(whoever_balances_over_gateways_hears_of_no_drain) {
    Lineage gateway{ok_route};
    std::atomic<bool> over{false};
    auto asking = std::async(std::launch::async, [&] {
        std::string worst;
        const Deadline deadline;
        for (int at = 0; !over && !deadline.passed(); ++at) {
            const Message answer = ask_operator(gateway.first->admin(), at % 2 ? "GET /health" : "GET /ready");
            if (answer.status() != 200) worst = answer.start_line + '\n' + answer.body;
        }
        return worst;
    });
    for (int time = 0; time < 3; ++time) gateway.upgrade();
    over = true;
    BOOST_TEST(asking.get() == "");
}

BOOST_AUTO_TEST_SUITE_END()

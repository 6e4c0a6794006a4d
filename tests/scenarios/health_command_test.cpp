// tests/scenarios/health_command_test.cpp - `tollgate health`: an exit code for whoever watches over a gateway.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>
#include <vector>

using namespace tollgate::test;

namespace {

const std::string answering = "route \"GET /\" { answer = \"ok\\n\" }\n";

Finished health(const std::string& admin, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {tollgate_program(), "health", "--admin", admin});
    return run(words);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_health_command)

BOOST_AUTO_TEST_CASE(a_gateway_that_serves_is_0_and_wants_no_token_for_it) {
    const GatewayProcess gateway{"admin { listen = \"127.0.0.1:0\", token = \"0123456789abcdef\" }\n" + answering, {}};
    const Finished serving = health(gateway.admin());
    BOOST_TEST(serving.code == 0, serving.err);
    BOOST_TEST(serving.out == "serving\n");
    const Finished ready = health(gateway.admin(), {"--ready"});
    BOOST_TEST(ready.code == 0, ready.err);
    BOOST_TEST(ready.out == "ready\n");
}

BOOST_AUTO_TEST_CASE(where_nobody_answers_it_is_1) {
    const Finished finished = health("127.0.0.1:1");
    BOOST_TEST(finished.code == 1);
    BOOST_TEST(finished.out == "");
    BOOST_TEST(finished.err.starts_with("tollgate: no answer from the gateway's admin listener at 127.0.0.1:1: "),
               finished.err);
}

BOOST_AUTO_TEST_CASE(a_gateway_whose_keys_cannot_be_read_serves_and_is_not_ready) {
    const GatewayProcess gateway{"database \"postgresql://nobody@127.0.0.1:1/nothing\"\n"
                                 "local members = auth { key = header \"X-API-Key\" }\n"
                                 "route \"GET /\" { answer = \"ok\\n\", plugins = members }\n"};
    BOOST_TEST(health(gateway.admin()).code == 0);
    const Finished ready = health(gateway.admin(), {"--ready"});
    BOOST_TEST(ready.code == 1);
    BOOST_TEST(ready.out == "");
    BOOST_TEST(ready.err.starts_with("tollgate: the gateway is not ready: "), ready.err);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_drains_is_1) {
    Gate asked, answer;
    const ScriptedUpstream slow{[&](UpstreamConnection& connection) {
        connection.read_request();
        asked.open();
        answer.wait();
        connection.answer(200, "late");
    }};
    GatewayProcess gateway{routes_to(slow.address())};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/"));
    asked.wait();
    gateway.process().signal(SIGTERM);
    Finished finished;
    wait_until("it says that it drains", [&] { return (finished = health(gateway.admin())).code != 0; });
    BOOST_TEST(finished.code == 1);
    BOOST_TEST(finished.err == "tollgate: the gateway does not serve: draining\n");
    answer.open();
    BOOST_TEST(client.answer().body == "late");
    BOOST_TEST(gateway.process().wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

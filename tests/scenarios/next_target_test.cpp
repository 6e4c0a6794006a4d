// tests/scenarios/next_target_test.cpp - GET /upstreams/NAME/next: which target would be chosen now.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

using namespace tollgate::test;

namespace {

Message ask(const GatewayProcess& gateway, const std::string& path, const std::string& method = "GET") {
    RawClient client{gateway.admin()};
    client.send(method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    return client.answer();
}

// The address, as "target" and within "url" say it.
std::string next(const GatewayProcess& gateway, const std::string& upstream = "orders") {
    const Message answer = ask(gateway, "/upstreams/" + upstream + "/next");
    BOOST_TEST_REQUIRE(answer.status() == 200, answer.body);
    const std::string start = "{\"upstream\":\"" + upstream + "\",\"target\":\"";
    BOOST_TEST_REQUIRE(answer.body.starts_with(start), answer.body);
    const std::string address = answer.body.substr(start.size(), answer.body.find('"', start.size()) - start.size());
    BOOST_TEST(answer.body == start + address + "\",\"url\":\"http://" + address + "\"}\n");
    return address;
}

std::string routes(const std::string& targets, const std::string& more = {}) {
    return "always { logging { format = \"json\" } }\n"
           "local orders = upstream \"orders\" { balance = balancer { policy = \"round_robin\" }, targets = { " +
           targets + " } }\n" + more + "route \"* /**\" { upstream = orders }\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_next_target)

BOOST_AUTO_TEST_CASE(it_is_the_balancer_s_choice_which_goes_on_by_it_and_nobody_is_asked) {
    ScriptedUpstream a{ScriptedUpstream::always("a")}, b{ScriptedUpstream::always("b")}, c{ScriptedUpstream::always("c")};
    const GatewayProcess gateway{routes('"' + a.address() + "\", \"" + b.address() + "\", \"" + c.address() + '"')};
    for (int round = 0; round < 2; ++round) {
        const std::set<std::string> seen{next(gateway), next(gateway), next(gateway)};
        BOOST_TEST((seen == std::set<std::string>{a.address(), b.address(), c.address()}));
    }
    for (const auto* each : {&a, &b, &c}) BOOST_TEST(each->connections() == 0);
    BOOST_TEST(next(gateway) == a.address());
    BOOST_TEST(gateway.client().get("/").body == "b");  // a request takes its turn behind it
    BOOST_TEST(next(gateway) == c.address());
    BOOST_TEST(gateway.log_lines(1).size() == 1);  // of the one request
    const std::string figures = ask(gateway, "/metrics").body;
    BOOST_TEST(figures.find("tollgate_requests_total{method=\"GET\",route=\"* /**\",status=\"200\"} 1\n") != figures.npos, figures);
    BOOST_TEST(figures.find("\ntollgate_requests_in_flight 0\n") != figures.npos);
}

BOOST_AUTO_TEST_CASE(targets_that_are_out_are_not_chosen_and_without_any_it_is_503) {
    ScriptedUpstream a{ScriptedUpstream::always("a")}, b{ScriptedUpstream::always("b")};
    const GatewayProcess gateway{routes('"' + a.address() + "\", \"" + b.address() + '"')};
    BOOST_TEST(ask(gateway, "/upstreams/orders/drain?target=" + a.address(), "POST").status() == 200);
    for (int i = 0; i < 4; ++i) BOOST_TEST(next(gateway) == b.address());
    BOOST_TEST(ask(gateway, "/upstreams/orders/drain?target=" + b.address(), "POST").status() == 200);
    const Message none = ask(gateway, "/upstreams/orders/next");
    BOOST_TEST(none.status() == 503);
    BOOST_TEST(none.body == "{\"ok\":false,\"error\":\"orders: no target is available\"}\n");
}

BOOST_AUTO_TEST_CASE(it_is_asked_of_upstreams_of_splits_and_of_those_without_a_balancer) {
    const GatewayProcess gateway{
        routes("\"127.0.0.1:1\"",
               "local old = upstream \"old\" { targets = \"127.0.0.1:2\" }\n"
               "local new = upstream \"new\" { targets = { \"127.0.0.1:3\", \"127.0.0.1:4\" } }\n"
               "upstream \"spare\" { targets = \"127.0.0.1:5\" }\n"
               "route \"GET /split\" { upstream = split { { old, weight = 1 }, { new, weight = 0 } } }\n")};
    BOOST_TEST(next(gateway, "old") == "127.0.0.1:2");
    for (int i = 0; i < 2; ++i) BOOST_TEST(next(gateway, "new") == "127.0.0.1:3");
    const Message unused = ask(gateway, "/upstreams/spare/next");
    BOOST_TEST(unused.status() == 503);
    BOOST_TEST(unused.body == "{\"ok\":false,\"error\":\"spare: no route goes there\"}\n");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_told) {
    const GatewayProcess gateway{routes("\"127.0.0.1:1\"")};
    const Message unknown = ask(gateway, "/upstreams/order/next");
    BOOST_TEST(unknown.status() == 404);
    BOOST_TEST(unknown.body == "{\"ok\":false,\"error\":\"there is no upstream \\\"order\\\"; did you mean \\\"orders\\\"?\"}\n");
    BOOST_TEST(ask(gateway, "/upstreams/orders/nxt").status() == 404);
    BOOST_TEST(ask(gateway, "/upstreams/orders/next", "POST").status() == 405);
    const Message get = ask(gateway, "/upstreams/orders/drain?target=127.0.0.1:1");
    BOOST_TEST(get.status() == 405);
    BOOST_TEST(ask(gateway, "/upstreams/orders/next", "DELETE").body ==
               "{\"ok\":false,\"error\":\"/upstreams/orders/next: wanted GET, got DELETE\"}\n");
}

BOOST_AUTO_TEST_SUITE_END()

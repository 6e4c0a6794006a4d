// tests/scenarios/survival_test.cpp - constant load, and upstreams that die, hang and fail their checks: nobody notices.
#include "support/gateway_process.h"
#include "support/load.h"
#include "support/upstream_process.h"

#include <tollgate/plugin.h>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace tollgate::test;
using Poco::JSON::Object;

namespace {

// Of addresses of their own: the port of one that was killed is nobody else's before it is back.
std::string own_address(int number) { return "127.0.77." + std::to_string(number) + ":0"; }

// An upstream that can be killed and brought back at its address.
class Mortal {
public:
    explicit Mortal(int number) { start(own_address(number)); }
    const std::string& address() const { return address_; }
    void kill() {
        process_->process().signal(SIGKILL);
        process_->process().wait();
    }
    void come_back() { start(address_); }
    void hang() { process_->process().signal(SIGSTOP); }
    void go_on() { process_->process().signal(SIGCONT); }
    void set_health(int status) const {
        auto client = process_->client();
        client.send(RawClient::head("PUT", "/health", "X-Upstream-Status: " + std::to_string(status) + "\r\n"));
        BOOST_REQUIRE(client.answer().status() == 204);
    }

private:
    void start(const std::string& address) {
        process_.emplace(std::vector<std::string>{"--steered", "--threads", "1"}, std::vector<std::string>{address});
        address_ = process_->address();
    }
    std::optional<UpstreamProcess> process_;
    std::string address_;
};

// By which memory may have grown. A sanitizer's allocator holds freed memory back; what is lost it finds by itself.
constexpr std::size_t allowance = (std::string_view{TOLLGATE_SANITIZER} == "none" ? std::size_t{16} : std::size_t{96}) << 20;

// The retry budget that the tests count on: so many retries in 10 seconds at the least, whatever the load.
constexpr int budget_floor = 1000;

std::string routes(const std::vector<const Mortal*>& targets, const std::string& settings = {}) {
    std::string all;
    for (const auto* target : targets) all += '"' + target->address() + "\", ";
    return "local u = upstream \"u\" { targets = { " + all + "},\n"
           "    balance = balancer { policy = \"least_requests\" },\n"
           "    connect_timeout = 1 * second, timeout = 1 * second, keep_alive_time = 1 * second,\n"
           "    health = { path = \"/health\", every = 100 * milliseconds, timeout = 1 * second, rise = 2, fall = 2 },\n"
           "    retry = { attempts = 3, on = { \"connect\", \"reset\", \"timeout\" }, backoff = 1 * millisecond,\n"
           "              budget_floor = " + std::to_string(budget_floor) + " },\n" + settings +
           "}\nroute \"* /**\" { upstream = u }\n";
}

Object::Ptr json_of(const std::string& text) { return Poco::JSON::Parser{}.parse(text).extract<Object::Ptr>(); }

Object::Ptr target_of(const GatewayProcess& gateway, const std::string& address) {
    RawClient client{gateway.admin()};
    client.send("GET /upstreams HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto upstreams = json_of(client.answer().body)->getArray("upstreams");
    const auto targets = upstreams->getObject(0)->getArray("targets");
    for (unsigned i = 0; i < targets->size(); ++i)
        if (targets->getObject(i)->getValue<std::string>("address") == address) return targets->getObject(i);
    throw std::runtime_error{"there is no target " + address};
}
bool is_in(const GatewayProcess& gateway, const Mortal& target) {
    return target_of(gateway, target.address())->getValue<bool>("available");
}
void wait_until_out(const GatewayProcess& gateway, const Mortal& target) {
    wait_until(target.address() + " is out", [&] { return !is_in(gateway, target); });
}
void wait_until_in(const GatewayProcess& gateway, const Mortal& target) {
    wait_until(target.address() + " is in", [&] { return is_in(gateway, target); });
}
// Until it is known to be well: the first check of all decides by itself, and later ones take two in a row.
void wait_until_checked(const GatewayProcess& gateway, const Mortal& target) {
    wait_until(target.address() + " was checked", [&] {
        return target_of(gateway, target.address())->getObject("checks")->getValue<int>("passed") > 1;
    });
}

std::string metric(const GatewayProcess& gateway, const std::string& line) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string body = client.answer().body;
    const auto at = body.find('\n' + line + ' ');
    if (at == body.npos) return "";
    const auto begin = at + line.size() + 2;
    return body.substr(begin, body.find('\n', begin) - begin);
}
double answered(const GatewayProcess& gateway, const Mortal& target) {
    const auto count = metric(gateway, "tollgate_upstream_attempts_total{outcome=\"answered\",target=\"" + target.address() +
                                           "\",upstream=\"u\"}");
    return count.empty() ? 0 : std::stod(count);
}
void wait_until_used(const GatewayProcess& gateway, const Mortal& target) {
    const double before = answered(gateway, target);
    wait_until(target.address() + " answers requests", [&] { return answered(gateway, target) > before + 10; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_survival)

BOOST_AUTO_TEST_CASE(killing_hanging_and_failing_checks_in_turn_loses_no_repeatable_request) {
    Mortal a{1}, b{2}, c{3};
    const GatewayProcess gateway{routes({&a, &b, &c})};
    for (const auto* target : {&a, &b, &c}) wait_until_checked(gateway, *target);
    Load load{gateway, {"-R", "200", "-c", "32", "--timeout", "30s", "-m", "PUT", "-b", "a body that is sent again"}};
    for (const auto* target : {&a, &b, &c}) wait_until_used(gateway, *target);

    a.kill();
    wait_until_out(gateway, a);
    a.come_back();
    wait_until_in(gateway, a);
    wait_until_used(gateway, a);

    b.hang();
    wait_until_out(gateway, b);
    wait_until_used(gateway, c);
    b.go_on();
    wait_until_in(gateway, b);
    wait_until_used(gateway, b);

    c.set_health(503);
    wait_until_out(gateway, c);
    wait_until_used(gateway, a);
    c.set_health(200);
    wait_until_in(gateway, c);
    wait_until_used(gateway, c);

    const auto report = load.end();
    const auto unexpected = report->getValue<int>("unexpected");
    BOOST_TEST(unexpected == 0);
    BOOST_TEST(metric(gateway, "tollgate_upstream_retries_refused_total{upstream=\"u\"}") == "");  // the budget lasted
    BOOST_TEST(metric(gateway, "tollgate_upstream_retries_total{reason=\"timeout\",upstream=\"u\"}") != "");
}

BOOST_AUTO_TEST_CASE(with_all_of_them_down_clients_hear_so_at_once_and_the_first_one_back_is_noticed) {
    Mortal a{4}, b{5};
    GatewayProcess gateway{routes({&a, &b})};
    for (const auto* target : {&a, &b}) wait_until_checked(gateway, *target);
    BOOST_TEST(gateway.client().get("/").status() == 200);
    const auto settled = [&] {
        return metric(gateway, "tollgate_upstream_connections_idle{upstream=\"u\"}") == "0" && metric(gateway, "tollgate_requests_in_flight") == "0";
    };
    wait_until("what is idle is closed", settled);
    const std::size_t descriptors = gateway.process().open_descriptors();

    a.kill();
    b.kill();
    wait_until_out(gateway, a);
    wait_until_out(gateway, b);
    const std::size_t memory = gateway.process().resident_bytes();
    auto client = gateway.client();
    for (int i = 0; i < 2000; ++i) {
        const Message answer = client.get("/");
        BOOST_TEST_REQUIRE(answer.status() == 503);
        BOOST_TEST_REQUIRE(answer.body.find("no_target_available") != std::string::npos);
    }
    // None of them was sent anywhere: what failed are the connections of checks and nothing else.
    BOOST_TEST(metric(gateway, "tollgate_upstream_retries_total{reason=\"connect\",upstream=\"u\"}") == "");
    client.close();

    const int passed = target_of(gateway, a.address())->getObject("checks")->getValue<int>("passed");
    a.come_back();
    wait_until("somebody is asked again", [&] { return gateway.client().get("/").status() == 200; });
    // `rise` checks and not more: the next one had not ended when it was in.
    const auto since = target_of(gateway, a.address());
    BOOST_TEST(since->getValue<bool>("available"));
    BOOST_TEST(since->getObject("checks")->getValue<int>("passed") >= passed + 2);

    b.come_back();
    wait_until_in(gateway, b);
    wait_until("what is idle is closed", [&] { return settled() && gateway.process().open_descriptors() <= descriptors + 2; });
    BOOST_TEST(gateway.process().resident_bytes() <= memory + allowance);
}

BOOST_AUTO_TEST_CASE(a_reload_in_the_middle_keeps_what_is_known_of_targets) {
    Mortal a{6}, b{7};
    const std::string with = "    slow_start = 1 * hour,\n"
                             "    breaker = { failures = 2, open = 1 * hour },\n";
    GatewayProcess gateway{routes({&a, &b}, with)};
    for (const auto* target : {&a, &b}) wait_until_checked(gateway, *target);

    // b comes in again, and warms up for an hour from now on.
    b.set_health(503);
    wait_until_out(gateway, b);
    b.set_health(200);
    wait_until_in(gateway, b);
    const double warmth = target_of(gateway, b.address())->getValue<double>("warmth");
    BOOST_TEST(warmth < 0.5);

    a.set_health(503);
    wait_until_out(gateway, a);
    const int failed = target_of(gateway, a.address())->getObject("checks")->getValue<int>("failed");
    for (int reload = 0; reload < 3; ++reload) {
        gateway.write_routes("route \"GET /more" + std::to_string(reload) + "\" { answer = \"x\" }\n" + routes({&a, &b}, with));
        BOOST_TEST(gateway.reload().starts_with("reloaded"));
        BOOST_TEST(!is_in(gateway, a));
        BOOST_TEST(target_of(gateway, b.address())->getValue<double>("warmth") < 0.5);
    }
    BOOST_TEST(target_of(gateway, a.address())->getObject("checks")->getValue<int>("failed") >= failed);
    BOOST_TEST(gateway.client().get("/").status() == 200);
    a.set_health(200);
    wait_until_in(gateway, a);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/health_test.cpp - targets that fail their checks or their requests go out, and come in again.
#include "support/deadline.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <map>
#include <string>
#include <vector>

using namespace tollgate::test;

namespace {

const std::string quick_checks =
    "health = { path = \"/health\", every = 20 * milliseconds, timeout = 30 * seconds, rise = 2, fall = 2 },";

// A routes.lua whose one upstream has these targets.
std::string routes(const std::vector<std::string>& targets, const std::string& settings) {
    std::string all;
    for (const auto& target : targets) all += '"' + target + "\", ";
    return "local u = upstream \"orders\" { targets = { " + all +
           "}, balance = balancer { policy = \"round_robin\" },\n" + settings +
           " }\nroute \"* /**\" { upstream = u }\n";
}

std::string out(const std::string& target) { return "orders: " + target + " is out: "; }
std::string in(const std::string& target) { return "orders: " + target + " is in again after "; }

// The line of the log that contains this, also of the time before it said where it listens.
std::string logged(GatewayProcess& gateway, const std::string& text) {
    std::string log;
    wait_until("it logs \"" + text + '"', [&] {
        log = gateway.process().stderr_text();
        const auto at = log.find(text);
        return at != log.npos && log.find('\n', at) != log.npos;
    });
    const auto at = log.find(text), begin = log.rfind('\n', at) + 1;
    return log.substr(begin, log.find('\n', at) - begin);
}

// Two that can be told to fail their checks.
struct Two {
    UpstreamProcess process{{"--steered", "--id", "a", "--id", "b"}, {"127.0.0.1:0", "127.0.0.1:0"}};
    std::vector<std::string> addresses() const { return {process.address(0), process.address(1)}; }
    void set_health(std::size_t instance, int status) const {
        auto client = process.client(instance);
        client.send(RawClient::head("PUT", "/health", "X-Upstream-Status: " + std::to_string(status) + "\r\n"));
        if (client.answer().status() != 204) throw std::runtime_error{"it was not told"};
    }
};

// Who answered, of so many requests; what was no 200 by its status.
std::map<std::string, int> answers(const GatewayProcess& gateway, int requests) {
    std::map<std::string, int> by;
    auto client = gateway.client();
    for (int i = 0; i < requests; ++i) {
        const Message answer = client.get("/");
        ++by[answer.status() == 200 ? answer.body : std::to_string(answer.status())];
    }
    return by;
}
const std::string from_a = "hello from a\n", from_b = "hello from b\n";
using By = std::map<std::string, int>;

ScriptedUpstream::Script resetting() {
    return [](UpstreamConnection& connection) { connection.read_request(); };
}

std::string admin_page(const GatewayProcess& gateway, const std::string& path, const std::string& lines = {}) {
    RawClient client{gateway.admin()};
    client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines + "\r\n");
    return client.answer().body;
}
// Whose first check it is decides at once; the ones after that take some in a row.
void wait_for_first_checks(const GatewayProcess& gateway, const std::string& lines = {}) {
    wait_until("each target has passed a check", [&] {
        const std::string page = admin_page(gateway, "/upstreams", lines);
        return page.find("\"passed\":") != page.npos && page.find("\"passed\":0,") == page.npos;
    });
}
std::string metrics(const GatewayProcess& gateway) { return admin_page(gateway, "/metrics"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_health)

BOOST_AUTO_TEST_CASE(a_target_that_fails_its_checks_gets_no_requests_until_it_passes_them) {
    const Two two;
    GatewayProcess gateway{routes(two.addresses(), quick_checks)};
    BOOST_TEST((answers(gateway, 10) == By{{from_a, 5}, {from_b, 5}}));
    wait_for_first_checks(gateway);
    two.set_health(0, 503);
    const std::string line = gateway.process().wait_for_line(out(two.process.address(0)));
    BOOST_TEST(line.find("2 checks failed in a row, the last: status 503") != std::string::npos, line);
    BOOST_TEST((answers(gateway, 10) == By{{from_b, 10}}));
    two.set_health(0, 200);
    gateway.process().wait_for_line(in(two.process.address(0)));
    BOOST_TEST((answers(gateway, 10) == By{{from_a, 5}, {from_b, 5}}));
}

BOOST_AUTO_TEST_CASE(a_target_that_is_dead_when_the_gateway_starts_is_out_at_once) {
    const Connection deaf{bind_deaf()};
    const UpstreamProcess alive{{"--id", "b"}};
    GatewayProcess gateway{
        routes({deaf.local_address(), alive.address()}, "health = { path = \"/health\", every = 1 * hour },")};
    const std::string line = logged(gateway, out(deaf.local_address()));
    BOOST_TEST(line.find("the first check failed: no connection: Connection refused") != std::string::npos, line);
    BOOST_TEST((answers(gateway, 6) == By{{from_b, 6}}));
}

BOOST_AUTO_TEST_CASE(one_that_is_killed_goes_out_and_comes_in_when_it_is_there_again) {
    // An address of its own, so that nobody else gets its port while it is dead.
    UpstreamProcess a{{"--id", "a"}, {"127.0.77.9:0"}}, b{{"--id", "b"}};
    const std::string address = a.address();
    GatewayProcess gateway{routes({address, b.address()}, quick_checks)};
    BOOST_TEST((answers(gateway, 4) == By{{from_a, 2}, {from_b, 2}}));
    a.process().signal(SIGKILL);
    a.process().wait();
    gateway.process().wait_for_line(out(address));
    BOOST_TEST((answers(gateway, 10) == By{{from_b, 10}}));
    const UpstreamProcess again{{"--id", "a"}, {address}};
    gateway.process().wait_for_line(in(address));
    BOOST_TEST((answers(gateway, 10) == By{{from_a, 5}, {from_b, 5}}));
}

BOOST_AUTO_TEST_CASE(one_that_hangs_goes_out) {
    const ScriptedUpstream hanging{[](UpstreamConnection& connection) {
        while (connection.read_request()) continue;  // and never answers
    }};
    const UpstreamProcess b{{"--id", "b"}};
    // Where the machine is so slow that the other one fails its first check too, it comes in by its next, and stays.
    GatewayProcess gateway{routes({hanging.address(), b.address()},
                                  "health = { path = \"/health\", every = 100 * milliseconds, timeout = 500 * milliseconds, "
                                  "rise = 1, fall = 1000 },")};
    const std::string line = logged(gateway, out(hanging.address()));
    BOOST_TEST(line.find("no answer in time") != std::string::npos, line);
    auto client = gateway.client();
    wait_until("the other one is in", [&] { return client.get("/").body == from_b; });
    BOOST_TEST((answers(gateway, 6) == By{{from_b, 6}}));
}

BOOST_AUTO_TEST_CASE(with_all_out_clients_are_told_at_once_and_recovery_is_noticed) {
    const Two two;
    GatewayProcess gateway{routes(two.addresses(), quick_checks)};
    for (const std::size_t instance : {0u, 1u}) two.set_health(instance, 500);
    for (int i = 0; i < 2; ++i) gateway.process().wait_for_line(" is out: ");
    auto client = gateway.client();
    const Message answer = client.get("/");
    BOOST_TEST(answer.status() == 503);
    BOOST_TEST(answer.body.starts_with("{\"error\":\"no_target_available\""), answer.body);
    two.set_health(1, 200);
    gateway.process().wait_for_line(in(two.process.address(1)));
    BOOST_TEST((answers(gateway, 4) == By{{from_b, 4}}));
}

BOOST_AUTO_TEST_CASE(in_a_panic_all_are_asked) {
    const Two two;
    GatewayProcess gateway{routes(two.addresses(), quick_checks + "panic = 0.6,")};
    two.set_health(0, 500);
    gateway.process().wait_for_line("orders: panic: 1 of 2 targets in");
    BOOST_TEST((answers(gateway, 10) == By{{from_a, 5}, {from_b, 5}}));
    BOOST_TEST(metrics(gateway).find("tollgate_upstream_panic{upstream=\"orders\"} 1") != std::string::npos);
    two.set_health(0, 200);
    gateway.process().wait_for_line("orders: no panic any more: 2 of 2 targets in");
}

BOOST_AUTO_TEST_CASE(one_that_fails_requests_is_ejected_and_comes_in_after_a_while) {
    const ScriptedUpstream failing{ScriptedUpstream::Script{[](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(503, "no");
    }}};
    const UpstreamProcess b{{"--id", "b"}};
    GatewayProcess gateway{routes({failing.address(), b.address()}, "eject = { failures = 3, time = 1 * second },")};
    const auto has_logged = [&](const std::string& text) {
        (void)gateway.client().get("/");
        return gateway.process().stderr_text().find(text) != std::string::npos;
    };
    wait_until("it is ejected", [&] {
        return has_logged(out(failing.address()) + "ejected for 1 s: 3 attempts failed in a row, the last: status 503");
    });
    wait_until("it is in again", [&] { return has_logged(in(failing.address())); });
    wait_until("it is ejected for longer", [&] { return has_logged(out(failing.address()) + "ejected for 2 s: "); });
}

BOOST_AUTO_TEST_CASE(an_ejected_target_gets_no_requests_also_after_a_reload) {
    const ScriptedUpstream failing{resetting()};
    const UpstreamProcess b{{"--id", "b"}};
    const std::string text =
        routes({failing.address(), b.address()}, "eject = { failures = 2, time = 1 * hour, longest = 1 * hour },");
    GatewayProcess gateway{text};
    wait_until("it is ejected", [&] {
        (void)gateway.client().get("/");
        return gateway.process().stderr_text().find(out(failing.address())) != std::string::npos;
    });
    const int before = failing.requests();
    BOOST_TEST((answers(gateway, 10) == By{{from_b, 10}}));
    gateway.write_routes("limits { body = 1 * kilobyte }\n" + text);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST((answers(gateway, 10) == By{{from_b, 10}}));
    BOOST_TEST(failing.requests() == before);
}

BOOST_AUTO_TEST_CASE(a_single_target_is_never_ejected) {
    const ScriptedUpstream failing{resetting()};
    GatewayProcess gateway{routes({failing.address()}, "eject = { failures = 1 },")};
    for (int i = 0; i < 3; ++i) BOOST_TEST(gateway.client().get("/").status() == 502);
    gateway.process().wait_for_line(failing.address() + " is not ejected, since too few others are in");
    BOOST_TEST(metrics(gateway).find("tollgate_upstream_ejections_spared_total{upstream=\"orders\"} 3") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_is_out_stays_out_through_reloads_that_add_and_remove_targets) {
    const Two two;
    const UpstreamProcess c{{"--id", "c"}};
    auto three = two.addresses();
    three.push_back(c.address());
    GatewayProcess gateway{routes(two.addresses(), quick_checks)};
    two.set_health(0, 503);
    gateway.process().wait_for_line(out(two.process.address(0)));
    gateway.write_routes(routes(three, quick_checks));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST((answers(gateway, 10) == By{{from_b, 5}, {"hello from c\n", 5}}));
    gateway.write_routes(routes({two.process.address(0), c.address()}, quick_checks));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST((answers(gateway, 4) == By{{"hello from c\n", 4}}));
    BOOST_TEST(gateway.process().stderr_text().find(" is in again") == std::string::npos);
    two.set_health(0, 200);  // who checks now is another than who took it out
    gateway.process().wait_for_line(in(two.process.address(0)));
    BOOST_TEST((answers(gateway, 4) == By{{from_a, 2}, {"hello from c\n", 2}}));
}

BOOST_AUTO_TEST_CASE(without_checks_any_more_all_are_in) {
    const Two two;
    GatewayProcess gateway{routes(two.addresses(), quick_checks)};
    two.set_health(0, 503);
    gateway.process().wait_for_line(out(two.process.address(0)));
    gateway.write_routes(routes(two.addresses(), ""));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST((answers(gateway, 4) == By{{from_a, 2}, {from_b, 2}}));
    BOOST_TEST(gateway.process().stderr_text().find(in(two.process.address(0))) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refused_reload_and_many_good_ones_leave_checks_as_they_were) {
    const Two two;
    GatewayProcess gateway{routes(two.addresses(), quick_checks)};
    for (int i = 0; i < 20; ++i) BOOST_REQUIRE(gateway.reload().starts_with("reloaded"));
    gateway.write_routes("rout");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    two.set_health(1, 503);
    gateway.process().wait_for_line(out(two.process.address(1)));
    BOOST_TEST((answers(gateway, 4) == By{{from_a, 4}}));
    BOOST_TEST(gateway.stop() == 0);  // in the middle of checks
}

BOOST_AUTO_TEST_CASE(figures_say_who_is_in_and_what_checks_found) {
    const Two two;
    GatewayProcess gateway{routes(two.addresses(), quick_checks + "eject = {},")};
    const auto of = [&](std::size_t instance) {
        return "{target=\"" + two.process.address(instance) + "\",upstream=\"orders\"} ";
    };
    const auto has = [&](const std::string& text) { return metrics(gateway).find(text) != std::string::npos; };
    BOOST_TEST(has("tollgate_upstream_target_available" + of(0) + "1"));
    two.set_health(0, 503);
    gateway.process().wait_for_line(out(two.process.address(0)));
    BOOST_TEST(has("tollgate_upstream_target_available" + of(0) + "0"));
    BOOST_TEST(has("tollgate_upstream_target_available" + of(1) + "1"));
    BOOST_TEST(has("tollgate_upstream_checks_total{result=\"failed\",target=\"" + two.process.address(1) +
                   "\",upstream=\"orders\"} 0"));
    BOOST_TEST(!has("tollgate_upstream_checks_total{result=\"failed\",target=\"" + two.process.address(0) +
                    "\",upstream=\"orders\"} 0"));
    BOOST_TEST(has("tollgate_upstream_ejections_total" + of(0) + "0"));
    gateway.write_routes(routes({two.process.address(1)}, ""));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(!has("tollgate_upstream_target_available" + of(0)));  // it is gone
    BOOST_TEST(has("tollgate_upstream_target_available" + of(1) + "1"));
}

// Of those whose turn it is (half of them), it takes one in ten: slow_start has hardly begun.
BOOST_AUTO_TEST_CASE(one_that_came_in_begins_slowly_and_takes_all_where_there_is_no_other) {
    const Two two;
    GatewayProcess gateway{routes(two.addresses(), quick_checks + "slow_start = 1 * day,")};
    BOOST_TEST((answers(gateway, 20) == By{{from_a, 10}, {from_b, 10}}));  // the start of the gateway is none
    two.set_health(0, 503);
    gateway.process().wait_for_line(out(two.process.address(0)));
    two.set_health(0, 200);
    gateway.process().wait_for_line(in(two.process.address(0)));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    auto shares = answers(gateway, 400);
    BOOST_TEST(shares[from_a] > 0);
    BOOST_TEST(shares[from_a] < 80);  // expected are 20
    BOOST_TEST(shares[from_a] + shares[from_b] == 400);
    two.set_health(1, 503);
    gateway.process().wait_for_line(out(two.process.address(1)));
    BOOST_TEST((answers(gateway, 10) == By{{from_a, 10}}));
    two.set_health(1, 200);
    gateway.process().wait_for_line(in(two.process.address(1)));
    shares = answers(gateway, 100);  // both are cold, and nobody else is there
    BOOST_TEST(shares[from_a] > 20);
    BOOST_TEST(shares[from_b] > 20);
}

BOOST_AUTO_TEST_CASE(a_drained_target_ends_what_it_has_and_gets_no_more_also_after_a_reload) {
    Gate asked, answer;
    const ScriptedUpstream a{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            asked.open();
            answer.wait();
            connection.answer(200, "late");
        }
    }};
    const UpstreamProcess b{{"--id", "b"}};
    GatewayProcess gateway{routes({a.address(), b.address()}, "")};
    const auto order = [&](const std::string& word) {
        return run({tollgate_program(), word, "orders", a.address(), "--admin", gateway.admin()});
    };
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/"));
    asked.wait();
    const Finished drained = order("drain");
    BOOST_TEST(drained.code == 0, drained.err);
    BOOST_TEST(drained.out == "orders: " + a.address() + " gets no new requests; 1 request under way\n");
    BOOST_TEST((answers(gateway, 4) == By{{from_b, 4}}));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST((answers(gateway, 4) == By{{from_b, 4}}));
    answer.open();
    BOOST_TEST(client.answer().body == "late");
    const Finished again = order("undrain");
    BOOST_TEST(again.out == "orders: " + a.address() + " is drained no more; 0 requests under way\n", again.err);
    BOOST_TEST((answers(gateway, 4) == By{{"late", 2}, {from_b, 2}}));
    const std::string log = gateway.process().stderr_text();
    BOOST_TEST(log.find(out(a.address()) + "drained by an operator") != log.npos, log);
    BOOST_TEST(log.find(": drained no more") != log.npos, log);
}

BOOST_AUTO_TEST_CASE(operators_see_who_is_out_and_why) {
    const Two two;
    GatewayProcess gateway{routes(two.addresses(), quick_checks)};
    wait_for_first_checks(gateway);
    two.set_health(0, 503);
    gateway.process().wait_for_line(out(two.process.address(0)));
    const std::string page = admin_page(gateway, "/upstreams");
    BOOST_TEST(page.starts_with("{\"upstreams\":[{\"name\":\"orders\",\"where\":\"routes.lua:1\",\"panic\":false,"), page);
    BOOST_TEST(page.find("\"targets\":[{\"address\":\"" + two.process.address(0) +
                         "\",\"weight\":1,\"state\":\"down\",\"available\":false,\"reason\":"
                         "\"2 checks failed in a row, the last: status 503\",\"since\":\"20") != std::string::npos,
               page);
    BOOST_TEST(page.find("\"address\":\"" + two.process.address(1) +
                         "\",\"weight\":1,\"state\":\"in\",\"available\":true,\"since\"") != std::string::npos,
               page);
    const Finished shown = run({tollgate_program(), "upstreams", "--admin", gateway.admin()});
    BOOST_TEST(shown.code == 0, shown.err);
    BOOST_TEST(shown.out.starts_with("orders (routes.lua:1)\n  " + two.process.address(0) + "  down  for "), shown.out);
    BOOST_TEST(shown.out.find("0 requests  2 checks failed in a row, the last: status 503\n") != std::string::npos,
               shown.out);
    const Finished json = run({tollgate_program(), "upstreams", "--json", "--admin", gateway.admin()});
    BOOST_TEST(json.out.starts_with("{\"upstreams\":["), json.out);
}

BOOST_AUTO_TEST_CASE(an_order_for_what_is_not_there_names_what_is) {
    const UpstreamProcess a;
    GatewayProcess gateway{routes({a.address()}, "")};
    const auto drain = [&](const std::string& upstream, const std::string& target) {
        const Finished done = run({tollgate_program(), "drain", upstream, target, "--admin", gateway.admin()});
        BOOST_TEST(done.code == 1);
        return done.err;
    };
    BOOST_TEST(drain("order", a.address()) == "tollgate: there is no upstream \"order\"; did you mean \"orders\"?\n");
    BOOST_TEST(drain("orders", "127.0.0.1:1")
                   .starts_with("tollgate: upstream \"orders\" has no target \"127.0.0.1:1\"; it has " + a.address()));
    const auto status = [&](const std::string& path) {
        RawClient client{gateway.admin()};
        client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        return client.answer().status();
    };
    BOOST_TEST(status("/upstreams/orders/drain") == 400);
    BOOST_TEST(status("/upstreams/orders/drian?target=a") == 404);
    BOOST_TEST(status("/upstreams/drain") == 404);
}

BOOST_AUTO_TEST_CASE(an_explanation_says_why_a_target_is_out) {
    const Two two;
    GatewayProcess gateway{"admin { token = \"an-admin-token-of-some-length\" }\n" +
                           routes(two.addresses(), quick_checks)};
    wait_for_first_checks(gateway, "Authorization: Bearer an-admin-token-of-some-length\r\n");
    two.set_health(0, 503);
    gateway.process().wait_for_line(out(two.process.address(0)));
    const Message answer = gateway.client().get("/", "Tollgate-Trace: an-admin-token-of-some-length\r\n");
    std::string trace;
    for (const auto& [name, value] : answer.headers)
        if (name == "Tollgate-Trace") trace += value + '\n';
    BOOST_TEST(trace.find(two.process.address(0) + " is out: 2 checks failed in a row, the last: status 503") !=
                   std::string::npos,
               trace);
    BOOST_TEST(trace.find("1 not available") != std::string::npos, trace);
}

BOOST_AUTO_TEST_SUITE_END()

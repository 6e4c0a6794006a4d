// tests/scenarios/hedge_test.cpp - attempts beside one that is late: who wins, who loses, and who gets none.
#include "support/gateway_process.h"
#include "support/load.h"
#include "support/scripted_upstream.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// Targets in the order in which they are asked: without a balancer that is the order written.
std::string routes(const std::vector<std::string>& targets, const std::string& retry = "hedge = 20 * milliseconds",
                   const std::string& of_upstream = "") {
    std::string text = "always { logging { format = \"json\" } }\nlocal u = upstream \"u\" { targets = { ";
    for (const auto& target : targets) text += '"' + target + "\", ";
    return text + "}, timeout = 1 * hour, retry = { backoff = 0 * seconds, " + retry + " }, " + of_upstream +
           " }\nroute \"* /**\" { upstream = u, upgrade = { \"websocket\" } }\n";
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

double figure(const GatewayProcess& gateway, const std::string& series) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string text = client.answer().body;
    const auto at = text.find('\n' + series + ' ');
    return at == text.npos ? 0 : std::stod(text.substr(at + series.size() + 2));
}
double hedges(const GatewayProcess& gateway, const std::string& result) {
    return figure(gateway, "tollgate_upstream_hedges_total{result=\"" + result + "\",upstream=\"u\"}");
}
double attempts(const GatewayProcess& gateway, const ScriptedUpstream& target, const std::string& outcome) {
    return figure(gateway, "tollgate_upstream_attempts_total{outcome=\"" + outcome + "\",target=\"" + target.address() +
                               "\",upstream=\"u\"}");
}

// Reads a request and answers none; tells when its connection is closed.
ScriptedUpstream::Script hanging(Gate& closed) {
    return [&closed](UpstreamConnection& connection) {
        if (!connection.read_request()) return;
        connection.wait_for_end();
        closed.open();
    };
}
// Answers once it is told to.
ScriptedUpstream::Script late(Gate& answer, std::string body, int status = 200) {
    return [&answer, body, status](UpstreamConnection& connection) {
        while (connection.read_request()) {
            answer.wait();
            connection.answer(status, body);
        }
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_hedge)

BOOST_AUTO_TEST_CASE(who_has_no_head_in_time_is_given_up_for_who_has) {
    Gate closed;
    ScriptedUpstream slow{hanging(closed)}, fast{ScriptedUpstream::always("fast")};
    GatewayProcess gateway{routes({slow.address(), fast.address()})};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").body == "fast");
    closed.wait();
    const std::string line = gateway.log_lines(1).at(0);
    BOOST_TEST(has(line, "\"attempts\":2"), line);
    BOOST_TEST(has(line, "\"hedged\":true"), line);
    BOOST_TEST(has(line, "\"target\":\"" + fast.address()), line);
    BOOST_TEST(hedges(gateway, "won") == 1);
    BOOST_TEST(hedges(gateway, "lost") == 0);
    BOOST_TEST(attempts(gateway, slow, "abandoned") == slow.requests());
    BOOST_TEST(attempts(gateway, fast, "answered") == fast.requests());
    BOOST_TEST(slow.requests() == 1);
    BOOST_TEST(fast.requests() == 1);
    BOOST_TEST(figure(gateway, "tollgate_upstream_retries_total{reason=\"timeout\",upstream=\"u\"}") == 0);
}

BOOST_AUTO_TEST_CASE(the_first_wins_where_it_answers_first_and_the_other_is_closed) {
    Gate answer, closed;
    ScriptedUpstream first{late(answer, "first")}, other{hanging(closed)};
    GatewayProcess gateway{routes({first.address(), other.address()})};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/x"));
    wait_until("both are asked", [&] { return other.requests() == 1; });
    answer.open();
    BOOST_TEST(client.answer().body == "first");
    closed.wait();
    wait_until("the answer is counted", [&] { return attempts(gateway, first, "answered") == 1; });
    BOOST_TEST(hedges(gateway, "lost") == 1);
    BOOST_TEST(hedges(gateway, "won") == 0);
    BOOST_TEST(attempts(gateway, other, "abandoned") == 1);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_here_is_sent_to_both) {
    Gate closed;
    ScriptedUpstream slow{hanging(closed)}, fast{ScriptedUpstream::echo()};
    GatewayProcess gateway{routes({slow.address(), fast.address()})};
    auto client = gateway.client();
    const std::string body(60'000, 'b');
    client.send(RawClient::head("PUT", "/x", "Transfer-Encoding: chunked\r\n") + chunk(body.substr(0, 50'000)) +
                chunk(body.substr(50'000)) + "0\r\nX-Sum: 42\r\n\r\n");
    BOOST_TEST(client.answer().status() == 200);
    closed.wait();  // the slow one has read it until then
    BOOST_TEST((slow.last().body == body));
    BOOST_TEST((fast.last().body == body));
    BOOST_TEST(fast.last().trailer("X-Sum") == "42");
}

// They are asked for before, and answered after one of which a hedge was made.
BOOST_AUTO_TEST_CASE(what_may_not_be_repeated_is_asked_once) {
    Gate answer;
    ScriptedUpstream slow{late(answer, "slow")}, fast{ScriptedUpstream::always("fast")};
    GatewayProcess gateway{routes({slow.address(), fast.address()})};
    auto post = gateway.client(), upgrade = gateway.client(), large = gateway.client(), hedged = gateway.client();
    post.send(RawClient::head("POST", "/x", "Content-Length: 5\r\n") + "order");
    upgrade.send(RawClient::head("GET", "/x", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
    large.send(RawClient::head("PUT", "/x", "Content-Length: 100000\r\n") + std::string(100'000, 'x'));
    wait_until("all are asked", [&] { return slow.requests() == 3; });
    BOOST_TEST(hedged.get("/x").body == "fast");
    answer.open();
    for (auto* client : {&post, &upgrade, &large}) BOOST_TEST(client->answer().body == "slow");
    BOOST_TEST(fast.requests() == 1);
    BOOST_TEST(hedges(gateway, "won") == 1);
    BOOST_TEST(hedges(gateway, "lost") == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_has_an_interim_answer_gets_the_rest_from_there) {
    Gate answer;
    ScriptedUpstream slow{[&answer](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
        answer.wait();
        connection.answer(200, "slow");
    }};
    ScriptedUpstream fast{ScriptedUpstream::always("fast")};
    GatewayProcess gateway{routes({slow.address(), fast.address()}, "hedge = 3 * seconds")};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/x"));
    BOOST_TEST(client.answer().status() == 103);
    BOOST_TEST(client.silent_for(3500ms));
    answer.open();
    BOOST_TEST(client.answer().body == "slow");
    BOOST_TEST(fast.requests() == 0);
}

BOOST_AUTO_TEST_CASE(where_one_fails_the_other_is_waited_for) {
    for (const bool reset : {true, false}) {
        Gate asked, failed;
        ScriptedUpstream failing{[&](UpstreamConnection& connection) {
            connection.read_request();
            asked.wait();
            if (reset) connection.reset();
            else connection.answer(503, "failed");
            failed.open();
        }};
        ScriptedUpstream good{[&](UpstreamConnection& connection) {
            connection.read_request();
            asked.open();
            failed.wait();
            connection.silent_for(50ms);  // so that the failure is heard of first
            connection.answer(200, "good");
        }};
        GatewayProcess gateway{routes({failing.address(), good.address()}, "on = { \"reset\", 503 }, hedge = 20 * milliseconds")};
        auto client = gateway.client();
        BOOST_TEST(client.get("/x").body == "good");
        wait_until("the answer is counted", [&] { return attempts(gateway, good, "answered") == 1; });
        BOOST_TEST(hedges(gateway, "won") == 1);
        BOOST_TEST(attempts(gateway, failing, reset ? "reset" : "answered") == 1);
        BOOST_TEST(failing.requests() + good.requests() == 2);
    }
}

BOOST_AUTO_TEST_CASE(where_both_fail_there_is_one_more_attempt_or_the_last_failure) {
    Gate asked;
    const auto fails = [&](UpstreamConnection& connection) {
        connection.read_request();
        asked.wait();
        connection.answer(503, "failed");
    };
    ScriptedUpstream one{fails}, other{[&](UpstreamConnection& connection) {
        connection.read_request();
        asked.open();
        connection.answer(503, "failed");
    }};
    ScriptedUpstream third{ScriptedUpstream::always("third")};
    const std::vector<std::string> targets{one.address(), other.address(), third.address()};
    GatewayProcess gateway{routes(targets, "attempts = 3, on = 503, hedge = 20 * milliseconds")};
    BOOST_TEST(gateway.client().get("/x").body == "third");
    BOOST_TEST(has(gateway.log_lines(1).at(0), "\"attempts\":3"));
    BOOST_TEST(hedges(gateway, "lost") == 1);
    BOOST_TEST(figure(gateway, "tollgate_upstream_retries_total{reason=\"503\",upstream=\"u\"}") == 1);
}

BOOST_AUTO_TEST_CASE(the_budget_bounds_hedges) {
    Gate answer, closed;
    ScriptedUpstream slow{late(answer, "slow")}, other{hanging(closed)};
    GatewayProcess gateway{routes({slow.address(), other.address()}, "hedge = 1 * millisecond, budget = 0, budget_floor = 0")};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/x"));
    wait_until("one is refused", [&] { return hedges(gateway, "refused") == 1; });
    answer.open();
    BOOST_TEST(client.answer().body == "slow");
    BOOST_TEST(other.requests() == 0);
    BOOST_TEST(has(gateway.log_lines(1).at(0), "\"attempts\":1"));
    BOOST_TEST(!has(gateway.log_lines(1).at(0), "hedged"));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_takes_both_with_it) {
    Gate one_closed, other_closed;
    ScriptedUpstream one{hanging(one_closed)}, other{hanging(other_closed)};
    GatewayProcess gateway{routes({one.address(), other.address()})};
    {
        auto client = gateway.client();
        client.send(RawClient::head("GET", "/x"));
        wait_until("both are asked", [&] { return other.requests() == 1; });
        client.reset();
    }
    one_closed.wait();
    other_closed.wait();
    const std::string line = gateway.log_lines(1).at(0);
    BOOST_TEST(has(line, "\"status\":499"), line);
    BOOST_TEST(has(line, "\"attempts\":2"), line);
    wait_until("both are counted", [&] {
        return attempts(gateway, one, "abandoned") == 1 && attempts(gateway, other, "abandoned") == 1;
    });
    BOOST_TEST(hedges(gateway, "lost") == 1);
    BOOST_TEST(figure(gateway, "tollgate_requests_in_flight") == 0);
    BOOST_TEST(gateway.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_reload_and_a_drain_in_the_middle_change_nothing_for_it) {
    for (const bool reload : {true, false}) {
        Gate closed, answer;
        ScriptedUpstream one{hanging(closed)}, other{late(answer, "other")};
        GatewayProcess gateway{routes({one.address(), other.address()})};
        auto client = gateway.client();
        client.send(RawClient::head("GET", "/x"));
        wait_until("both are asked", [&] { return other.requests() == 1; });
        if (reload) {
            gateway.write_routes("route \"* /**\" { answer = \"new\" }\n");
            BOOST_TEST(gateway.reload().starts_with("reloaded"));
            BOOST_TEST(gateway.client().get("/x").body == "new");
        } else {
            gateway.process().signal(SIGTERM);
            gateway.process().wait_for_line("stopping");
        }
        answer.open();
        BOOST_TEST(client.answer().body == "other");
        closed.wait();
        BOOST_TEST((reload ? gateway.stop() : gateway.process().wait()) == 0);
    }
}

BOOST_AUTO_TEST_CASE(after_a_quantile_of_what_answers_took_lately) {
    std::atomic<bool> hangs{false};
    ScriptedUpstream first{[&hangs](UpstreamConnection& connection) {
        while (connection.read_request()) {
            if (hangs) {
                connection.wait_for_end();
                return;
            }
            connection.answer(200, "first");
        }
    }};
    ScriptedUpstream other{ScriptedUpstream::always("other")};
    GatewayProcess gateway{routes({first.address(), other.address()}, "hedge = 0.95, budget_floor = 1000")};
    auto client = gateway.client();
    for (int i = 0; i < 200; ++i) BOOST_REQUIRE(client.get("/x").status() == 200);
    hangs = true;
    BOOST_TEST(client.silent_for(200ms));  // it is reckoned anew at most every 100 ms
    BOOST_TEST(client.get("/x").body == "other");
}

BOOST_AUTO_TEST_CASE(a_trace_says_who_was_asked_beside_whom) {
    Gate closed;
    ScriptedUpstream slow{hanging(closed)}, fast{ScriptedUpstream::always("fast")};
    GatewayProcess gateway{"admin { token = \"an-admin-token-of-some-length\" }\n" + routes({slow.address(), fast.address()})};
    const Message answer = gateway.client().get("/x", "Tollgate-Trace: an-admin-token-of-some-length\r\n");
    std::string text;
    for (const auto& [name, value] : answer.headers)
        if (name == "Tollgate-Trace") text += value + '\n';
    BOOST_TEST(has(text, "hedge: no head after 20.000 ms: asks " + fast.address() + " beside it"), text);
    BOOST_TEST(has(text, slow.address() + " abandoned"), text);
    BOOST_TEST(has(text, fast.address() + " answered 200"), text);
}

// Half of the requests meet one that takes two seconds.
BOOST_AUTO_TEST_CASE(under_load_nobody_waits_for_the_slow_one) {
    UpstreamProcess slow{{"--delay", "2s", "--threads", "1"}}, fast{{"--threads", "1"}};
    GatewayProcess gateway{routes({slow.address(), fast.address()}, "hedge = 20 * milliseconds, budget_floor = 100000",
                                  "balance = balancer {}")};
    Load load{gateway, {"-R", "100", "-c", "64", "--timeout", "30s"}};
    wait_until("two hundred were", [&] { return hedges(gateway, "won") >= 200; });
    const auto report = load.end();
    BOOST_TEST(report->getValue<int>("unexpected") == 0);
    const double p90 = report->getObject("status")->getObject("2xx")->getObject("response_us")->getValue<double>("p90");
    BOOST_TEST(p90 < 2e6);
    // Each request is answered once, and by whom the gateway says.
    const std::string line = fast.stop().at(0);
    const double answered = figure(gateway, "tollgate_upstream_attempts_total{outcome=\"answered\",target=\"" + fast.address() +
                                                "\",upstream=\"u\"}");
    BOOST_TEST(has(' ' + line, ' ' + std::to_string(int(answered)) + " request"), line);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/loadtest/gateway_view_test.cpp - a real gateway's counts held against real requests, to the last one.
#include "loadtest/gateway_view.h"

#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>
#include <string>

using namespace tollgate;
using namespace tollgate::loadtest;
using test::GatewayProcess;
using test::RawClient;
using test::ScriptedUpstream;
using test::UpstreamConnection;

BOOST_AUTO_TEST_SUITE(loadtest_gateway_view)

namespace {

// What the engine does, by hand: asks targets of a gateway, and notes what came back.
class Run {
public:
    Run(const GatewayProcess& gateway, const std::vector<std::pair<std::string, HeaderLines>>& targets)
        : address_{gateway.address()} {
        options.metrics_url = "http://" + gateway.admin();
        for (const auto& [request, headers] : targets) {
            Target& target = options.targets.emplace_back();
            const auto blank = request.find(' ');
            target.method = request.substr(0, blank);
            target.url = parse_url("http://" + address_ + request.substr(blank + 1));
            target.headers = headers;
            results.targets.emplace_back().name = target.name();
        }
    }

    // Reads the answer; its status.
    int ask(std::size_t target, const std::string& more_lines = {}) {
        RawClient client{address_};
        send(client, target, more_lines);
        const int status = client.answer(options.targets[target].method == "HEAD").status();
        results.targets[target].codes[status]++;
        results.ledger.answered++;
        return status;
    }
    void ask(std::size_t target, int times) {
        for (int i = 0; i < times; ++i) ask(target);
    }
    // Leaves the answer to nobody.
    void leave(RawClient& client, std::size_t target) {
        send(client, target, {});
        results.targets[target].unanswered++;
        results.ledger.timeouts++;
    }

    Options options;
    Results results;

private:
    void send(RawClient& client, std::size_t number, const std::string& more_lines) const {
        const Target& target = options.targets[number];
        std::string lines = more_lines;
        bool host = false;
        for (const auto& [name, value] : target.headers) {
            lines += name + ": " + value + "\r\n";
            host |= name == "Host";
        }
        if (!host) lines += "Host: " + target.url.authority + "\r\n";
        client.send(target.method + ' ' + target.url.path + " HTTP/1.1\r\n" + lines + "\r\n");
    }

    const std::string address_;
};

// "GET /a 200: 3 3 3": answered, counted, most.
std::string rows_of(const GatewayView& view) {
    std::string all;
    for (const auto& row : view.rows)
        all += row.route + ' ' + std::to_string(row.status) + ": " + std::to_string(row.answered) + ' ' +
               std::to_string(row.counted) + ' ' + std::to_string(row.most) + (row.holds ? "\n" : " !\n");
    return all;
}

std::string notes_of(const GatewayView& view) {
    std::string all;
    for (const auto& note : view.notes) all += note + '\n';
    return all;
}

// A request is counted a moment after it was answered; the probe waits for ours only.
void wait_until_counted(const GatewayProcess& gateway, int requests) {
    const std::string line = "tollgate_gateway_duration_seconds_count " + std::to_string(requests) + '\n';
    test::wait_until(line, [&] {
        RawClient admin{gateway.admin()};
        admin.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return admin.answer().body.find(line) != std::string::npos;
    });
}

void check_holds(const GatewayView& view) {
    BOOST_TEST(view.problem == "");
    BOOST_TEST(view.compared);
    BOOST_TEST(view.cause == "");
    BOOST_TEST(view.residual == 0);
    BOOST_TEST(view.reconciled);
}

}  // namespace

BOOST_AUTO_TEST_CASE(counts_agree_to_the_last_request) {
    ScriptedUpstream upstream{ScriptedUpstream::always("ok")};
    GatewayProcess gateway{"local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\n"
                           "route \"GET /a/:id\" { upstream = u }\n"
                           "route \"GET /limited\" { answer = \"ok\\n\", plugins = { ratelimit { by = client_ip, "
                           "rate = 1 / hour, burst = 3 } } }\n"};
    Run run{gateway, {{"GET /a/1", {}},
                      {"HEAD /a/2?x=1", {}},
                      {"GET /limited", {}},
                      {"GET /nowhere", {}},
                      {"POST /limited", {}}}};
    run.ask(0, 5);  // before the run: none of it is the run's
    run.results.targets[0].codes.clear();
    run.results.ledger = {};

    GatewayProbe probe{run.options};
    probe.before();
    BOOST_TEST(probe.problem() == "");
    run.ask(0, 20);
    run.ask(1, 3);
    run.ask(2, 7);
    run.ask(3, 4);
    run.ask(4, 2);
    const GatewayView view = probe.after(run.results);

    check_holds(view);
    BOOST_TEST(rows_of(view) == "GET /a/:id 200: 23 23 23\n"
                                "GET /limited 200: 3 3 3\n"
                                "GET /limited 429: 4 4 4\n"
                                "(none) 404: 4 4 4\n"
                                "(none) 405: 2 2 2\n");
    BOOST_TEST(notes_of(view) == "");
    BOOST_TEST(view.url == "http://" + gateway.admin() + "/metrics");
    BOOST_TEST(view.limited_by_plugin == 4u);
    BOOST_TEST((view.codes == std::map<int, std::uint64_t>{{200, 26}, {404, 4}, {405, 2}, {429, 4}}));
    BOOST_REQUIRE_EQUAL(view.latencies.size(), 5u);
    BOOST_TEST(view.latencies[3].route == "(gateway alone)");
    BOOST_TEST(view.latencies[3].count == 36u);
    BOOST_TEST(view.latencies[4].route == "(upstream u)");
    BOOST_TEST(view.latencies[4].count == 23u);
    BOOST_TEST(view.latencies[4].mean < view.latencies[1].mean);
    BOOST_TEST(view.latencies[1].route == "GET /a/:id");
    BOOST_TEST(view.latencies[1].count == 23u);
    BOOST_TEST(view.latencies[1].mean > 0);
    BOOST_TEST(view.latencies[1].p50 <= view.latencies[1].p99);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_has_never_been_asked_is_no_problem) {
    GatewayProcess gateway{"route \"GET /\" { answer = \"ok\\n\" }"};
    Run run{gateway, {{"GET /", {}}}};
    GatewayProbe probe{run.options};
    probe.before();
    run.ask(0, 2);
    check_holds(probe.after(run.results));
}

BOOST_AUTO_TEST_CASE(routes_that_differ_by_a_function_are_one_group) {
    GatewayProcess gateway{"route \"GET /search\" { answer = \"long\\n\", "
                           "when = function(request) return #request.query.q >= 3 end }\n"
                           "route \"* /**\" { answer = { status = 400, body = \"short\\n\" } }\n"};
    Run run{gateway, {{"GET /search?q=abc", {}}, {"GET /search?q=a", {}}, {"GET /other", {}}}};
    GatewayProbe probe{run.options};
    probe.before();
    run.ask(0, 4);
    run.ask(1, 3);
    run.ask(2, 2);
    const GatewayView view = probe.after(run.results);
    check_holds(view);
    BOOST_TEST(rows_of(view) == "GET /search | * /** 200: 4 4 4\nGET /search | * /** 400: 5 5 5\n");
}

BOOST_AUTO_TEST_CASE(a_failing_function_is_counted_under_none_and_found_there) {
    GatewayProcess gateway{"route \"GET /broken\" { answer = \"ok\\n\", when = function(request) error \"no\" end }\n"
                           "route \"* /**\" { answer = \"ok\\n\" }\n"};
    Run run{gateway, {{"GET /broken", {}}}};
    GatewayProbe probe{run.options};
    probe.before();
    run.ask(0, 3);
    const GatewayView view = probe.after(run.results);
    check_holds(view);
    BOOST_TEST(rows_of(view) == "GET /broken | * /** 500: 3 3 3\n");
}

BOOST_AUTO_TEST_CASE(requests_refused_before_they_had_a_route_are_found) {
    GatewayProcess gateway{"limits { headers = 1 * kilobytes } route \"* /**\" { answer = \"ok\\n\" }"};
    Run run{gateway, {{"GET /a", {}}}};
    GatewayProbe probe{run.options};
    probe.before();
    run.ask(0, 2);
    BOOST_TEST(run.ask(0, "X-Large: " + std::string(2000, 'x') + "\r\n") == 431);
    const GatewayView view = probe.after(run.results);
    check_holds(view);
    BOOST_TEST(rows_of(view) == "* /** 200: 2 2 2\n* /** 431: 1 1 1\n");
}

BOOST_AUTO_TEST_CASE(hosts_tell_routes_apart) {
    GatewayProcess gateway{"route \"GET /a\" { answer = { status = 201, body = \"lab\\n\" }, host = \"*.lab.test\" }\n"
                           "route \"* /**\" { answer = \"ok\\n\" }\n"};
    Run run{gateway, {{"GET /a", {{"Host", "x.lab.test:80"}}}, {"GET /a", {}}}};
    GatewayProbe probe{run.options};
    probe.before();
    run.ask(0, 3);
    run.ask(1, 2);
    const GatewayView view = probe.after(run.results);
    check_holds(view);
    BOOST_TEST(rows_of(view) == "GET /a 201: 3 3 3\n* /** 200: 2 2 2\n");
}

BOOST_AUTO_TEST_CASE(conditions_leave_routes_in_one_group) {
    GatewayProcess gateway{"route \"GET /a\" { answer = { status = 201, body = \"beta\\n\" }, "
                           "headers = { [\"X-Beta\"] = true } }\n"
                           "route \"* /**\" { answer = \"ok\\n\" }\n"};
    Run run{gateway, {{"GET /a", {{"X-Beta", "1"}}}}};
    GatewayProbe probe{run.options};
    probe.before();
    run.ask(0, 3);
    const GatewayView view = probe.after(run.results);
    check_holds(view);
    BOOST_TEST(rows_of(view) == "GET /a | * /** 201: 3 3 3\n");
}

BOOST_AUTO_TEST_CASE(other_clients_are_foreign_traffic) {
    GatewayProcess gateway{"route \"GET /a\" { answer = \"ok\\n\" } route \"GET /b\" { answer = \"ok\\n\" }"};
    Run run{gateway, {{"GET /a", {}}}};
    GatewayProbe probe{run.options};
    probe.before();
    run.ask(0, 3);
    BOOST_TEST(gateway.client().get("/a").status() == 200);
    BOOST_TEST(gateway.client().get("/b").status() == 200);
    wait_until_counted(gateway, 5);
    const GatewayView view = probe.after(run.results);
    BOOST_TEST(!view.reconciled);
    BOOST_TEST(view.residual == 2);
    BOOST_TEST(view.cause == "foreign traffic: 2 requests beyond ours: GET /a 200 +1, GET /b 200 +1");
    BOOST_TEST(rows_of(view) == "GET /a 200: 3 4 3 !\nGET /b 200: 0 1 0 !\n");
}

BOOST_AUTO_TEST_CASE(without_reconciling_there_are_counts_and_latencies) {
    GatewayProcess gateway{"route \"GET /a\" { answer = \"ok\\n\" }"};
    Run run{gateway, {{"GET /a", {}}}};
    run.options.reconcile = Reconcile::off;
    GatewayProbe probe{run.options};
    probe.before();
    run.ask(0, 3);
    run.results.targets.clear();  // as if the three were another's
    const GatewayView view = probe.after(run.results);
    BOOST_TEST(view.problem == "");
    BOOST_TEST(view.cause == "");
    BOOST_TEST(view.rows.empty());
    BOOST_TEST((view.codes == std::map<int, std::uint64_t>{{200, 3}}));
    BOOST_TEST(view.latencies.size() == 2u);
    BOOST_TEST(!view.compared);
}

BOOST_AUTO_TEST_CASE(answers_that_the_gateway_did_not_give_are_missing) {
    GatewayProcess gateway{"route \"GET /a\" { answer = \"ok\\n\" }"};
    Run run{gateway, {{"GET /a", {}}}};
    GatewayProbe probe{run.options, std::chrono::milliseconds{300}};
    probe.before();
    run.ask(0, 3);
    wait_until_counted(gateway, 3);
    run.results.targets[0].codes[200] += 2;
    run.results.ledger.answered += 2;
    const GatewayView view = probe.after(run.results);
    BOOST_TEST(!view.reconciled);
    BOOST_TEST(view.residual == -2);
    BOOST_TEST(view.cause == "counter bug: 2 answers not counted: GET /a 200 -2");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_is_within_the_bounds) {
    test::Gate answer;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            answer.wait();
            connection.answer(200, "late");
        }
    }};
    GatewayProcess gateway{test::routes_to(upstream.address())};
    Run run{gateway, {{"GET /a", {}}}};
    GatewayProbe probe{run.options};
    probe.before();
    {
        RawClient client{gateway.address()};
        run.leave(client, 0);
        test::wait_until("the request is at the upstream", [&] { return upstream.requests() == 1; });
        client.reset();
    }
    // The probe waits until the gateway has noticed.
    const GatewayView view = probe.after(run.results);
    answer.open();
    check_holds(view);
    BOOST_TEST(rows_of(view) == "* /** 499: 0 1 1\n");
    BOOST_TEST(notes_of(view) == "lost: 1 request without a whole answer here, counted there as 499 1\n");
}

BOOST_AUTO_TEST_CASE(a_restart_is_named) {
    std::optional<GatewayProcess> gateway{std::in_place, "route \"GET /a\" { answer = \"ok\\n\" }"};
    Run before{*gateway, {{"GET /a", {}}}};
    before.ask(0, 3);
    GatewayProbe probe{before.options};
    probe.before();
    before.ask(0, 2);
    const std::string admin = gateway->admin();
    gateway->stop();
    gateway.reset();
    // Its clients come to another port; the probe asks where it asked before.
    GatewayProcess next{"route \"GET /a\" { answer = \"ok\\n\" }", {"--admin", admin}};
    BOOST_TEST(next.client().get("/a").status() == 200);
    const GatewayView view = probe.after(before.results);
    BOOST_TEST(!view.reconciled);
    BOOST_TEST(view.cause.starts_with("restart: "));
}

BOOST_AUTO_TEST_CASE(a_reload_between_leaves_the_counts_in_order) {
    GatewayProcess gateway{"route \"GET /a\" { answer = \"ok\\n\" }"};
    Run run{gateway, {{"GET /a", {}}}};
    GatewayProbe probe{run.options};
    probe.before();
    run.ask(0, 3);
    gateway.write_routes("route \"* /**\" { answer = \"ok\\n\" }");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    run.ask(0, 2);
    const GatewayView view = probe.after(run.results);
    check_holds(view);
    BOOST_TEST(rows_of(view) == "GET /a | * /** 200: 5 5 5\n");
    BOOST_TEST(notes_of(view) == "it was reloaded during the run (1 time)\n");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_not_quiet_is_told) {
    test::Gate answer;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            answer.wait();
            connection.answer(200, "late");
        }
    }};
    GatewayProcess gateway{test::routes_to(upstream.address())};
    Run run{gateway, {{"GET /a", {}}}};
    RawClient other{gateway.address()};
    other.send(RawClient::head("GET", "/a"));
    test::wait_until("the request is at the upstream", [&] { return upstream.requests() == 1; });
    GatewayProbe probe{run.options, std::chrono::milliseconds{50}};
    probe.before();
    answer.open();
    BOOST_TEST(other.answer().status() == 200);
    wait_until_counted(gateway, 1);
    const GatewayView view = probe.after(run.results);
    BOOST_TEST(notes_of(view) == "not quiet before the run: 1 request under way\n");
    BOOST_TEST(view.cause ==
               "foreign traffic: 1 request beyond ours: * /** 200 +1; 1 request of others' began before");
}

// Problems -------------------------------------------------------------------------------------------------------

namespace {

std::string problem_at(const std::string& url, const std::string& token = "") {
    Options options;
    options.metrics_url = url;
    options.metrics_token = token;
    GatewayProbe probe{options};
    probe.before();
    const GatewayView view = probe.after({});
    BOOST_TEST(view.url + ": " + view.problem == probe.problem());
    BOOST_TEST(!view.reconciled);
    return probe.problem();
}

std::string problem_of_page(const std::string& body, const std::string& type, int status = 200) {
    ScriptedUpstream server{[&](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(status, body, "Content-Type: " + type + "\r\n");
    }};
    const std::string url = "http://" + server.address() + "/stats";
    const std::string problem = problem_at(url);
    BOOST_TEST(problem.starts_with(url + ": "));
    return problem.substr(url.size() + 2);
}

}  // namespace

BOOST_AUTO_TEST_CASE(tokens_are_asked_for_and_shown) {
    const std::string token = "correct-horse-battery-staple";
    GatewayProcess gateway{"admin { token = \"" + token + "\" } route \"GET /\" { answer = \"ok\\n\" }"};
    const std::string url = "http://" + gateway.admin() + "/metrics";
    BOOST_TEST(problem_at(url) == url + ": answered 401: it wants a token (--metrics-token, or TOLLGATE_ADMIN_TOKEN)");
    BOOST_TEST(problem_at(url, "wrong") == url + ": answered 401: it wants another token");
    Options options;
    options.metrics_url = url;
    options.metrics_token = token;
    GatewayProbe probe{options};
    probe.before();
    check_holds(probe.after({}));
}

BOOST_AUTO_TEST_CASE(pages_that_are_no_metrics_of_a_gateway_are_told) {
    BOOST_TEST(problem_of_page("<html></html>\n", "text/html") ==
               "expected Prometheus' text format, got \"text/html\": line 1: expected the name of a metric, got "
               "\"<html></html>\"");
    BOOST_TEST(problem_of_page("up 1\n", "text/plain") ==
               "expected tollgate_requests_total, got metrics of something else");
    BOOST_TEST(problem_of_page("no\n", "text/plain", 404) ==
               "answered 404, expected 200; is this the admin listener, and are its metrics there?");
    BOOST_TEST(problem_of_page("no\n", "text/plain", 503) == "answered 503, expected 200");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_not_there_is_told) {
    ScriptedUpstream gone{ScriptedUpstream::always("")};
    gone.stop_listening();
    BOOST_TEST(problem_at("http://" + gone.address()) ==
               "http://" + gone.address() + "/metrics: no answer: Connection refused");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_goes_away_during_the_run_is_told) {
    GatewayProcess gateway{"route \"GET /a\" { answer = \"ok\\n\" }"};
    Run run{gateway, {{"GET /a", {}}}};
    GatewayProbe probe{run.options};
    probe.before();
    run.ask(0, 1);
    gateway.stop();
    const GatewayView view = probe.after(run.results);
    BOOST_TEST(view.problem == "after the run: no answer: Connection refused");
    BOOST_TEST(!view.reconciled);
}

BOOST_AUTO_TEST_CASE(metrics_without_routes_beside_them_make_one_group) {
    std::atomic<std::uint64_t> asked = 0;
    ScriptedUpstream server{[&](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            if (request->target() == "/prefix/metrics?x=1")
                connection.answer(200, "tollgate_requests_total{route=\"a\",status=\"200\"} " +
                                           std::to_string(asked) + "\n");
            else
                connection.answer(404, request->target());
        }
    }};
    Options options;
    options.metrics_url = "http://" + server.address() + "/prefix/metrics?x=1";
    options.targets.emplace_back().url = parse_url("http://h/");
    Results results;
    results.targets.emplace_back().codes[200] = results.ledger.answered = 3;
    GatewayProbe probe{options};
    probe.before();
    asked = 3;
    const GatewayView view = probe.after(results);
    check_holds(view);
    BOOST_TEST(rows_of(view) == "(all routes) 200: 3 3 3\n");
    BOOST_TEST(notes_of(view) == "its routes could not be read before the run, so all are one group: http://" +
                                     server.address() + "/prefix/routes: answered 404\n");
}

BOOST_AUTO_TEST_CASE(secrets_of_its_url_are_not_shown) {
    ScriptedUpstream server{[](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(500, "");
    }};
    const std::string url = "http://" + server.address() + "/metrics?job=a&token=";
    Options options;
    options.metrics_url = url + "s3cret";
    GatewayProbe probe{options};
    probe.before();
    BOOST_TEST(server.last().target() == "/metrics?job=a&token=s3cret");
    BOOST_TEST(probe.problem() == url + "...: answered 500, expected 200");
    BOOST_TEST(probe.after({}).url == url + "...");
}

BOOST_AUTO_TEST_CASE(what_is_no_url_is_wrong_usage) {
    Options options;
    options.metrics_url = "ftp://127.0.0.1";
    BOOST_CHECK_THROW(GatewayProbe{options}, UsageError);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/retry_test.cpp - upstreams that fail, and what of it a client sees where requests may be tried again.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

std::string error_of(const Message& answer) {
    const std::string start = "{\"error\":\"";
    BOOST_REQUIRE_MESSAGE(answer.body.starts_with(start), answer.body);
    return answer.body.substr(start.size(), answer.body.find('"', start.size()) - start.size());
}

// Targets in the order in which they are asked: without a balancer that is the order written.
std::string routes(const std::vector<std::string>& targets, const std::string& of_upstream = "") {
    std::string text = "always { logging { format = \"json\" } }\nlocal u = upstream \"u\" { targets = { ";
    for (const auto& target : targets) text += '"' + target + "\", ";
    return text + "}, " + of_upstream + " }\nroute \"* /**\" { upstream = u }\n";
}

// Answers `failures` requests with `status` and its number, the others with 200.
ScriptedUpstream::Script failing(std::atomic<int>& failures, int status, std::string lines = {}) {
    return [&failures, status, lines](UpstreamConnection& connection) {
        while (connection.read_request())
            if (failures-- > 0) connection.answer(status, "failed", lines);
            else connection.answer(200, "at last");
    };
}

// Reads a request whole, and ends the connection without a word.
void reset_each(UpstreamConnection& connection) {
    if (connection.read_request()) connection.reset();
}

std::string request(std::string_view method, std::string_view body, std::string_view lines = {}) {
    std::string all{lines};
    all.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    return RawClient::head(method, "/x", all).append(body);
}

Message ask(RawClient& client, const std::string& bytes) {
    client.send(bytes);
    return client.answer();
}

// Nothing that a compressing or counting mistake would leave as it is.
std::string random_bytes(std::size_t size) {
    std::mt19937 random{7};
    std::string bytes(size, 0);
    for (char& byte : bytes) byte = char(random());
    return bytes;
}

double figure(const GatewayProcess& gateway, const std::string& series) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string text = client.answer().body;
    const auto at = text.find('\n' + series + ' ');
    return at == text.npos ? 0 : std::stod(text.substr(at + series.size() + 2));
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

struct Dead {
    const Connection socket{bind_deaf()};
    std::string address() const { return socket.local_address(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_retry)

// Statuses -------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_upstream_that_fails_twice_is_asked_three_times_and_the_client_sees_200) {
    std::atomic<int> failures{2};
    ScriptedUpstream upstream{failing(failures, 503)};
    GatewayProcess gateway{routes({upstream.address()}, "retry = { attempts = 3, on = { \"connect\", \"5xx\" } }")};
    auto client = gateway.client();
    const Message answer = client.get("/x");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.body == "at last");
    BOOST_TEST(upstream.requests() == 3);
    BOOST_TEST(upstream.connections() == 1);  // what failed was read, and its connection used again
    BOOST_TEST(has(gateway.log_lines(1).at(0), "\"attempts\":3"));
    BOOST_TEST(figure(gateway, "tollgate_upstream_retries_total{reason=\"503\",upstream=\"u\"}") == 2);
}

BOOST_AUTO_TEST_CASE(where_attempts_are_used_up_the_last_answer_goes_on_as_it_is) {
    std::atomic<int> failures{100};
    ScriptedUpstream upstream{failing(failures, 503, "X-Why: overload\r\n")};
    GatewayProcess gateway{routes({upstream.address()}, "retry = { attempts = 3, on = 503 }")};
    auto client = gateway.client();
    const Message answer = client.get("/x");
    BOOST_TEST(answer.status() == 503);
    BOOST_TEST(answer.header("X-Why") == "overload");
    BOOST_TEST(answer.body == "failed");
    BOOST_TEST(upstream.requests() == 3);
}

BOOST_AUTO_TEST_CASE(a_status_that_is_not_named_is_an_answer_like_any_other) {
    std::atomic<int> failures{100};
    ScriptedUpstream upstream{failing(failures, 500)};
    GatewayProcess gateway{routes({upstream.address()}, "retry = { attempts = 3, on = { \"connect\", 503 } }")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").status() == 500);
    BOOST_TEST(upstream.requests() == 1);
}

BOOST_AUTO_TEST_CASE(what_may_not_be_repeated_is_not_unless_that_is_allowed) {
    std::atomic<int> failures{1};
    ScriptedUpstream upstream{failing(failures, 503)};
    GatewayProcess gateway{routes({upstream.address()}, "retry = { on = 503 }")};
    auto client = gateway.client();
    BOOST_TEST(client.post("/x", "an order").status() == 503);
    BOOST_TEST(upstream.requests() == 1);

    failures = 1;
    gateway.write_routes(routes({upstream.address()}, "retry = { on = 503, methods = { \"POST\" } }"));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    auto later = gateway.client();
    BOOST_TEST(later.post("/x", "an order").status() == 200);
    BOOST_TEST(upstream.requests() == 3);
    BOOST_TEST(upstream.last().body == "an order");
}

BOOST_AUTO_TEST_CASE(a_large_failure_is_not_waited_for) {
    ScriptedUpstream failing{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 503 No\r\nContent-Length: 1000000\r\n\r\nonly this comes of it");
        connection.wait_for_end();
    }};
    ScriptedUpstream good{ScriptedUpstream::always("good")};
    GatewayProcess gateway{routes({failing.address(), good.address()}, "retry = { on = 503 }")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").body == "good");
}

// Targets --------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_a_word_a_dead_target_costs_no_request_of_any_method) {
    const Dead dead;
    ScriptedUpstream good{ScriptedUpstream::echo()};
    GatewayProcess gateway{routes({dead.address(), good.address()})};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").status() == 200);
    BOOST_TEST(client.post("/x", "an order").status() == 200);
    BOOST_TEST(good.last().body == "an order");
    const std::string large = random_bytes(1'000'000);  // nothing of it was sent: it need not be kept
    BOOST_TEST(ask(client, request("POST", large)).status() == 200);
    BOOST_TEST((good.last().body == large));
    const std::string line = gateway.log_lines(1).at(0);
    BOOST_TEST(has(line, "\"attempts\":2"), line);
    BOOST_TEST(has(line, good.address()), line);
}

BOOST_AUTO_TEST_CASE(without_a_word_a_reset_is_repeated_elsewhere_where_the_method_may_be) {
    ScriptedUpstream resetting{reset_each}, good{ScriptedUpstream::echo()};
    GatewayProcess gateway{routes({resetting.address(), good.address()})};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").status() == 200);
    BOOST_TEST(ask(client, request("PUT", "a thing")).status() == 200);
    BOOST_TEST(good.last().body == "a thing");
    const Message answer = client.post("/x", "an order");
    BOOST_TEST(answer.status() == 502);
    BOOST_TEST(error_of(answer) == "upstream_reset");
    BOOST_TEST(resetting.requests() == 3);
    BOOST_TEST(good.requests() == 2);
}

BOOST_AUTO_TEST_CASE(without_a_word_the_only_target_is_asked_once) {
    ScriptedUpstream resetting{reset_each};
    GatewayProcess gateway{routes({resetting.address()})};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").status() == 502);
    BOOST_TEST(resetting.requests() == 1);
}

BOOST_AUTO_TEST_CASE(without_a_word_two_dead_targets_are_a_failure_after_two_attempts) {
    const Dead one, other, third;
    GatewayProcess gateway{routes({one.address(), other.address(), third.address()})};
    auto client = gateway.client();
    const Message answer = client.get("/x");
    BOOST_TEST(answer.status() == 502);
    BOOST_TEST(error_of(answer) == "upstream_unreachable");
    const std::string line = gateway.log_lines(1).at(0);
    BOOST_TEST(has(line, "\"attempts\":2"), line);
    BOOST_TEST(has(line, other.address()), line);
}

BOOST_AUTO_TEST_CASE(false_means_once) {
    const Dead dead;
    ScriptedUpstream good{ScriptedUpstream::always("good")};
    GatewayProcess gateway{routes({dead.address(), good.address()}, "retry = false")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").status() == 502);
    BOOST_TEST(good.requests() == 0);
}

BOOST_AUTO_TEST_CASE(each_attempt_goes_to_another_target_whatever_balances_them) {
    for (const char* policy : {"round_robin", "weighted", "least_requests", "ewma"}) {
        const Dead one, other;
        ScriptedUpstream good{ScriptedUpstream::always("good")};
        GatewayProcess gateway{routes({one.address(), other.address(), good.address()},
                                      "retry = { attempts = 3, backoff = 0 * seconds, budget = 1, budget_floor = 1000 }, "
                                      "balance = balancer { policy = \"" + std::string{policy} + "\" }")};
        auto client = gateway.client();
        for (int i = 0; i < 30; ++i) BOOST_TEST(client.get("/x").status() == 200, policy);
    }
}

BOOST_AUTO_TEST_CASE(once_all_targets_were_asked_any_is_asked_again) {
    std::atomic<int> failures{1}, others{2};
    ScriptedUpstream one{failing(failures, 503)}, other{failing(others, 503)};
    GatewayProcess gateway{routes({one.address(), other.address()}, "retry = { attempts = 3, on = 503 }")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").status() == 200);
    BOOST_TEST(one.requests() == 2);
    BOOST_TEST(other.requests() == 1);
}

BOOST_AUTO_TEST_CASE(a_target_that_hangs_costs_its_timeout_where_that_is_named) {
    ScriptedUpstream hanging{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.wait_for_end();
    }};
    ScriptedUpstream good{ScriptedUpstream::always("good")};
    GatewayProcess gateway{
        routes({hanging.address(), good.address()}, "timeout = 2 * seconds, retry = { on = \"timeout\" }")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").body == "good");
    BOOST_TEST(client.post("/x", "an order").status() == 504);
    BOOST_TEST(good.requests() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_tried_again_where_that_is_named) {
    ScriptedUpstream babbling{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("SSH-2.0-OpenSSH_9.2\r\n");
    }};
    ScriptedUpstream good{ScriptedUpstream::always("good")};
    GatewayProcess gateway{routes({babbling.address(), good.address()}, "retry = { on = \"garbage\" }")};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").body == "good");
}

// Bodies ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_body_is_sent_again_byte_for_byte) {
    ScriptedUpstream resetting{reset_each}, good{ScriptedUpstream::echo()};
    GatewayProcess gateway{routes({resetting.address(), good.address()})};
    auto client = gateway.client();
    const std::string body = random_bytes(64 << 10);
    BOOST_TEST(ask(client, request("PUT", body)).status() == 200);
    BOOST_TEST((good.last().body == body));
    BOOST_TEST((resetting.last().body == body));
    BOOST_TEST(good.last().header("Content-Length") == std::to_string(body.size()));
}

BOOST_AUTO_TEST_CASE(a_body_of_unknown_length_is_sent_again_with_its_trailers) {
    ScriptedUpstream resetting{reset_each}, good{ScriptedUpstream::echo()};
    GatewayProcess gateway{routes({resetting.address(), good.address()})};
    auto client = gateway.client();
    const std::string body = random_bytes(40'000);
    client.send(RawClient::head("PUT", "/x", "Transfer-Encoding: chunked\r\n"));
    for (std::size_t at = 0; at < body.size(); at += 10'000) client.send(chunk(body.substr(at, 10'000)));
    client.send("0\r\nX-Sum: 42\r\n\r\n");
    BOOST_TEST(client.answer().status() == 200);
    BOOST_TEST((good.last().body == body));
    BOOST_TEST(good.last().trailer("X-Sum") == "42");
}

BOOST_AUTO_TEST_CASE(a_body_larger_than_the_bound_is_not_sent_again) {
    for (const bool chunked : {false, true}) {
        ScriptedUpstream resetting{reset_each}, good{ScriptedUpstream::echo()};
        GatewayProcess gateway{
            routes({resetting.address(), good.address()}, "retry = { body = 1 * kilobytes }")};
        auto client = gateway.client();
        const std::string body = random_bytes(1025);
        const Message answer =
            chunked ? ask(client, RawClient::head("PUT", "/x", "Transfer-Encoding: chunked\r\n") + chunk(body) + "0\r\n\r\n")
                    : ask(client, request("PUT", body));
        BOOST_TEST(answer.status() == 502);
        BOOST_TEST(good.requests() == 0);
        BOOST_TEST((resetting.last().body == body));
        BOOST_TEST(ask(client, request("PUT", body.substr(1))).status() == 200);
        BOOST_TEST((good.last().body == body.substr(1)));
    }
}

// The target answers before it has taken the body, of which a part has not even come.
BOOST_AUTO_TEST_CASE(a_body_under_way_is_begun_anew_after_an_early_failure) {
    Gate answered;
    ScriptedUpstream early{[&](UpstreamConnection& connection) {
        connection.read_request_head();
        connection.read_exactly(10);
        connection.answer(503, "not now");
        connection.wait_for_end();
        answered.open();
    }};
    ScriptedUpstream good{ScriptedUpstream::echo()};
    GatewayProcess gateway{routes({early.address(), good.address()}, "retry = { on = 503 }")};
    auto client = gateway.client();
    const std::string body = random_bytes(30'000);
    client.send(RawClient::head("PUT", "/x", "Content-Length: 30000\r\n") + body.substr(0, 10));
    answered.wait();
    client.send(body.substr(10));
    BOOST_TEST(client.answer().status() == 200);
    BOOST_TEST((good.last().body == body));
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_for_its_word_is_told_once_to_go_on) {
    ScriptedUpstream resetting{reset_each}, good{ScriptedUpstream::echo()};
    GatewayProcess gateway{routes({resetting.address(), good.address()})};
    auto client = gateway.client();
    client.send(RawClient::head("PUT", "/x", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
    BOOST_TEST(client.answer().status() == 100);
    client.send("thing");
    BOOST_TEST(client.answer().status() == 200);
    BOOST_TEST(good.last().body == "thing");
}

// Limits ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(retries_end_where_their_budget_does) {
    std::atomic<int> failures{1000};
    ScriptedUpstream upstream{failing(failures, 503)};
    GatewayProcess gateway{
        routes({upstream.address()}, "retry = { attempts = 2, on = 503, budget = 0, budget_floor = 3, backoff = 0 * seconds }")};
    auto client = gateway.client();
    for (int i = 0; i < 5; ++i) {
        const Message answer = client.get("/x");
        BOOST_TEST(answer.status() == 503);
        BOOST_TEST(answer.body == "failed");
    }
    // Slow machines may see the first of them forgotten; none sees more than one each.
    const double made = figure(gateway, "tollgate_upstream_retries_total{reason=\"503\",upstream=\"u\"}");
    const double refused = figure(gateway, "tollgate_upstream_retries_refused_total{upstream=\"u\"}");
    BOOST_TEST(made >= 3);
    BOOST_TEST(made + refused == 5);
    BOOST_TEST(upstream.requests() == 5 + int(made));
}

BOOST_AUTO_TEST_CASE(retry_after_is_waited_for) {
    std::atomic<int> failures{1};
    ScriptedUpstream upstream{failing(failures, 503, "Retry-After: 1\r\n")};
    GatewayProcess gateway{routes({upstream.address()}, "retry = { on = 503, longest_backoff = 5 * seconds }")};
    auto client = gateway.client();
    const auto began = std::chrono::steady_clock::now();
    BOOST_TEST(client.get("/x").status() == 200);
    BOOST_TEST((std::chrono::steady_clock::now() - began >= 990ms));
}

BOOST_AUTO_TEST_CASE(where_retry_after_asks_for_too_much_the_answer_goes_on_as_it_is) {
    std::atomic<int> failures{1};
    ScriptedUpstream upstream{failing(failures, 429, "Retry-After: 2\r\n")};
    GatewayProcess gateway{routes({upstream.address()}, "retry = { on = { 429, 503 } }")};
    auto client = gateway.client();
    const Message answer = client.get("/x");
    BOOST_TEST(answer.status() == 429);
    BOOST_TEST(answer.header("Retry-After") == "2");
    BOOST_TEST(upstream.requests() == 1);
}

BOOST_AUTO_TEST_CASE(who_was_sent_an_interim_answer_sees_the_failure) {
    Gate hinted;
    ScriptedUpstream hinting{[&hinted](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
        hinted.wait();  // the reset would outrun it: then nothing had come, and it was repeated
        connection.reset();
    }};
    ScriptedUpstream good{ScriptedUpstream::always("good")};
    GatewayProcess gateway{routes({hinting.address(), good.address()})};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/x"));
    BOOST_TEST(client.answer().status() == 103);
    hinted.open();
    BOOST_TEST(client.answer().status() == 502);
    BOOST_TEST(good.requests() == 0);
}

BOOST_AUTO_TEST_CASE(an_offer_of_another_protocol_is_made_again_only_if_nothing_was_sent) {
    const Dead dead;
    ScriptedUpstream resetting{reset_each}, good{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
        connection.wait_for_end();
    }};
    const std::string offer = RawClient::head("GET", "/x", "Connection: Upgrade\r\nUpgrade: websocket\r\n");
    GatewayProcess gateway{routes({dead.address(), good.address()})};
    auto client = gateway.client();
    BOOST_TEST(ask(client, offer).status() == 101);
    BOOST_TEST(client.read_exactly(5) == "hello");

    gateway.write_routes(routes({resetting.address(), good.address()}));
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    auto later = gateway.client();
    BOOST_TEST(ask(later, offer).status() == 502);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_during_a_pause_ends_it) {
    std::atomic<int> failures{1000};
    ScriptedUpstream upstream{failing(failures, 503, "Retry-After: 3600\r\n")};
    GatewayProcess gateway{routes({upstream.address()}, "retry = { on = 503, longest_backoff = 2 * hours }")};
    {
        auto client = gateway.client();
        client.send(RawClient::head("GET", "/x"));
        wait_until("the first attempt is over", [&] {
            return figure(gateway, "tollgate_upstream_attempts_total{outcome=\"answered\",target=\"" + upstream.address() +
                                       "\",upstream=\"u\"}") == 1;
        });
        client.reset();
    }
    const std::string line = gateway.log_lines(1).at(0);
    BOOST_TEST(has(line, "\"status\":499"), line);
    BOOST_TEST(has(line, "\"attempts\":1"), line);
    BOOST_TEST(upstream.requests() == 1);
    BOOST_TEST(figure(gateway, "tollgate_upstream_retries_total{reason=\"503\",upstream=\"u\"}") == 0);  // it never began
    BOOST_TEST(figure(gateway, "tollgate_requests_in_flight") == 0);
    BOOST_TEST(gateway.stop() == 0);
}

BOOST_AUTO_TEST_CASE(a_trace_says_why_there_was_another_attempt_and_why_no_more) {
    std::atomic<int> failures{2};
    ScriptedUpstream upstream{failing(failures, 503)};
    GatewayProcess gateway{"admin { token = \"an-admin-token-of-some-length\" }\n" +
                           routes({upstream.address()}, "retry = { attempts = 2, on = 503, backoff = 0 * seconds }")};
    auto client = gateway.client();
    const Message answer = client.get("/x", "Tollgate-Trace: an-admin-token-of-some-length\r\n");
    BOOST_TEST(answer.status() == 503);
    std::string text;
    for (const auto& [name, value] : answer.headers)
        if (name == "Tollgate-Trace") text += value + '\n';
    BOOST_TEST(has(text, "retry: after 503, attempt 1 of 2: again at once"), text);
    BOOST_TEST(has(text, "retry: after 503, attempt 2 of 2: not again, all attempts are made"), text);
}

BOOST_AUTO_TEST_SUITE_END()

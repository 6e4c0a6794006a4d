// tests/loadtest/upstream/responder_test.cpp - each fault as a client sees it, drawn and steered.
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <map>
#include <set>

using namespace tollgate;
using test::End;
using test::RawClient;
using test::UpstreamProcess;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(loadtest_upstream_responder)

namespace {

// The statuses of so many requests, one after another.
std::vector<int> statuses(const UpstreamProcess& upstream, int count) {
    auto client = upstream.client();
    std::vector<int> seen;
    for (int i = 0; i < count; ++i) seen.push_back(client.get("/").status());
    return seen;
}

// Half of a body of `size` bytes, whose head says that there is all of it.
void expect_half(RawClient& client, std::size_t size) {
    const auto head = test::read_head(client);
    BOOST_TEST(head.start_line == "HTTP/1.1 200 OK");
    BOOST_TEST(head.header("Content-Length") == std::to_string(size));
    BOOST_TEST(client.read_exactly(size / 2).size() == size / 2);
}

}  // namespace

BOOST_AUTO_TEST_CASE(statuses_come_in_their_shares) {
    const UpstreamProcess upstream{{"--status", "200:70,503:20,404:10"}};
    std::map<int, int> by_status;
    for (const int status : statuses(upstream, 3000)) ++by_status[status];
    BOOST_TEST(by_status.size() == 3);
    // Six standard deviations: of 20%, 6 * sqrt(3000 * 0.2 * 0.8) = 131; of 10%, 99.
    BOOST_TEST(std::abs(by_status[503] - 600) < 131);
    BOOST_TEST(std::abs(by_status[404] - 300) < 99);
}

BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_sequence_again) {
    const std::vector<std::string> mix{"--status", "200:50,503:50", "--threads", "2"};
    auto seeded = mix, other = mix;
    seeded.insert(seeded.end(), {"--seed", "1"});
    other.insert(other.end(), {"--seed", "2"});
    const auto first = statuses(UpstreamProcess{mix}, 200);
    BOOST_TEST((statuses(UpstreamProcess{seeded}, 200) == first));
    BOOST_TEST((statuses(UpstreamProcess{other}, 200) != first));
}

BOOST_AUTO_TEST_CASE(statuses_without_a_body_have_none) {
    UpstreamProcess upstream{{"--status", "204"}};
    auto client = upstream.client();
    client.send(RawClient::head("GET", "/") + RawClient::head("GET", "/"));
    for (int i = 0; i < 2; ++i) {
        const auto answer = client.answer(true);
        BOOST_TEST(answer.status() == 204);
        BOOST_TEST(!answer.has("Content-Length"));
    }
}

BOOST_AUTO_TEST_CASE(a_drawn_error_takes_the_place_of_a_mock_and_an_echo) {
    const UpstreamProcess mock{{"--mock", "--status", "503"}}, echo{{"--echo", "--status", "500"}};
    BOOST_TEST(mock.client().get("/users").status() == 503);
    const auto answer = echo.client().get("/");
    BOOST_TEST(answer.status() == 500);
    BOOST_TEST(answer.body.starts_with("{\"id\":"));
}

BOOST_AUTO_TEST_CASE(answers_are_kept_back) {
    const UpstreamProcess fixed{{"--delay", "40ms"}}, spread{{"--delay", "20ms..30ms"}};
    auto client = fixed.client();
    auto began = Clock::now();
    BOOST_TEST(client.get("/").status() == 200);
    BOOST_TEST((Clock::now() - began >= 40ms));
    auto other = spread.client();
    began = Clock::now();
    for (int i = 0; i < 5; ++i) BOOST_TEST(other.get("/").status() == 200);
    BOOST_TEST((Clock::now() - began >= 5 * 20ms));
}

BOOST_AUTO_TEST_CASE(a_hanging_request_is_never_answered_and_ends_with_its_client) {
    UpstreamProcess upstream{{"--hang", "1", "--id", "one"}};
    const std::size_t before = upstream.process().open_descriptors();
    auto client = upstream.client();
    client.send(RawClient::head("GET", "/"));
    BOOST_TEST(client.silent_for(300ms));
    BOOST_TEST(upstream.client().get("/health").status() == 200);
    client.end_sending();
    BOOST_TEST((client.wait_for_end() == End::closed));
    client.close();
    test::wait_until("the connections are closed", [&] { return upstream.process().open_descriptors() == before; });
    BOOST_TEST(upstream.stop().front() == "one: 1 request (1 hang), 1 health check (1 x 200)");
}

BOOST_AUTO_TEST_CASE(sigterm_lets_go_of_whoever_hangs) {
    UpstreamProcess upstream{{"--hang", "1", "--id", "one"}};
    auto client = upstream.client();
    client.send(RawClient::head("GET", "/"));
    BOOST_TEST(client.silent_for(100ms));
    upstream.process().signal(SIGTERM);
    BOOST_TEST((client.wait_for_end() == End::closed));
    client.close();
    BOOST_TEST(upstream.process().wait() == 0);
    BOOST_TEST(upstream.process().wait_for_line("one: ").ends_with("one: 1 request (1 hang)"));
}

BOOST_AUTO_TEST_CASE(a_reset_comes_within_the_body) {
    UpstreamProcess upstream{{"--reset", "1", "--size", "1000", "--id", "one"}};
    auto client = upstream.client();
    client.send(RawClient::head("GET", "/"));
    expect_half(client, 1000);
    BOOST_TEST((client.wait_for_end() == End::reset));
    BOOST_TEST(upstream.stop().front() == "one: 1 request (1 reset)");
}

BOOST_AUTO_TEST_CASE(a_cut_is_a_close_within_the_body) {
    UpstreamProcess upstream{{"--cut", "1", "--size", "1000", "--id", "one"}};
    auto client = upstream.client();
    client.send(RawClient::head("GET", "/"));
    expect_half(client, 1000);
    BOOST_TEST((client.wait_for_end() == End::closed));
    BOOST_TEST(upstream.stop().front() == "one: 1 request (1 cut)");
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_cut_without_its_last_chunk) {
    const UpstreamProcess upstream{{"--cut", "1", "--chunked"}};
    const auto answer = upstream.client().get("/");
    BOOST_TEST(answer.chunked);
    BOOST_TEST(!answer.complete);
}

BOOST_AUTO_TEST_CASE(what_has_no_body_is_cut_before_its_answer) {
    const UpstreamProcess upstream{{"--cut", "1", "--size", "0"}};
    auto client = upstream.client();
    client.send(RawClient::head("GET", "/"));
    BOOST_TEST(client.read_to_end() == "");
}

BOOST_AUTO_TEST_CASE(garbage_is_of_several_kinds_and_ends_the_connection) {
    const UpstreamProcess upstream{{"--garbage", "1"}};
    std::set<std::string> seen;
    for (int i = 0; i < 24; ++i) {
        auto client = upstream.client();
        client.send(RawClient::head("GET", "/"));
        seen.insert(client.read_to_end().substr(0, 40));
    }
    BOOST_TEST(seen.size() > 3);
    BOOST_TEST(!seen.contains(""));
}

BOOST_AUTO_TEST_CASE(a_slow_body_comes_in_tenths) {
    const UpstreamProcess upstream{{"--slow-body", "20ms", "--size", "95"}};
    auto client = upstream.client();
    const auto began = Clock::now();
    const auto answer = client.get("/");
    BOOST_TEST(answer.body.size() == 95);
    BOOST_TEST(answer.complete);
    BOOST_TEST((Clock::now() - began >= 9 * 20ms));
    client.send(RawClient::head("HEAD", "/"));
    BOOST_TEST(client.answer(true).header("Content-Length") == "95");
}

BOOST_AUTO_TEST_CASE(faults_come_in_their_shares_and_every_request_is_counted) {
    UpstreamProcess upstream{{"--reset", "0.1", "--cut", "10%", "--id", "one"}};
    std::map<std::string, int> ends;
    constexpr int requests = 600;
    for (int i = 0; i < requests; ++i) {
        auto client = upstream.client();
        client.send(RawClient::head("GET", "/", "Connection: close\r\n"));
        test::read_head(client);
        client.read_exactly(7);  // half of "hello from one\n"
        std::string rest;
        const bool reset = [&] {
            try {
                rest = client.read_to_end();
                return false;
            } catch (const test::ConnectionError&) {
                return true;
            }
        }();
        ++ends[reset ? "reset" : rest.empty() ? "cut" : "whole"];
    }
    // Six standard deviations of a share of 10%: 44 of 600.
    BOOST_TEST(std::abs(ends["reset"] - 60) < 44);
    BOOST_TEST(std::abs(ends["cut"] - 60) < 44);
    BOOST_TEST(upstream.stop().front() == "one: 600 requests (" + std::to_string(ends["whole"]) + " x 200, " +
                                              std::to_string(ends["reset"]) + " reset, " +
                                              std::to_string(ends["cut"]) + " cut)");
}

BOOST_AUTO_TEST_CASE(requests_steer_where_that_is_allowed) {
    const UpstreamProcess upstream{{"--steered", "--status", "200"}};
    auto client = upstream.client();
    BOOST_TEST(client.get("/", "X-Upstream-Status: 418\r\n").status() == 418);
    BOOST_TEST(client.get("/", "X-Upstream-Size: 3\r\n").body == "hel");
    const auto began = Clock::now();
    BOOST_TEST(client.get("/", "X-Upstream-Delay: 30ms\r\nX-Upstream-Slow-Body: 5ms\r\n").status() == 200);
    BOOST_TEST((Clock::now() - began >= 30ms + 9 * 5ms));
    BOOST_TEST(client.get("/").status() == 200);
    client.send(RawClient::head("GET", "/", "X-Upstream-Fault: cut\r\n"));
    BOOST_TEST(!client.answer().complete);
}

BOOST_AUTO_TEST_CASE(steering_without_fault_spares_a_request) {
    const UpstreamProcess upstream{{"--steered", "--reset", "1"}};
    BOOST_TEST(upstream.client().get("/", "X-Upstream-Fault: none\r\n").status() == 200);
}

BOOST_AUTO_TEST_CASE(malformed_steering_is_refused_with_what_was_expected) {
    UpstreamProcess upstream{{"--steered", "--id", "one"}};
    auto client = upstream.client();
    const auto answer = client.get("/", "X-Upstream-Status: 99\r\n");
    BOOST_TEST(answer.status() == 400);
    BOOST_TEST(answer.body == "{\"error\":\"malformed_steering\",\"message\":"
                              "\"X-Upstream-Status: expected a status of 200 to 599, got \\\"99\\\"\"}\n");
    BOOST_TEST(client.get("/", "X-Upstream-Size: 1G\r\n").status() == 400);
    BOOST_TEST(client.get("/").status() == 200);
    BOOST_TEST(upstream.stop().front() == "one: 3 requests (1 x 200, 2 refused)");
}

BOOST_AUTO_TEST_CASE(steering_means_nothing_unless_allowed) {
    const UpstreamProcess upstream;
    BOOST_TEST(upstream.client().get("/", "X-Upstream-Status: 503\r\nX-Upstream-Fault: reset\r\n").status() == 200);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/cache_sharing_test.cpp - one request upstream for however many clients, and what each of them gets.
#include "cache_origin.h"
#include "support/background.h"
#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view fresh = "Cache-Control: max-age=3600\r\n";

// Clients that have asked for the same and wait.
std::vector<std::unique_ptr<RawClient>> askers(const GatewayProcess& gateway, std::size_t count, std::string_view lines = {}) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<RawClient>(gateway.address()));
        clients.back()->send(RawClient::head("GET", "/x", lines));
    }
    return clients;
}

double figure(const GatewayProcess& gateway, const std::string& series) {
    RawClient client{gateway.admin()};
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string text = client.answer().body;
    const auto at = text.find('\n' + series + ' ');
    return at == text.npos ? 0 : std::stod(text.substr(at + series.size() + 2));
}
void wait_for_requests(const GatewayProcess& gateway, double count) {
    wait_until("so many requests are under way",
               [&] { return figure(gateway, "tollgate_requests_in_flight") == count; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_cache_sharing)

BOOST_AUTO_TEST_CASE(a_thousand_clients_for_one_expired_answer_send_one_request) {
    constexpr std::size_t count = 1000;
    Gate answer;
    const std::string body(100'000, 'b');
    Origin origin{[&](const Message&, int n) {
        if (n > 1) answer.wait();
        return message(n == 1 ? "Cache-Control: max-age=0\r\nETag: \"a\"\r\n" : fresh, body + std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address(), "wait = 1 * hour")};
    auto first = gateway.client();
    BOOST_TEST(first.get("/x").status() == 200);
    auto clients = askers(gateway, count);
    wait_for_requests(gateway, double(count));
    answer.open();
    std::size_t right = 0, collapsed = 0;
    for (auto& client : clients) {
        const Message got = client->answer();
        right += got.status() == 200 && got.body == body + "2";
        collapsed += got.header("Cache-Status").find("collapsed") != std::string::npos;
    }
    BOOST_TEST(right == count);
    BOOST_TEST(collapsed == count - 1);
    BOOST_TEST(origin.requests() == 2);
    BOOST_TEST(figure(gateway, "tollgate_cache_coalesced_total{cache=\"default\"}") == double(count - 1));
}

BOOST_AUTO_TEST_CASE(a_304_is_for_all_who_wait) {
    Gate answer;
    Origin origin{[&](const Message& request, int) {
        if (request.header("If-None-Match").empty()) return message("Cache-Control: max-age=0\r\nETag: \"a\"\r\n", "body");
        answer.wait();
        return std::string{"HTTP/1.1 304 X\r\nCache-Control: max-age=60\r\n\r\n"};
    }};
    GatewayProcess gateway{cached(origin.address(), "wait = 1 * hour")};
    auto first = gateway.client();
    first.get("/x");
    auto clients = askers(gateway, 20);
    wait_for_requests(gateway, 20);
    answer.open();
    for (auto& client : clients) {
        const Message got = client->answer();
        BOOST_TEST(got.header("X-Cache") == "REVALIDATED");
        BOOST_TEST(got.body == "body");
    }
    BOOST_TEST(origin.requests() == 2);
}

BOOST_AUTO_TEST_CASE(the_answer_goes_on_when_the_one_who_asked_first_has_left) {
    Gate asked, answer;
    Origin origin{[&](const Message&, int) {
        asked.open();
        answer.wait();
        return message(fresh, "body");
    }};
    GatewayProcess gateway{cached(origin.address(), "wait = 1 * hour")};
    auto leaver = std::make_unique<RawClient>(gateway.address());
    leaver->send(RawClient::head("GET", "/x"));
    asked.wait();
    auto clients = askers(gateway, 3);
    wait_for_requests(gateway, 4);
    leaver->reset();
    leaver.reset();
    wait_for_requests(gateway, 3);
    answer.open();
    for (auto& client : clients) BOOST_TEST(client->answer().body == "body");
    BOOST_TEST(origin.requests() == 1);
}

// Free once the fetch is over, which may be a moment after its client has everything.
BOOST_AUTO_TEST_CASE(a_place_under_way_that_a_fetch_took_is_free_when_it_is_over) {
    Origin origin{std::string{fresh}};
    GatewayProcess gateway{"route \"* /**\" { upstream = upstream \"u\" { targets = { \"" + origin.address() +
                           "\" } }, plugins = { cache {}, ratelimit { concurrency = 1, by = client_ip } } }\n"};
    auto client = gateway.client();
    for (int page = 1; page <= 3; ++page)
        wait_until("the page is fetched",
                   [&] { return client.get("/" + std::to_string(page)).status() == 200; });
    BOOST_TEST(origin.requests() == 3);
}

BOOST_AUTO_TEST_CASE(it_arrives_at_all_of_them_piece_by_piece_and_a_slow_one_holds_up_nobody) {
    Gate asked, rest;
    const std::string half(300'000, 'a'), other(300'000, 'b');
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            connection.send("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n" + std::string{fresh} + "\r\n" + chunk(half));
            asked.open();
            rest.wait();
            connection.send(chunk(other) + "0\r\n\r\n");
        }
    }};
    GatewayProcess gateway{cached(upstream.address())};
    auto slow = gateway.client();  // asks first and reads nothing
    slow.shrink_receive_buffer(4096);
    slow.send(RawClient::head("GET", "/x"));
    asked.wait();
    auto quick = gateway.client();
    quick.send(RawClient::head("GET", "/x"));
    const std::string begun = quick.read_until(half.substr(0, 1000));
    BOOST_TEST(begun.starts_with("HTTP/1.1 200"));
    rest.open();
    std::size_t b = 0;
    while (b < other.size()) {
        const std::string piece = quick.read_some();
        b += std::size_t(std::count(piece.begin(), piece.end(), 'b'));
    }
    BOOST_TEST(upstream.requests() == 1);
    BOOST_TEST(slow.answer().body == half + other);
}

BOOST_AUTO_TEST_CASE(what_is_cut_is_cut_for_all_and_kept_for_none) {
    Gate cut;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        if (!connection.read_request()) return;
        connection.send("HTTP/1.1 200 X\r\nContent-Length: 100\r\n" + std::string{fresh} + "\r\nbegun");
        cut.wait();
    }};
    GatewayProcess gateway{cached(upstream.address())};
    auto clients = askers(gateway, 3);
    for (auto& client : clients) BOOST_TEST(client->read_until("begun").starts_with("HTTP/1.1 200"));
    BOOST_TEST(upstream.requests() == 1);
    cut.open();
    for (auto& client : clients) BOOST_TEST((client->wait_for_end() != End::timed_out));
    auto another = gateway.client();
    another.send(RawClient::head("GET", "/x"));
    another.wait_for_end();
    BOOST_TEST(upstream.requests() == 2);
}

BOOST_AUTO_TEST_CASE(what_is_not_kept_is_for_the_one_who_asked_and_the_others_go_by_themselves) {
    Gate answer;
    Origin origin{[&](const Message&, int n) {
        if (n == 1) answer.wait();
        return message("Cache-Control: no-store\r\n", std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address(), "wait = 1 * hour")};
    auto clients = askers(gateway, 5);
    wait_for_requests(gateway, 5);
    answer.open();
    std::string bodies;
    for (auto& client : clients) bodies += client->answer().body;
    std::sort(bodies.begin(), bodies.end());
    BOOST_TEST(bodies == "12345");
}

BOOST_AUTO_TEST_CASE(who_has_waited_for_long_enough_goes_by_himself) {
    Gate never;
    Origin origin{[&](const Message&, int n) {
        if (n == 1) never.wait();
        return message(fresh, std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address(), "wait = 50 * milliseconds")};
    auto first = gateway.client();
    first.send(RawClient::head("GET", "/x"));
    wait_until("the first one is asked", [&] { return origin.requests() == 1; });
    auto second = gateway.client();
    BOOST_TEST(second.get("/x").body == "2");
    never.open();
    BOOST_TEST(first.answer().body == "1");
}

BOOST_AUTO_TEST_CASE(what_fails_fails_for_all_of_them_in_the_gateways_words) {
    Gate answer;
    Origin origin{[&](const Message&, int) {
        answer.wait();
        return std::string{};
    }};
    GatewayProcess gateway{cached(origin.address(), "wait = 1 * hour")};
    auto clients = askers(gateway, 5);
    wait_for_requests(gateway, 5);
    answer.open();
    for (auto& client : clients) {
        const Message got = client->answer();
        BOOST_TEST(got.status() == 502);
        BOOST_TEST(got.body.find("\"error\"") != std::string::npos);
        BOOST_TEST(got.body.find(got.header("X-Request-Id")) != std::string::npos);
    }
    BOOST_TEST(origin.requests() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_too_long_goes_by_and_is_not_kept) {
    const std::string body(200'000, 'x');
    for (const bool chunked : {false, true}) {
        Origin origin{[&](const Message&, int) {
            if (!chunked) return message(fresh, body);
            return "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n" + std::string{fresh} + "\r\n" + chunk(body) + "0\r\n\r\n";
        }};
        GatewayProcess gateway{cached(origin.address(), "largest = 50 * kilobytes")};
        auto client = gateway.client();
        for (int i = 1; i <= 3; ++i) {
            const Message got = client.get("/x");
            BOOST_TEST((got.body == body));
            BOOST_TEST(got.header("X-Cache") != "HIT");
        }
        BOOST_TEST(origin.requests() == 3);
    }
}

BOOST_AUTO_TEST_CASE(variants_that_are_asked_for_at_once_do_not_get_each_others_answer) {
    Gate answer;
    Origin origin{[&](const Message& request, int) {
        answer.wait();
        return message(std::string{fresh} + "Vary: X-Kind\r\n", request.header("X-Kind"));
    }};
    GatewayProcess gateway{cached(origin.address(), "wait = 1 * hour")};
    auto a = askers(gateway, 5, "X-Kind: a\r\n"), b = askers(gateway, 5, "X-Kind: b\r\n");
    wait_for_requests(gateway, 10);
    answer.open();
    for (auto& client : a) BOOST_TEST(client->answer().body == "a");
    for (auto& client : b) BOOST_TEST(client->answer().body == "b");
    BOOST_TEST(origin.requests() == 2);
}

BOOST_AUTO_TEST_CASE(a_reload_in_the_middle_changes_nothing_for_who_waits_and_keeps_what_comes) {
    Gate asked, answer;
    Origin origin{[&](const Message&, int) {
        asked.open();
        answer.wait();
        return message(fresh, "body");
    }};
    const std::string routes = cached(origin.address(), "wait = 1 * hour");
    GatewayProcess gateway{routes};
    auto clients = askers(gateway, 3);
    asked.wait();
    wait_for_requests(gateway, 3);
    gateway.write_routes("route \"GET /new\" { answer = \"x\" }\n" + routes);
    BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
    auto after = gateway.client();
    after.send(RawClient::head("GET", "/x"));
    wait_for_requests(gateway, 4);
    answer.open();
    for (auto& client : clients) BOOST_TEST(client->answer().body == "body");
    BOOST_TEST(after.answer().body == "body");
    BOOST_TEST(after.get("/x").header("X-Cache") == "HIT");
    BOOST_TEST(origin.requests() == 1);
}

BOOST_AUTO_TEST_CASE(what_was_sent_for_before_a_purge_is_not_kept_after_it) {
    Gate asked, answer;
    Origin origin{[&](const Message&, int n) {
        asked.open();
        if (n == 1) answer.wait();
        return message(fresh, std::to_string(n));
    }};
    GatewayProcess gateway{cached(origin.address(), "wait = 1 * hour")};
    auto early = gateway.client(), late = gateway.client();
    early.send(RawClient::head("GET", "/x"));
    asked.wait();
    RawClient admin{gateway.admin()};
    admin.send("POST /plugins/cache/purge?url=http://gate.test/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    BOOST_TEST(admin.answer().body == "{\"purged\":0}\n");
    BOOST_TEST(late.get("/x").body == "2");
    answer.open();
    BOOST_TEST(early.answer().body == "1");
    BOOST_TEST(late.get("/x").body == "2");
}

BOOST_AUTO_TEST_SUITE_END()

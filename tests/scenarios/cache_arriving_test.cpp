// tests/scenarios/cache_arriving_test.cpp - what is on its way: what of it is read, how much memory it takes, what
// comes before it.
#include "cache_origin.h"
#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

using namespace tollgate::test;

namespace {

constexpr std::string_view fresh = "Cache-Control: max-age=3600\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_cache_arriving)

BOOST_AUTO_TEST_CASE(what_has_no_end_is_not_read_for_nobody) {
    std::atomic<bool> let_go{false};
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        if (!connection.read_request()) return;
        connection.send("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (connection.silent_for(std::chrono::milliseconds{10})) connection.send(chunk("beat"));
        let_go = true;
    }};
    GatewayProcess gateway{cached(upstream.address(), "default_ttl = 1 * hour, wait = 50 * milliseconds")};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/x"));
    client.read_until("beat");
    client.reset();
    wait_until("the upstream is let go", [&] { return let_go.load(); });
}

BOOST_AUTO_TEST_CASE(streams_of_events_are_each_clients_own) {
    Gate over;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        if (!connection.read_request()) return;
        connection.send("HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" +
                        chunk("data: " + std::to_string(connection.number()) + "\n\n"));
        over.wait();
    }};
    GatewayProcess gateway{cached(upstream.address(), "default_ttl = 1 * hour")};
    auto first = gateway.client(), second = gateway.client();
    for (auto* client : {&first, &second}) {
        client->send(RawClient::head("GET", "/x"));
        client->read_until(client == &first ? "data: 1\n" : "data: 2\n");
    }
    over.open();
}

BOOST_AUTO_TEST_CASE(what_there_is_no_memory_for_on_its_way_passes_and_is_kept_another_time) {
    constexpr std::size_t size = 450'000;  // two of them
    Gate rest;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            connection.send("HTTP/1.1 200 X\r\nContent-Length: " + std::to_string(size) + "\r\n" + std::string{fresh} +
                            "\r\n");
            rest.wait();
            connection.send(std::string(size, 'x'));
        }
    }};
    GatewayProcess gateway{cached(upstream.address(), "memory = 1000000 * bytes, largest = 450 * kilobytes")};
    std::vector<RawClient> clients;
    for (const std::string path : {"/1", "/2", "/3"}) {
        clients.push_back(gateway.client());
        clients.back().send(RawClient::head("GET", path));
        const std::string head = clients.back().read_until("\r\n\r\n");
        BOOST_TEST((head.find("; stored") != head.npos) == (path != "/3"), path << " has " << head);
        clients.back().put_back(head);
    }
    rest.open();
    for (auto& client : clients) BOOST_TEST(client.answer().body.size() == size);
    auto& client = clients.front();
    wait_until("there is memory again", [&] { return client.get("/3").header("X-Cache") == "HIT"; });
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_validated_also_where_no_memory_is_left_for_what_comes) {
    constexpr std::size_t size = 500'000;  // two of them take all
    Gate rest;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            const std::string etag = "ETag: \"a\"\r\nCache-Control: max-age=0\r\n";
            if (request->target() == "/old") {
                const bool asked = !request->header("If-None-Match").empty();
                connection.send(asked ? "HTTP/1.1 304 X\r\n" + etag + "\r\n" : message(etag, "old"));
                continue;
            }
            connection.send("HTTP/1.1 200 X\r\nContent-Length: " + std::to_string(size) + "\r\n" + std::string{fresh} +
                            "\r\n");
            rest.wait();
            connection.send(std::string(size, 'x'));
        }
    }};
    GatewayProcess gateway{cached(upstream.address(), "memory = 1000000 * bytes, largest = 500000 * bytes")};
    auto client = gateway.client(), first = gateway.client(), second = gateway.client();
    BOOST_TEST(client.get("/old").header("X-Cache") == "MISS");
    for (auto* reader : {&first, &second}) {
        reader->send(RawClient::head("GET", reader == &first ? "/1" : "/2"));
        const std::string head = reader->read_until("\r\n\r\n");
        BOOST_TEST(head.find("; stored") != head.npos);
        reader->put_back(head);
    }
    BOOST_TEST(client.get("/old").header("X-Cache") == "REVALIDATED");
    rest.open();
    for (auto* reader : {&first, &second}) BOOST_TEST(reader->answer().body.size() == size);
}

BOOST_AUTO_TEST_CASE(interim_answers_reach_the_one_whose_request_was_sent_on) {
    Gate answer;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            connection.send("HTTP/1.1 103 X\r\nLink: </a.css>\r\n\r\n");
            answer.wait();
            connection.send(message(fresh, "body"));
        }
    }};
    GatewayProcess gateway{cached(upstream.address())};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/x"));
    const Message hints = client.answer(true);
    BOOST_TEST(hints.status() == 103);
    BOOST_TEST(hints.header("Link") == "</a.css>");
    answer.open();
    const Message whole = client.answer();
    BOOST_TEST(whole.body == "body");
    BOOST_TEST(!whole.has("Link"));
    const Message hit = client.get("/x");
    BOOST_TEST(hit.header("X-Cache") == "HIT");
    BOOST_TEST(!hit.has("Link"));
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/streaming_test.cpp - bodies of any size in constant memory, both ways, and who waits for whom.
#include "support/background.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t megabyte = 1 << 20;
// A sanitizer's allocator holds freed memory back; what streams in 256 MB would show above that as well.
constexpr std::size_t allowance = 96 * megabyte;

// 2 GB where TOLLGATE_TEST_LARGE is set.
std::uint64_t large() { return std::getenv("TOLLGATE_TEST_LARGE") ? std::uint64_t{2} << 30 : 256 * megabyte; }

// A period that is no power of two: a piece lost, doubled or moved shows.
const std::string& pattern() {
    static const std::string text = [] {
        std::string made(65'521, '\0');
        std::uint32_t state = 1;
        for (char& c : made) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
        return made;
    }();
    return text;
}

// Where a stream of the pattern stands, and whether all of it was right.
class Checker {
public:
    void take(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto at = static_cast<std::size_t>(count_ % pattern().size());
            const auto part = std::min(bytes.size(), pattern().size() - at);
            good_ = good_ && std::memcmp(bytes.data(), pattern().data() + at, part) == 0;
            count_ += part;
            bytes.remove_prefix(part);
        }
    }
    std::uint64_t count() const { return count_; }
    bool good() const { return good_; }

private:
    std::uint64_t count_ = 0;
    bool good_ = true;
};

// Sends so many bytes of the pattern; `chunked` frames each piece, and leaves the last chunk to the caller.
void send_pattern(Connection& connection, std::uint64_t bytes, bool chunked = false) {
    for (std::uint64_t at = 0; at < bytes;) {
        const auto begin = static_cast<std::size_t>(at % pattern().size());
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(pattern().size() - begin, bytes - at));
        const std::string_view piece{pattern().data() + begin, size};
        if (chunked) connection.send(chunk(piece));
        else connection.send(piece);
        at += size;
    }
}

Checker receive(Connection& connection, std::uint64_t bytes) {
    Checker checker;
    while (checker.count() < bytes) {
        const std::string piece = connection.read_some(static_cast<std::size_t>(std::min<std::uint64_t>(bytes - checker.count(), 256 << 10)));
        if (piece.empty()) break;
        checker.take(piece);
    }
    return checker;
}

Checker receive_chunks(Connection& connection) {
    Checker checker;
    for (;;) {
        const auto size = std::stoul(connection.read_until("\r\n"), nullptr, 16);
        checker.take(connection.read_exactly(size));
        connection.read_exactly(2);
        if (size == 0) return checker;
    }
}

std::string length_line(std::uint64_t bytes) { return "Content-Length: " + std::to_string(bytes) + "\r\n"; }

const char* const no_limit = "limits { body = 4 * gigabytes }";

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_streaming)

BOOST_AUTO_TEST_CASE(a_large_download_needs_no_more_memory_than_a_small_one) {
    const auto size = large();
    ScriptedUpstream upstream{[size](UpstreamConnection& connection) {
        while (connection.read_request()) {
            connection.send("HTTP/1.1 200 OK\r\n" + length_line(size) + "\r\n");
            send_pattern(connection, size);
        }
    }};
    GatewayProcess gateway{routes_to(upstream.address())};
    auto client = gateway.client();
    const auto before = gateway.process().resident_bytes();
    client.send(RawClient::head("GET", "/"));
    const Message head = read_head(client);
    BOOST_TEST(head.header("Content-Length") == std::to_string(size));
    const Checker got = receive(client, size);
    BOOST_TEST(got.count() == size);
    BOOST_TEST(got.good());
    BOOST_TEST(gateway.process().peak_resident_bytes() < before + allowance);
}

BOOST_AUTO_TEST_CASE(a_large_upload_needs_no_more_memory_than_a_small_one) {
    const auto size = large();
    Checker got;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request_head();
        got = receive(connection, size);
        connection.answer(200, "thanks");
    }};
    GatewayProcess gateway{routes_to(upstream.address(), "", "", no_limit)};
    auto client = gateway.client();
    const auto before = gateway.process().resident_bytes();
    client.send(RawClient::head("PUT", "/", length_line(size)));
    send_pattern(client, size);
    BOOST_TEST(client.answer().body == "thanks");
    BOOST_TEST(got.count() == size);
    BOOST_TEST(got.good());
    BOOST_TEST(gateway.process().peak_resident_bytes() < before + allowance);
}

BOOST_AUTO_TEST_CASE(chunked_bodies_stream_both_ways_at_once) {
    constexpr std::uint64_t size = 32 * megabyte;
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request_head();
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        Background answer{[&] { send_pattern(connection, size, true); }};
        const Checker got = receive_chunks(connection);
        answer.wait();
        connection.send(chunk(""));  // not before the upload is here: an answer that ended would end it
        if (!got.good() || got.count() != size) throw std::runtime_error{"the upload came wrong"};
    }};
    GatewayProcess gateway{routes_to(upstream.address(), "", "", no_limit)};
    auto client = gateway.client();
    client.send(RawClient::head("POST", "/", "Transfer-Encoding: chunked\r\n"));
    Background upload{[&] {
        send_pattern(client, size, true);
        client.send(chunk(""));
    }};
    const Message head = read_head(client);
    const Checker got = receive_chunks(client);
    upload.wait();
    BOOST_TEST(head.status() == 200);
    BOOST_TEST(got.count() == size);
    BOOST_TEST(got.good());
    for (const auto& failure : upstream.failures()) BOOST_ERROR(failure);
}

// The gateway holds a few buffers, the kernel some more, and then the upstream has to wait.
BOOST_AUTO_TEST_CASE(a_slow_reader_slows_the_upstream_down) {
    std::atomic<std::size_t> taken{0};
    Gate stuck;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n" + length_line(512 * megabyte) + "\r\n");
        const std::string piece(megabyte, 'a');
        std::size_t took = 0;
        do taken += took = connection.send_as_far_as_possible(piece, 1s);
        while (took == piece.size() && taken < 512 * megabyte);
        stuck.open();
        connection.wait_for_end();
    }};
    GatewayProcess gateway{routes_to(upstream.address())};
    auto client = gateway.client();
    client.shrink_receive_buffer(64 << 10);
    const auto before = gateway.process().resident_bytes();
    client.send(RawClient::head("GET", "/"));
    read_head(client);
    stuck.wait();
    BOOST_TEST(taken.load() < 64 * megabyte);
    BOOST_TEST(gateway.process().resident_bytes() < before + 16 * megabyte);
}

BOOST_AUTO_TEST_CASE(an_upstream_that_reads_slowly_slows_the_client_down) {
    Gate done;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request_head();
        done.wait();
    }};
    GatewayProcess gateway{routes_to(upstream.address(), "", "", no_limit)};
    auto client = gateway.client();
    const auto before = gateway.process().resident_bytes();
    client.send(RawClient::head("POST", "/", length_line(512 * megabyte)));
    const std::string piece(megabyte, 'a');
    std::size_t sent = 0, took = 0;
    do sent += took = client.send_as_far_as_possible(piece, 1s);
    while (took == piece.size() && sent < 512 * megabyte);
    BOOST_TEST(sent < 64 * megabyte);
    BOOST_TEST(gateway.process().resident_bytes() < before + 16 * megabyte);
    done.open();
}

// The upstream says nothing more before the client has what was said: what the gateway held back would hold up both.
BOOST_AUTO_TEST_CASE(every_server_sent_event_flows_at_once) {
    constexpr int events = 200;
    const auto event = [](int number) { return "id: " + std::to_string(number) + "\ndata: tick\n\n"; };
    for (const bool chunked : {true, false}) {
        std::atomic<int> seen{0};
        std::atomic<std::int64_t> longest{0};
        ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
            connection.read_request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" +
                            std::string{chunked ? "Transfer-Encoding: chunked" : "Connection: close"} + "\r\n\r\n");
            for (int i = 0; i < events; ++i) {
                const auto began = std::chrono::steady_clock::now();
                connection.send(chunked ? chunk(event(i)) : event(i));
                wait_until("the client has the event", [&] { return seen > i; });
                longest = std::max<std::int64_t>(longest, (std::chrono::steady_clock::now() - began) / 1us);
            }
            if (chunked) connection.send(chunk(""));
        }};
        GatewayProcess gateway{routes_to(upstream.address())};
        auto client = gateway.client();
        client.send(RawClient::head("GET", "/events", "Accept: text/event-stream\r\n"));
        const auto head = read_head(client);
        BOOST_TEST(head.header("Content-Type") == "text/event-stream");
        for (int i = 0; i < events; ++i) {
            const auto size = std::stoul(client.read_until("\r\n"), nullptr, 16);
            BOOST_TEST(client.read_exactly(size) == event(i));
            client.read_exactly(2);
            ++seen;
        }
        BOOST_TEST(client.read_exactly(5) == "0\r\n\r\n");
        BOOST_TEST_MESSAGE("the slowest event took " << longest << " us to the client and back to the test");
        for (const auto& failure : upstream.failures()) BOOST_ERROR(failure);
    }
}

BOOST_AUTO_TEST_CASE(a_half_closed_client_gets_its_answer) {
    Gate asked, closed;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request();
        asked.open();
        closed.wait();
        connection.answer(200, "late but whole");
    }};
    GatewayProcess gateway{routes_to(upstream.address())};
    auto client = gateway.client();
    client.send(RawClient::head("POST", "/", "Content-Length: 4\r\n") + "body");
    client.end_sending();
    asked.wait();
    closed.open();
    BOOST_TEST(client.answer().body == "late but whole");
    BOOST_TEST(client.read_to_end() == "");
}

BOOST_AUTO_TEST_CASE(an_upload_cut_short_never_looks_complete) {
    Gate ended;
    std::optional<Message> seen;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        seen = connection.read_request();
        ended.open();
    }};
    GatewayProcess gateway{routes_to(upstream.address())};
    auto client = gateway.client();
    client.send(RawClient::head("POST", "/", "Transfer-Encoding: chunked\r\n") + chunk(std::string(100'000, 'a')));
    client.end_sending();
    ended.wait();
    BOOST_REQUIRE(seen.has_value());
    BOOST_TEST(!seen->complete);
}

BOOST_AUTO_TEST_CASE(an_answer_during_the_upload_is_passed_on_at_once) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request_head();
        connection.read_exactly(1000);
        connection.answer(403, "not yours", "Connection: close\r\n");
        connection.end_sending();
        connection.wait_for_end();
    }};
    GatewayProcess gateway{routes_to(upstream.address(), "", "", no_limit)};
    auto client = gateway.client();
    client.send(RawClient::head("POST", "/", length_line(100 * megabyte)) + std::string(50'000, 'a'));
    const Message answer = client.answer();  // while most of the body is still to come
    BOOST_TEST(answer.status() == 403);
    BOOST_TEST(answer.body == "not yours");
    BOOST_TEST(answer.header("Connection") == "close");  // what would come next is the rest of a body nobody wants
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_takes_its_request_along) {
    Gate asked;
    End end = End::timed_out;
    Gate over;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request();
        asked.open();
        end = connection.wait_for_end();
        over.open();
    }};
    GatewayProcess gateway{routes_to(upstream.address())};
    auto client = gateway.client();
    client.send(RawClient::head("GET", "/"));
    asked.wait();
    client.reset();
    over.wait();
    BOOST_TEST((end != End::timed_out));
}

BOOST_AUTO_TEST_CASE(the_first_of_a_body_does_not_wait_for_the_rest) {
    Gate begun;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request_head();
        std::string body = connection.read_exactly(5);
        begun.open();
        body += connection.read_exactly(5);
        connection.answer(200, body);
    }};
    GatewayProcess gateway{routes_to(upstream.address())};
    auto client = gateway.client();
    client.send(RawClient::head("POST", "/", "Content-Length: 10\r\n") + "first");
    begun.wait();
    client.send(" last");
    BOOST_TEST(client.answer().body == "first last");
}

BOOST_AUTO_TEST_SUITE_END()

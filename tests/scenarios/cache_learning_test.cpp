// tests/scenarios/cache_learning_test.cpp - what a HEAD, a 304 and a reload change of what is kept, and what they do
// not.
#include "cache_origin.h"
#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

using namespace tollgate::test;

namespace {

constexpr std::string_view fresh = "Cache-Control: max-age=3600\r\n", etag = "ETag: \"a\"\r\n";

Message head(RawClient& client, std::string_view lines = {}) {
    client.send(RawClient::head("HEAD", "/x", lines));
    return client.answer(true);
}
std::string page(const GatewayProcess& gateway, std::string_view path) {
    RawClient admin{gateway.admin()};
    admin.send("GET " + std::string{path} + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return admin.answer().body;
}
bool memory_is(const GatewayProcess& gateway, std::size_t bytes) {
    return page(gateway, "/plugins/cache/stats").find("\"memory\":" + std::to_string(bytes) + ',') != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_cache_learning)

BOOST_AUTO_TEST_CASE(what_a_head_brings_is_as_old_as_its_asking_and_says_nothing_of_that_request) {
    Origin origin{[](const Message& request, int) {
        if (request.method() != "HEAD") return message(std::string{fresh}.append(etag), "body");
        std::this_thread::sleep_for(std::chrono::milliseconds{1100});  // a slow answer is old when it comes
        return "HTTP/1.1 200 X\r\nContent-Length: 4\r\nX-New: 2\r\n" + std::string{fresh}.append(etag) + "\r\n";
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    client.get("/x");
    const Message newer = head(client, "Cache-Control: no-cache\r\n");
    BOOST_TEST(newer.header("Cache-Status") == "tollgate; fwd=bypass");
    const Message hit = client.get("/x");
    BOOST_TEST(hit.header("X-Cache") == "HIT");
    BOOST_TEST(hit.header("X-New") == "2");
    BOOST_TEST(hit.header("Cache-Status").starts_with("tollgate; hit"));
    BOOST_TEST(hit.count("Cache-Status") == 1u);
    BOOST_TEST(std::stoi(hit.header("Age")) >= 1);
}

BOOST_AUTO_TEST_CASE(a_head_after_which_it_would_not_be_kept_there_takes_the_copy_away) {
    const std::string_view forbids = "Cache-Control: no-store\r\n", own = "Cache-Control: private\r\n",
                           varies = "Cache-Control: max-age=3600\r\nVary: X-Kind\r\n";
    for (const std::string_view lines : {forbids, own, varies}) {
        Origin origin{[&](const Message& request, int n) {
            if (request.method() == "HEAD")
                return "HTTP/1.1 200 X\r\nContent-Length: 1\r\n" + std::string{lines}.append(etag) + "\r\n";
            return message(std::string{fresh}.append(etag), std::to_string(n));
        }};
        GatewayProcess gateway{cached(origin.address())};
        auto client = gateway.client();
        BOOST_TEST(client.get("/x").body == "1");
        head(client, "Cache-Control: no-cache\r\n");
        BOOST_TEST(client.get("/x").header("X-Cache") == "MISS", lines);
    }
}

BOOST_AUTO_TEST_CASE(a_head_that_is_itself_not_for_keeping_takes_nothing_away) {
    Origin origin{[](const Message& request, int) {
        if (request.method() == "HEAD") return "HTTP/1.1 200 X\r\nContent-Length: 4\r\n" + std::string{fresh} + "\r\n";
        return message(fresh, "body");
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    client.get("/x");
    head(client, "Cache-Control: no-cache, no-store\r\n");
    BOOST_TEST(origin.requests() == 2);
    BOOST_TEST(client.get("/x").header("X-Cache") == "HIT");
}

BOOST_AUTO_TEST_CASE(what_a_304_has_for_the_one_who_asked_reaches_him_and_nobody_else) {
    Origin origin{[](const Message& request, int) {
        const std::string lines = "Cache-Control: max-age=0, private=\"set-cookie\"\r\n" + std::string{etag};
        if (request.header("If-None-Match").empty()) return message(lines + "Set-Cookie: first\r\n", "body");
        return "HTTP/1.1 304 X\r\nSet-Cookie: " + request.header("X-Who") + "\r\n" + lines + "\r\n";
    }};
    GatewayProcess gateway{cached(origin.address())};
    auto client = gateway.client();
    BOOST_TEST(client.get("/x").header("Set-Cookie") == "first");
    for (const std::string_view who : {"a", "b"}) {
        const Message answer = client.get("/x", "X-Who: " + std::string{who} + "\r\n");
        BOOST_TEST(answer.header("X-Cache") == "REVALIDATED");
        BOOST_TEST(answer.header("Set-Cookie") == who);
        BOOST_TEST(answer.count("Set-Cookie") == 1u);
    }
}

BOOST_AUTO_TEST_CASE(a_304_that_says_by_what_answers_are_told_apart_is_for_those_who_ask_the_same) {
    Gate answer;
    Origin origin{[&](const Message& request, int n) {
        if (n == 1) return message("Cache-Control: max-age=0\r\n" + std::string{etag}, "a");
        if (n == 2) answer.wait();
        if (request.header("X-Kind") == "a")
            return "HTTP/1.1 304 X\r\nVary: X-Kind\r\n" + std::string{fresh}.append(etag) + "\r\n";
        return message(std::string{fresh} + "Vary: X-Kind\r\nETag: \"b\"\r\n", "b");
    }};
    GatewayProcess gateway{cached(origin.address(), "wait = 1 * hour")};
    auto first = gateway.client(), second = gateway.client();
    first.get("/x", "X-Kind: a\r\n");
    first.send(RawClient::head("GET", "/x", "X-Kind: a\r\n"));
    wait_until("the upstream is asked", [&] { return origin.requests() == 2; });
    second.send(RawClient::head("GET", "/x", "X-Kind: b\r\n"));
    wait_until("both are under way", [&] {
        return page(gateway, "/metrics").find("\ntollgate_requests_in_flight 2\n") != std::string::npos;
    });
    answer.open();
    BOOST_TEST(first.answer().body == "a");
    BOOST_TEST(second.answer().body == "b");
    for (const std::string kind : {"a", "b"}) {
        const Message hit = first.get("/x", "X-Kind: " + kind + "\r\n");
        BOOST_TEST(hit.header("X-Cache") == "HIT");
        BOOST_TEST(hit.body == kind);
    }
    BOOST_TEST(origin.requests() == 3);
}

BOOST_AUTO_TEST_CASE(a_reload_that_is_refused_changes_no_memory_and_one_without_it_takes_the_usual) {
    Origin origin{std::string{fresh}};
    const auto with = [&](const std::string& memory, const std::string& more = {}) {
        return cached(origin.address(), memory) + more;
    };
    GatewayProcess gateway{with("memory = 8000000 * bytes")};
    auto client = gateway.client();
    client.get("/x");
    BOOST_TEST(memory_is(gateway, 8'000'000));
    const std::string mistake =
        "route \"/y\" { answer = \"\", plugins = cache { ttl = 1 * hour, default_ttl = 1 * hour } }\n";
    gateway.write_routes(with("memory = 2000000 * bytes, largest = 1000 * bytes", mistake));
    BOOST_TEST(gateway.reload().find("reload refused") != std::string::npos);
    BOOST_TEST(client.get("/x").header("X-Cache") == "HIT");
    BOOST_TEST(memory_is(gateway, 8'000'000));
    gateway.write_routes(with("memory = 4000000 * bytes"));
    BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
    const auto becomes = [&](std::size_t bytes) {
        wait_until("it is in force", [&] { return client.get("/x").status() == 200 && memory_is(gateway, bytes); });
    };
    becomes(4'000'000);
    gateway.write_routes(with(""));
    BOOST_TEST(gateway.reload().find("reloaded") != std::string::npos);
    becomes(std::size_t{64} << 20);
    BOOST_TEST(client.get("/x").header("X-Cache") == "HIT");
}

BOOST_AUTO_TEST_SUITE_END()

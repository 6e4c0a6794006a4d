// tests/core/http/session_test.cpp - a client's connection: pipelining, closing well, dying, draining.
#include "core/http/session_site.h"
#include "support/log.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

Task<void> answer_ok(http::Exchange& exchange) {
    const Response response{exchange.refusal ? exchange.refusal->status : 200};
    if (response.status() == 499) {
        exchange.cut();
        co_return;
    }
    const std::string body{exchange.request.target()};
    exchange.begin(response, body.size(), false);
    co_await exchange.send(body, true);
}

// Waits for ever, on nothing of the stream's.
struct Never {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};

// Suspends every exchange until the test lets it go on.
struct Turnstile {
    std::promise<void> entered;
    std::coroutine_handle<> waiter;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) noexcept {
        waiter = handle;
        entered.set_value();
    }
    void await_resume() const noexcept {}
};

std::size_t sessions_become(SessionSite& site, std::size_t wanted) {
    const Deadline deadline;
    std::size_t left;
    do
        site.on_loop([&] { left = site.lane.sessions(); });  // a turn of the loop each time
    while (left != wanted && !deadline.passed());
    return left;
}

const std::string get = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(http_session)

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
    SessionSite site{answer_ok};
    auto client = site.connect();
    std::string bytes, wanted;
    for (int i = 0; i < 2000; ++i) {
        const auto path = "/request-" + std::to_string(i);
        bytes += "\r\nGET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";  // blank lines between are passed over
        wanted += path;
    }
    std::thread talker{[&] { client.say(bytes); }};
    std::string got;
    for (int i = 0; i < 2000; ++i) {
        const auto head = client.head();
        const auto at = head.find("Content-Length: ");
        BOOST_REQUIRE(at != std::string::npos);
        got += client.bytes(std::stoul(head.substr(at + 16)));
    }
    talker.join();
    BOOST_TEST((got == wanted));
}

BOOST_AUTO_TEST_CASE(request_may_come_byte_by_byte) {
    SessionSite site{answer_ok};
    auto client = site.connect();
    for (const char c : "\r\n\r\n" + get) client.say({&c, 1});
    BOOST_TEST(client.until("\r\n\r\n/x").starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_CASE(pipelined_request_waits_for_a_slow_answer) {
    Turnstile gate;
    SessionSite site{[&](http::Exchange& exchange) -> Task<void> {
        return [](http::Exchange& e, Turnstile& g) -> Task<void> {
            if (e.request.path() == "/slow") co_await g;
            co_await answer_ok(e);
        }(exchange, gate);
    }};
    auto client = site.connect();
    client.say("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(happened(gate.entered));
    client.say(get);
    site.on_loop([&] { gate.waiter.resume(); });
    BOOST_TEST(client.until("/slow") != "");
    BOOST_TEST(client.until("/x") != "");
}

BOOST_AUTO_TEST_CASE(client_that_resets_destroys_the_suspended_handler) {
    Turnstile gate;
    std::promise<void> destroyed;
    SessionSite site{[&](http::Exchange& exchange) -> Task<void> {
        return [](http::Exchange& e, Turnstile& g, std::promise<void>& p) -> Task<void> {
            const Destroyed seen{p};
            co_await g;
            BOOST_ERROR("the client is gone");
            co_await answer_ok(e);
        }(exchange, gate, destroyed);
    }};
    auto client = site.connect();
    client.say(get);
    BOOST_TEST(happened(gate.entered));
    client.reset();
    BOOST_TEST(happened(destroyed));
    BOOST_TEST(sessions_become(site, 0) == 0u);
}

BOOST_AUTO_TEST_CASE(client_that_ends_its_side_still_gets_its_answer) {
    Turnstile gate;
    SessionSite site{[&](http::Exchange& exchange) -> Task<void> {
        return [](http::Exchange& e, Turnstile& g) -> Task<void> {
            co_await g;
            co_await answer_ok(e);
        }(exchange, gate);
    }};
    auto client = site.connect();
    client.say(get);
    client.end_writing();
    BOOST_TEST(happened(gate.entered));
    site.on_loop([] {});  // the loop has heard of the end
    site.on_loop([&] { gate.waiter.resume(); });
    BOOST_TEST(client.rest().ends_with("\r\n\r\n/x"));
    BOOST_TEST(!client.was_reset());
    BOOST_TEST(sessions_become(site, 0) == 0u);
}

BOOST_AUTO_TEST_CASE(silent_client_is_closed) {
    http::Limits hasty, idle;
    hasty.header_time = 20ms;
    idle.idle = 20ms;
    SessionSite first{answer_ok, hasty}, second{answer_ok, idle};
    auto fresh = first.connect(), served = second.connect();
    BOOST_TEST(fresh.rest() == "");
    BOOST_TEST(!fresh.was_reset());
    served.say(get);
    BOOST_TEST(served.until("/x") != "");
    BOOST_TEST(served.rest() == "");
    BOOST_TEST(sessions_become(first, 0) == 0u);
    BOOST_TEST(sessions_become(second, 0) == 0u);
}

BOOST_AUTO_TEST_CASE(head_that_does_not_end_is_408) {
    http::Limits limits;
    limits.header_time = 30ms;
    SessionSite site{answer_ok, limits};
    for (const char* bytes : {"GET / HTTP/1.1\r\nHost: x\r\n", "G", "\r"}) {
        auto client = site.connect();
        client.say(bytes);
        const auto got = client.rest();
        BOOST_TEST(got.starts_with("HTTP/1.1 408 "), bytes);
        BOOST_TEST(got.find("Connection: close\r\n") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(time_for_a_head_is_not_renewed_by_each_byte) {
    http::Limits limits;
    limits.header_time = 100ms;
    SessionSite site{answer_ok, limits};
    auto client = site.connect();
    const auto began = net::Clock::now();
    client.say("GET / HTTP/1.1\r\nX: ");
    std::atomic<bool> over{false};
    std::thread dripper{[&] {
        // One byte for each turn the loop makes anyway.
        while (!over) {
            site.on_loop([] {});
            if (!client.say("x")) break;
        }
    }};
    const auto got = client.rest();
    over = true;
    dripper.join();
    BOOST_TEST((got.starts_with("HTTP/1.1 408 ") || got.starts_with("HTTP/1.1 431 ")), got);
    BOOST_TEST((net::Clock::now() - began < 5s));
}

BOOST_AUTO_TEST_CASE(client_that_leaves_within_its_head_is_refused_as_gone) {
    std::promise<void> served;
    std::atomic<int> status{0};
    SessionSite site{[&](http::Exchange& exchange) -> Task<void> {
        status = exchange.refusal ? exchange.refusal->status : 200;
        served.set_value();
        return answer_ok(exchange);
    }};
    auto client = site.connect();
    client.say("GET / HTTP/1.1\r\n");
    client.end_writing();
    BOOST_TEST(happened(served));
    BOOST_TEST(status == 499);
    BOOST_TEST(client.rest() == "");
}

BOOST_AUTO_TEST_CASE(answer_survives_a_client_that_still_sends) {
    // The answer to a request whose body nobody wants must not be destroyed by a reset.
    SessionSite site{answer_ok};
    auto client = site.connect();
    client.say("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
    BOOST_TEST(client.say(std::string(3'000'000, 'x')));
    BOOST_TEST(client.rest().ends_with("\r\n\r\n/x"));
    BOOST_TEST(!client.was_reset());
}

BOOST_AUTO_TEST_CASE(handler_that_throws_ends_its_session) {
    const log::Capture log;
    SessionSite site{[](http::Exchange&) -> Task<void> {
        throw std::runtime_error("a bug");
        co_return;
    }};
    auto client = site.connect();
    client.say(get);
    BOOST_TEST(client.rest() == "");
    BOOST_TEST(!client.timed_out());
    BOOST_TEST(client.was_reset());
    BOOST_TEST(sessions_become(site, 0) == 0u);
    BOOST_TEST(log.has("a bug"));
}

BOOST_AUTO_TEST_CASE(handler_that_does_not_answer_ends_its_session) {
    SessionSite site{[](http::Exchange&) -> Task<void> { co_return; }};
    auto client = site.connect();
    client.say(get);
    BOOST_TEST(client.rest() == "");
    BOOST_TEST(sessions_become(site, 0) == 0u);
}

BOOST_AUTO_TEST_CASE(draining_closes_idle_clients_at_once_and_the_others_after_their_answer) {
    Turnstile gate;
    std::promise<void> empty;
    SessionSite site{[&](http::Exchange& exchange) -> Task<void> {
        return [](http::Exchange& e, Turnstile& g) -> Task<void> {
            if (e.request.path() == "/slow") co_await g;
            co_await answer_ok(e);
        }(exchange, gate);
    }};
    auto idle = site.connect(), fresh = site.connect(), busy = site.connect();
    idle.say(get);
    BOOST_TEST(idle.until("/x") != "");
    busy.say("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(happened(gate.entered));
    site.on_loop([&] { site.lane.drain([&] { empty.set_value(); }); });
    BOOST_TEST(idle.rest() == "");
    BOOST_TEST(fresh.rest() == "");
    BOOST_TEST(!idle.was_reset());
    BOOST_TEST(sessions_become(site, 1) == 1u);   // the loop ends a session just after its client sees the end
    site.on_loop([&] { gate.waiter.resume(); });
    const auto got = busy.rest();
    BOOST_TEST(got.find("Connection: close\r\n") != std::string::npos);
    BOOST_TEST(got.ends_with("/slow"));
    BOOST_TEST(!busy.was_reset());
    busy.close();
    BOOST_TEST(happened(empty));
}

BOOST_AUTO_TEST_CASE(draining_serves_a_new_client_whose_request_is_on_its_way) {
    std::promise<void> empty;
    SessionSite site{answer_ok};
    auto fresh = site.connect();
    // Said within the drain's own turn of the loop: however slow this thread is, it comes soon after.
    site.on_loop([&] {
        site.lane.drain([&] { empty.set_value(); });
        fresh.say(get);
    });
    const auto got = fresh.rest();
    BOOST_TEST(got.find("Connection: close\r\n") != std::string::npos);
    BOOST_TEST(got.ends_with("/x"));
    fresh.close();
    BOOST_TEST(happened(empty));
}

BOOST_AUTO_TEST_CASE(draining_may_serve_who_is_idle_once_more_until_it_is_in_a_hurry) {
    std::promise<void> empty;
    SessionSite site{answer_ok};
    auto asks = site.connect(), stays = site.connect();
    for (auto* client : {&asks, &stays}) {
        client->say(get);
        BOOST_TEST(client->until("/x").find("Connection: close\r\n") == std::string::npos);
    }
    site.on_loop([&] { site.lane.drain([] {}, http::WhileIdle::serve); });
    asks.say(get);
    const auto got = asks.rest();
    BOOST_TEST(got.find("Connection: close\r\n") != std::string::npos);
    BOOST_TEST(got.ends_with("/x"));
    asks.close();
    BOOST_TEST(sessions_become(site, 1) == 1u);
    site.on_loop([&] { site.lane.drain([&] { empty.set_value(); }, http::WhileIdle::close); });
    BOOST_TEST(stays.rest() == "");
    BOOST_TEST(!stays.was_reset());
    stays.close();
    BOOST_TEST(happened(empty));
}

BOOST_AUTO_TEST_CASE(blank_lines_do_not_keep_a_connection_open) {
    SessionSite site{answer_ok};
    auto client = site.connect();
    for (int i = 0; i < 20; ++i) client.say("\r\n");
    client.rest();
    BOOST_TEST(sessions_become(site, 0) == 0u);
}

BOOST_AUTO_TEST_CASE(draining_does_not_destroy_an_answer_on_its_way) {
    // Closing well is under way when the drain begins: the client still sends.
    std::promise<void> answered, empty;
    SessionSite site{[&](http::Exchange& exchange) -> Task<void> {
        return [](http::Exchange& e, std::promise<void>& p) -> Task<void> {
            co_await answer_ok(e);
            p.set_value();
        }(exchange, answered);
    }};
    auto client = site.connect();
    client.say("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    BOOST_TEST(happened(answered));
    site.on_loop([&] { site.lane.drain([&] { empty.set_value(); }); });
    BOOST_TEST(client.say(std::string(1'000'000, 'x')));
    BOOST_TEST(client.rest().ends_with("/x"));
    BOOST_TEST(!client.was_reset());
    client.close();
    BOOST_TEST(happened(empty));
}

BOOST_AUTO_TEST_CASE(draining_an_empty_lane_is_over_at_once) {
    SessionSite site{answer_ok};
    bool empty = false;
    site.on_loop([&] { site.lane.drain([&] { empty = true; }); });
    BOOST_TEST(empty);
}

BOOST_AUTO_TEST_CASE(cutting_all_destroys_every_handler) {
    constexpr int clients = 5;
    std::vector<std::promise<void>> entered(clients), destroyed(clients);
    std::atomic<int> next{0};
    SessionSite site{[&](http::Exchange&) -> Task<void> {
        const auto number = static_cast<std::size_t>(next++);
        return [](std::promise<void>& in, std::promise<void>& out) -> Task<void> {
            const Destroyed seen{out};
            in.set_value();
            co_await Never{};
        }(entered[number], destroyed[number]);
    }};
    std::vector<SocketEnd> ends;
    for (int i = 0; i < clients; ++i) {
        ends.push_back(site.connect());
        ends.back().say(get);
    }
    for (auto& promise : entered) BOOST_TEST(happened(promise));
    site.on_loop([&] { site.lane.cut_all(); });
    for (auto& promise : destroyed) BOOST_TEST(happened(promise));
    for (auto& end : ends) {
        end.rest();
        BOOST_TEST(end.was_reset());
    }
    BOOST_TEST(sessions_become(site, 0) == 0u);
}

BOOST_AUTO_TEST_CASE(many_exchanges_reuse_memory_without_mixing) {
    SessionSite site{answer_ok};
    auto client = site.connect();
    client.say("GET /with HTTP/1.1\r\nHost: x\r\nX-Secret: 1\r\n\r\n");
    BOOST_TEST(client.until("/with") != "");
    for (int i = 0; i < 200; ++i) {
        auto other = site.connect();
        const auto path = "/" + std::to_string(i);
        other.say("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        BOOST_TEST(other.rest().ends_with("\r\n\r\n" + path));
    }
    BOOST_TEST(sessions_become(site, 1) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

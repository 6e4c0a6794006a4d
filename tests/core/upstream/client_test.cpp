// tests/core/upstream/client_test.cpp - one request to one target that answers well, badly, early, late or not at all.
#include "core/upstream/upstream_site.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <coroutine>
#include <future>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;
using Result = UpstreamSite::Result;

namespace {

Request get(std::string_view target = "/a") {
    Request request{"GET", target};
    request.headers().add("Host", "client.example");
    return request;
}
Request post() {
    Request request{"POST", "/p"};
    request.headers().add("Host", "client.example");
    return request;
}

// A request's body that comes as the test says: pieces, at whose end it may throw, or wait for ever.
struct Pieces final : BodySource {
    explicit Pieces(std::vector<std::string> pieces, std::optional<std::uint64_t> length = {})
        : pieces{std::move(pieces)}, size{length} {}
    Task<std::string_view> read() override {
        if (next < pieces.size()) co_return pieces[next++];
        if (gate) co_await *this;
        if (failing) throw Failure{Culprit::client, 499, "client_left", "the client left"};
        ended = true;
        co_return std::string_view{};
    }
    std::optional<std::uint64_t> length() const override { return size; }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) noexcept {
        waiter = handle;
        if (on_waiting) on_waiting();
    }
    void await_resume() const noexcept {}
    std::vector<std::string> pieces;
    std::optional<std::uint64_t> size;
    std::size_t next = 0;
    bool gate = false, failing = false, ended = false;
    std::coroutine_handle<> waiter;
    std::function<void()> on_waiting;
};

// One connection, one request, these bytes, and then the end.
std::function<void(Listening&)> say_once(std::string bytes, bool reset = false) {
    return [bytes = std::move(bytes), reset](Listening& listening) {
        auto connection = listening.accept();
        connection.head();
        connection.say(bytes);
        if (reset) connection.reset();
    };
}
Result ask_once(const std::string& answer, Request request = get(), bool reset = false) {
    ScriptedPeer peer{say_once(answer, reset)};
    UpstreamSite site{peer.address()};
    site.upstream.idle_timeout = patience;
    return site.ask(std::move(request));
}
std::string reason(const Result& result) { return result.failure ? result.failure->reason : ""; }
int status(const Result& result) { return result.failure ? result.failure->status : result.status; }

// Its first label is too long to be asked for: no lookup depends on how far away a name server is.
// A DNS that says nothing before the test does.
net::Lookups::Lookup hanging_until(std::shared_future<void> go) {
    return [go = std::move(go)](const net::Address&) -> net::Lookups::Addresses {
        go.wait();
        return {};
    };
}

const std::string no_such_host = std::string(70, 'x') + ".invalid:80";

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(Outcome)

BOOST_AUTO_TEST_SUITE(upstream_client)

BOOST_AUTO_TEST_CASE(request_goes_out_and_the_answer_comes_in) {
    std::string seen;
    Result result;
    {
        ScriptedPeer peer{[&](Listening& listening) {
            auto connection = listening.accept();
            seen = connection.head();
            connection.say("HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-A: 1\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 2\r\n\r\nhello");
        }};
        UpstreamSite site{peer.address()};
        result = site.ask(get("/a?b"));
    }
    BOOST_TEST(seen == "GET /a?b HTTP/1.1\r\nHost: client.example\r\n\r\n");
    BOOST_TEST(result.status == 201);
    BOOST_TEST(result.body == "hello");
    BOOST_TEST(result.headers == "X-A=1;");
    BOOST_TEST(result.outcome == Outcome::answered);
    BOOST_TEST(result.declared.value() == 5u);
}

BOOST_AUTO_TEST_CASE(answers_come_whole_however_they_are_framed_and_cut_up) {
    const std::string large(300'000, 'x');
    BOOST_TEST((ask_once("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + large).body == large));
    BOOST_TEST((ask_once("HTTP/1.1 200 OK\r\n\r\n" + large).body == large));  // until the end
    BOOST_TEST((ask_once("HTTP/1.0 200 OK\r\n\r\n" + large).body == large));
    const auto chunked = ask_once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n493e0;x=y\r\n" + large + "\r\n0\r\nX-T: 1\r\n\r\n");
    BOOST_TEST((chunked.body == large));
    BOOST_TEST(chunked.trailers == "X-T=1;");
    ScriptedPeer peer{[](Listening& listening) {
        auto connection = listening.accept();
        connection.head();
        for (const char c : std::string_view{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"})
            connection.say({&c, 1});
        connection.until("never");
    }};
    UpstreamSite site{peer.address()};
    BOOST_TEST(site.ask(get()).body == "hello");
}

BOOST_AUTO_TEST_CASE(answers_without_body) {
    for (const char* bytes : {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
        const auto result = ask_once(bytes);
        BOOST_TEST(!result.failure);
        BOOST_TEST(result.body == "");
    }
    const auto head = ask_once("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", Request{"HEAD", "/"});
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.body == "");
    BOOST_TEST(head.declared.value() == 12345u);
}

BOOST_AUTO_TEST_CASE(kept_alive_connection_is_used_again) {
    int connections = 0;
    {
        ScriptedPeer peer{[&](Listening& listening) {
            auto connection = listening.accept();
            ++connections;
            for (int i = 0; i < 3; ++i) {
                connection.head();
                connection.say(i == 2 ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" : ok);
            }
            connection.until("never");
        }};
        UpstreamSite site{peer.address()};
        for (int i = 0; i < 3; ++i) BOOST_TEST(site.ask(get()).status == 200);
    }
    BOOST_TEST(connections == 1);
}

BOOST_AUTO_TEST_CASE(connection_that_cannot_be_trusted_is_not_used_again) {
    const std::string bytes[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",  // more than was asked
        "HTTP/1.1 204 No Content\r\n\r\nevil",
    };
    for (const auto& first : bytes) {
        ScriptedPeer peer{[&](Listening& listening) {
            auto one = listening.accept();
            one.head();
            one.say(first);
            auto two = listening.accept();
            two.head();
            two.say(ok);
        }};
        UpstreamSite site{peer.address()};
        BOOST_TEST(site.ask(get()).status / 100 == 2);
        const auto second = site.ask(get());
        BOOST_TEST(second.body == "hello", first);
    }
}

BOOST_AUTO_TEST_CASE(dead_kept_alive_connection_is_replaced_silently_where_the_request_may_be_repeated) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.say(ok);
        one.head();
        one.close();  // just as the second request comes
        auto two = listening.accept();
        two.head();
        two.say(ok);
        two.head();
        two.close();
    }};
    UpstreamSite site{peer.address()};
    BOOST_TEST(site.ask(get()).status == 200);
    BOOST_TEST(site.ask(get()).status == 200);
    const auto third = site.ask(post());  // may not be repeated
    BOOST_TEST(status(third) == 502);
    BOOST_TEST(reason(third) == "upstream_reset");
    BOOST_TEST(third.outcome == Outcome::reset);
}

BOOST_AUTO_TEST_CASE(fresh_connection_that_dies_is_not_tried_again) {
    std::atomic<int> accepted{0};
    ScriptedPeer peer{[&](Listening& listening) {
        auto one = listening.accept();
        ++accepted;
        one.head();
        one.close();
    }};
    UpstreamSite site{peer.address()};
    const auto result = site.ask(get());
    BOOST_TEST(reason(result) == "upstream_reset");
    BOOST_TEST(accepted == 1);
}

BOOST_AUTO_TEST_CASE(reused_connection_that_dies_after_a_byte_is_not_tried_again) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.say(ok);
        one.head();
        one.say("HTTP/1.1 2");
    }};
    UpstreamSite site{peer.address()};
    BOOST_TEST(site.ask(get()).status == 200);
    BOOST_TEST(reason(site.ask(get())) == "upstream_reset");
}

BOOST_AUTO_TEST_CASE(refused_connection_is_502) {
    const Deaf deaf;
    const std::string address = deaf.address();
    UpstreamSite site{address};
    const auto result = site.ask(get());
    BOOST_TEST(status(result) == 502);
    BOOST_TEST(reason(result) == "upstream_unreachable");
    BOOST_TEST(result.outcome == Outcome::not_connected);
    BOOST_TEST(result.failure->detail.starts_with(address + ": "));
    BOOST_TEST(result.failure->message.find("127.0.0.1") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(name_without_address_is_502) {
    UpstreamSite site{no_such_host};
    const auto result = site.ask(get());
    BOOST_TEST(reason(result) == "upstream_unreachable");
    BOOST_TEST(result.outcome == Outcome::not_connected);
}

BOOST_AUTO_TEST_CASE(name_that_is_not_resolved_in_time_is_504) {
    std::promise<void> go;
    UpstreamSite site{no_such_host, hanging_until(go.get_future().share())};
    site.upstream.connect_timeout = 30ms;
    const auto result = site.ask(get());
    go.set_value();
    BOOST_TEST(status(result) == 504);
    BOOST_TEST(result.outcome == Outcome::connect_timeout);
}

BOOST_AUTO_TEST_CASE(upstream_that_drips_its_head_is_504) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.until("\r\n\r\n");
        // A byte every few milliseconds, for as long as anybody takes them.
        one.say("HTTP/1.1 200 OK\r\nX-Slow: ");
        for (int i = 0; i < 2000 && one.silent_for(5ms); ++i) one.say("x");
    }};
    UpstreamSite site{peer.address()};
    site.upstream.timeout = 100ms;
    const auto result = site.ask(get());
    BOOST_TEST(status(result) == 504);
    BOOST_TEST(result.outcome == Outcome::timeout);
}

BOOST_AUTO_TEST_CASE(silent_upstream_is_504) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.until("never");
    }};
    UpstreamSite site{peer.address()};
    site.upstream.timeout = 30ms;
    const auto result = site.ask(get());
    BOOST_TEST(status(result) == 504);
    BOOST_TEST(reason(result) == "upstream_timeout");
    BOOST_TEST(result.outcome == Outcome::timeout);
}

// Deadlines: of a request, and not of what this target has to keep to.

BOOST_AUTO_TEST_CASE(deadline_before_the_answer_is_504_and_not_the_targets_fault) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.until("never");
    }};
    UpstreamSite site{peer.address()};
    const auto result = site.ask_within(30ms, get());
    BOOST_TEST(status(result) == 504);
    BOOST_TEST(reason(result) == "deadline_exceeded");
    BOOST_TEST(result.outcome == Outcome::abandoned);
}

BOOST_AUTO_TEST_CASE(timeout_before_the_deadline_is_the_targets_fault) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.until("never");
    }};
    UpstreamSite site{peer.address()};
    site.upstream.timeout = 30ms;
    const auto result = site.ask_within(patience, get());
    BOOST_TEST(reason(result) == "upstream_timeout");
    BOOST_TEST(result.outcome == Outcome::timeout);
}

BOOST_AUTO_TEST_CASE(deadline_within_the_answer_cuts_it) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        one.until("never");
    }};
    UpstreamSite site{peer.address()};
    site.upstream.idle_timeout = patience;
    const auto result = site.ask_within(3s, get());
    BOOST_TEST(reason(result) == "deadline_exceeded");
    BOOST_TEST(result.outcome == Outcome::abandoned);
    BOOST_TEST(result.body == "hello");
}

BOOST_AUTO_TEST_CASE(deadline_before_a_name_is_resolved_is_504) {
    std::promise<void> go;
    UpstreamSite site{no_such_host, hanging_until(go.get_future().share())};
    const auto result = site.ask_within(30ms, get());
    go.set_value();
    BOOST_TEST(reason(result) == "deadline_exceeded");
    BOOST_TEST(result.outcome == Outcome::abandoned);
}

BOOST_AUTO_TEST_CASE(deadline_holds_while_the_client_sends) {
    struct Waiting final : BodySource {
        Task<std::string_view> read() override {
            struct Never {
                bool await_ready() const noexcept { return false; }
                void await_suspend(std::coroutine_handle<>) const noexcept {}
                void await_resume() const noexcept {}
            };
            co_await Never{};
            co_return std::string_view{};
        }
        std::optional<std::uint64_t> length() const override { return 10; }
    } body;
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.until("never");
    }};
    UpstreamSite site{peer.address()};
    const auto result = site.ask_within(30ms, Request{"PUT", "/"}, &body);
    BOOST_TEST(reason(result) == "deadline_exceeded");
}

BOOST_AUTO_TEST_CASE(garbage_is_502_and_never_passed_on) {
    for (const char* bytes : {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", "HTTP/1.1 200 OK\nX: 1\n\n",
                              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "HTTP/1.1 600 What\r\n\r\n",
                              "HTTP/1.1 099 What\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"}) {
        const auto result = ask_once(bytes);
        BOOST_TEST(status(result) == 502, bytes);
        BOOST_TEST(reason(result) == "upstream_garbage", bytes);
        BOOST_TEST(result.outcome == Outcome::garbage);
    }
    BOOST_TEST(reason(ask_once("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'))) == "upstream_garbage");
}

// What came of a request that offered "websocket, x".
struct Offered {
    UpstreamSite::Result result;
    std::string taken, behind;
    bool upgraded = false;
};
Offered offer(const std::string& bytes) {
    ScriptedPeer peer{say_once(bytes)};
    UpstreamSite site{peer.address()};
    Offered offered;
    const Request request = get();
    upstream::Call call{site.upstream, site.target(), request};
    call.upgrade = "websocket, x";
    site.run(UpstreamSite::exchange(site.pool, call, offered.result));
    site.on_loop([&] {
        offered.upgraded = call.upgraded != nullptr;
        offered.taken = call.upgrade;
        if (call.upgraded) offered.behind = call.upgraded->buffered();
        call.upgraded.reset();
    });
    return offered;
}

BOOST_AUTO_TEST_CASE(an_upgrade_that_was_offered_is_taken) {
    const auto taken = offer("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                             "Upgrade: WebSocket\r\nSec-WebSocket-Accept: a\r\n\r\n\x81\x01!");
    BOOST_TEST(taken.upgraded);
    BOOST_TEST(taken.taken == "websocket");
    BOOST_TEST(taken.behind == "\x81\x01!");
    BOOST_TEST(status(taken.result) == 101);
    BOOST_TEST(taken.result.headers == "Sec-WebSocket-Accept=a;");
    BOOST_TEST(taken.result.outcome == Outcome::answered);
}

BOOST_AUTO_TEST_CASE(an_upgrade_to_what_was_not_offered_is_garbage) {
    for (const char* lines : {"", "Connection: upgrade\r\n", "Upgrade: websocket\r\n", "Connection: upgrade\r\nUpgrade: h2c\r\n",
                              "Connection: upgrade\r\nUpgrade: x, websocket\r\n",
                              "Connection: upgrade\r\nUpgrade: x\r\nUpgrade: x\r\n"}) {
        const auto answer = offer("HTTP/1.1 101 Switching Protocols\r\n" + std::string{lines} + "\r\n");
        BOOST_TEST(!answer.upgraded, lines);
        BOOST_TEST(status(answer.result) == 502, lines);
        BOOST_TEST(answer.result.outcome == Outcome::garbage, lines);
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_refused_an_upgrade_is_not_used_again) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
        one.rest();
    }};
    UpstreamSite site{peer.address()};
    Offered offered;
    const Request request = get();
    upstream::Call call{site.upstream, site.target(), request};
    call.upgrade = "websocket";
    site.run(UpstreamSite::exchange(site.pool, call, offered.result));
    BOOST_TEST(offered.result.body == "no");
    BOOST_TEST(site.target().state().idle.load() == 0u);
}

BOOST_AUTO_TEST_CASE(answer_cut_short_never_looks_whole) {
    for (const char* bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n"}) {
        const auto result = ask_once(bytes);
        BOOST_TEST(status(result) == 502, bytes);
        BOOST_TEST(result.outcome == Outcome::cut, bytes);
    }
    BOOST_TEST(ask_once("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x'), get(), true).outcome == Outcome::cut);  // reset
}

BOOST_AUTO_TEST_CASE(body_that_stalls_is_504) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        one.until("never");
    }};
    UpstreamSite site{peer.address()};
    site.upstream.idle_timeout = 30ms;
    const auto result = site.ask(get());
    BOOST_TEST(status(result) == 504);
    BOOST_TEST(result.outcome == Outcome::cut);
    BOOST_TEST(result.body == "hello");
}

BOOST_AUTO_TEST_CASE(interim_answers_reach_their_sink_and_continue_does_not) {
    struct Sink final : upstream::InterimSink {
        Task<void> on_interim(int status, const Headers& headers) override {
            told += std::to_string(status) + " " + std::string(headers.get("Link")) + ";";
            co_return;
        }
        std::string told;
    } sink;
    ScriptedPeer peer{say_once("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + ok)};
    UpstreamSite site{peer.address()};
    const auto result = site.ask(get(), nullptr, &sink);
    BOOST_TEST(result.body == "hello");
    BOOST_TEST(result.headers == "");
    BOOST_TEST(sink.told == "103 a;102 ;");
}

BOOST_AUTO_TEST_CASE(endless_interim_answers_are_garbage) {
    std::string many;
    for (int i = 0; i < 100; ++i) many += "HTTP/1.1 103 Early Hints\r\n\r\n";
    BOOST_TEST(reason(ask_once(many)) == "upstream_garbage");
}

// Uploads --------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(bodies_are_sent_with_length_or_in_chunks) {
    std::string first, second, third;
    {
        ScriptedPeer peer{[&](Listening& listening) {
            auto one = listening.accept();
            first = one.head() + one.bytes(5);
            one.say(ok);
            second = one.until("0\r\n\r\n");
            one.say(ok);
            third = one.head();
            one.say(ok);
            one.until("never");
        }};
        UpstreamSite site{peer.address()};
        Pieces sized{{"hel", "lo"}, 5}, open{{"hello", " world"}}, empty{{}, 0};
        BOOST_TEST(site.ask(post(), &sized).status == 200);
        BOOST_TEST(site.ask(post(), &open).status == 200);
        BOOST_TEST(open.ended);
        BOOST_TEST(site.ask(post(), &empty).status == 200);
    }
    BOOST_TEST(first == "POST /p HTTP/1.1\r\nHost: client.example\r\nContent-Length: 5\r\n\r\nhello");
    BOOST_TEST(second == "POST /p HTTP/1.1\r\nHost: client.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    BOOST_TEST(third == "POST /p HTTP/1.1\r\nHost: client.example\r\nContent-Length: 0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(early_answer_ends_an_upload_and_its_connection) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.say("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
        auto two = listening.accept();
        two.head();
        two.say(ok);
    }};
    UpstreamSite site{peer.address()};
    Pieces waiting{{"first"}};
    waiting.gate = true;
    const auto early = site.ask(post(), &waiting);
    BOOST_TEST(early.status == 413);
    BOOST_TEST(early.body == "no");
    BOOST_TEST(!waiting.ended);
    BOOST_TEST(site.ask(get()).body == "hello");  // on another connection
}

BOOST_AUTO_TEST_CASE(failing_request_body_ends_the_call_with_its_failure) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.until("never");
    }};
    UpstreamSite site{peer.address()};
    Pieces at_once{{"first"}};
    at_once.failing = true;
    BOOST_TEST(status(site.ask(post(), &at_once)) == 499);
}

BOOST_AUTO_TEST_CASE(request_body_that_fails_while_the_answer_is_awaited_ends_the_call) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.until("never");
    }};
    UpstreamSite site{peer.address()};
    Pieces later{{"first"}};
    later.gate = later.failing = true;
    later.on_waiting = [&] { site.loop.post([&] { later.waiter.resume(); }); };
    const auto result = site.ask(post(), &later);
    BOOST_TEST(status(result) == 499);
    BOOST_TEST(result.outcome == Outcome::abandoned);
}

BOOST_AUTO_TEST_CASE(request_body_that_fails_within_the_answer_cuts_it) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        one.until("never");
    }};
    UpstreamSite site{peer.address()};
    Pieces later{{"first"}};
    later.gate = later.failing = true;
    Result result;
    Request request = post();
    upstream::Call call{site.upstream, site.target(), request, &later, nullptr};
    site.run([](UpstreamSite& s, upstream::Call& c, Pieces& body, Result& r) -> Task<void> {
        try {
            Response response = co_await upstream::call(s.pool, c);
            auto& source = *response.body().source();
            r.body = co_await source.read();
            s.loop.post([&body] { body.waiter.resume(); });
            r.body += co_await source.read();
        } catch (const Failure& failure) {
            r.failure = failure;
        }
    }(site, call, later, result));
    BOOST_TEST(result.body == "hello");
    BOOST_TEST(status(result) == 499);
}

BOOST_AUTO_TEST_CASE(upstream_that_takes_no_upload_is_504) {
    std::promise<void> over;
    ScriptedPeer peer{[&](Listening& listening) {
        auto one = listening.accept();
        over.get_future().wait();  // reads nothing, says nothing
    }};
    UpstreamSite site{peer.address()};
    site.upstream.timeout = 50ms;
    Pieces large{std::vector<std::string>(200, std::string(1 << 20, 'x'))};
    const auto result = site.ask(post(), &large);
    over.set_value();
    BOOST_TEST(status(result) == 504);
    BOOST_TEST(result.outcome == Outcome::timeout);
}

BOOST_AUTO_TEST_CASE(upload_that_takes_long_is_no_timeout_but_the_silence_after_it_is) {
    std::promise<void> over;
    ScriptedPeer peer{[&](Listening& listening) {
        auto one = listening.accept();
        one.until("0\r\n\r\n");
        over.get_future().wait();
    }};
    UpstreamSite site{peer.address()};
    site.upstream.timeout = 60ms;
    struct Slow final : BodySource, net::Timer {
        explicit Slow(net::EventLoop& l) : loop{l} {}
        Task<std::string_view> read() override {
            if (++pieces > 6) co_return std::string_view{};
            co_await *this;
            co_return "piece";
        }
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> handle) noexcept {
            waiter = handle;
            loop.arm(*this, net::Duration{30ms});
        }
        void await_resume() const noexcept {}
        void on_timer() override { waiter.resume(); }
        net::EventLoop& loop;
        int pieces = 0;
        std::coroutine_handle<> waiter;
    } slow{site.loop};
    const auto result = site.ask(post(), &slow);
    over.set_value();
    BOOST_TEST(slow.pieces == 7);
    BOOST_TEST(status(result) == 504);
}

BOOST_AUTO_TEST_CASE(upload_to_a_connection_that_dies_is_502) {
    ScriptedPeer peer{[](Listening& listening) {
        auto one = listening.accept();
        one.head();
        one.reset();
    }};
    UpstreamSite site{peer.address()};
    Pieces large{std::vector<std::string>(200, std::string(1 << 20, 'x'))};
    const auto result = site.ask(post(), &large);
    BOOST_TEST(status(result) == 502);
}

// Cancellation ---------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(call_may_be_destroyed_wherever_it_waits) {
    enum class Where { answer, body, upload };
    for (const auto where : {Where::answer, Where::body, Where::upload}) {
        std::promise<void> arrived, closed;
        ScriptedPeer peer{[&](Listening& listening) {
            auto one = listening.accept();
            one.head();
            if (where == Where::body) one.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            arrived.set_value();
            one.rest();
            if (!one.timed_out()) closed.set_value();
        }};
        UpstreamSite site{peer.address()};
        Request request = post();
        Pieces upload{{"first"}};
        upload.gate = true;
        upstream::Call call{site.upstream, site.target(), request, where == Where::upload ? &upload : nullptr, nullptr};
        Result result;
        Task<void> task;
        site.on_loop([&] {
            task = UpstreamSite::exchange(site.pool, call, result);
            task.start();
        });
        arrived.get_future().wait();
        if (where == Where::body) {
            bool more = true;
            while (more) site.on_loop([&] { more = result.body.empty(); });
        }
        site.on_loop([&] {
            BOOST_TEST(!task.done());
            task = {};
        });
        BOOST_TEST((closed.get_future().wait_for(patience) == std::future_status::ready));
    }
}

BOOST_AUTO_TEST_CASE(call_may_be_destroyed_while_it_resolves_a_name) {
    UpstreamSite site{no_such_host};
    Request request = get();
    upstream::Call call{site.upstream, site.target(), request, nullptr, nullptr};
    Result result;
    site.on_loop([&] {
        auto task = UpstreamSite::exchange(site.pool, call, result);
        task.start();
    });
    BOOST_TEST(!result.failure);
}

BOOST_AUTO_TEST_CASE(methods_that_may_be_repeated) {
    for (const char* method : {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"}) BOOST_TEST(upstream::may_be_repeated(method));
    for (const char* method : {"POST", "PATCH", "get", "CONNECT", "LOCK"}) BOOST_TEST(!upstream::may_be_repeated(method));
}

BOOST_AUTO_TEST_SUITE_END()

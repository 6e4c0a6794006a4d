// tests/core/http/exchange_test.cpp - one request and its answer over HTTP/1.1, as client and handler see it.
#include "core/http/session_site.h"
#include "http/layout.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

// Answers with what it was asked, the body behind it; a refusal with its status. As the gateway does.
Task<void> echo(http::Exchange& exchange) {
    int status = 200;
    std::string text;
    if (exchange.refusal) {
        status = exchange.refusal->status;
        if (status == 499) {
            exchange.cut();
            co_return;
        }
        text = exchange.refusal->reason;
    } else {
        text = std::string(exchange.request.method()) + " " + std::string(exchange.request.target()) + " " +
               std::string(exchange.request.host());
        if (exchange.has_body()) {
            text += " ";
            try {
                for (;;) {
                    const auto piece = co_await exchange.body().read();
                    if (piece.empty()) break;
                    text += piece;
                }
                if (const auto* trailers = exchange.body().trailers())
                    for (const auto& line : *trailers) text.append(" ").append(line.name).append("=").append(line.value);
            } catch (const Failure& failure) {
                if (failure.status == 499) throw;
                status = failure.status;
                text = failure.reason;
            }
        }
    }
    const Response response{status};
    exchange.begin(response, text.size(), exchange.request.method() == "HEAD");
    co_await exchange.send(text, true);
}

// As the corridor: a client that left ends the exchange and nothing else.
SessionSite::Serve guarded(SessionSite::Serve serve) {
    return [serve = std::move(serve)](http::Exchange& exchange) -> Task<void> {
        return [](const SessionSite::Serve& inner, http::Exchange& e) -> Task<void> {
            try {
                co_await inner(e);
            } catch (const Failure&) {
                e.cut();
            }
        }(serve, exchange);
    };
}

std::string answer(SocketEnd& client) {
    std::string head = client.head();
    const auto at = head.find("Content-Length: ");
    if (at != std::string::npos) head += client.bytes(std::stoul(head.substr(at + 16)));
    return head;
}
int status_of(const std::string& answer) { return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0; }
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string ask(const std::string& bytes, http::Limits limits = {}) {
    SessionSite site{guarded(echo), limits};
    auto client = site.connect();
    client.say(bytes);
    client.end_writing();
    return client.rest();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_exchange)

BOOST_AUTO_TEST_CASE(request_is_answered_and_the_connection_kept) {
    SessionSite site{guarded(echo)};
    auto client = site.connect();
    for (int i = 0; i < 3; ++i) {
        client.say("GET /a?b HTTP/1.1\r\nHost: Example.com:80\r\n\r\n");
        const auto got = answer(client);
        BOOST_TEST(got.starts_with("HTTP/1.1 200 OK\r\n"));
        BOOST_TEST(got.ends_with("\r\n\r\nGET /a?b example.com"));
        BOOST_TEST(!has(got, "Connection:"));
    }
}

BOOST_AUTO_TEST_CASE(old_client_gets_close_or_keep_alive_said) {
    const auto closed = ask("GET / HTTP/1.0\r\n\r\n");
    BOOST_TEST(has(closed, "Connection: close\r\n"));
    SessionSite site{guarded(echo)};
    auto client = site.connect();
    for (int i = 0; i < 2; ++i) {
        client.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        BOOST_TEST(has(answer(client), "Connection: keep-alive\r\n"));
    }
}

BOOST_AUTO_TEST_CASE(client_that_says_close_is_told_close) {
    const auto got = ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(has(got, "Connection: close\r\n"));
    BOOST_TEST(!has(got, "/2"));
}

BOOST_AUTO_TEST_CASE(head_is_answered_without_body_but_with_its_length) {
    const auto got = ask("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\nGET /z HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(has(got, "Content-Length: 11\r\n"));
    BOOST_TEST(!has(got, "HEAD /abc"));
    BOOST_TEST(got.ends_with("GET /z x"));
}

BOOST_AUTO_TEST_CASE(bodies_and_trailers_are_read) {
    BOOST_TEST(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello").ends_with("POST / x hello"));
    BOOST_TEST(ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\nX-T: 1\r\n\r\n")
                   .ends_with("POST / x hello! X-T=1"));
    const std::string large(1 << 20, 'z');
    BOOST_TEST(ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + large).ends_with("x " + large));
}

const std::pair<const char*, int> refused[] = {
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400},
    {"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n", 400},
    {"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /../a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400},
    {"GET / HTTP/1.1\nHost: a\n\n", 400},
    {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501},
    {"GET / HTTP/1.1\r\nHost: a\r\nExpect: the-unexpected\r\n\r\n", 417},
};
BOOST_AUTO_TEST_CASE(ambiguous_requests_are_refused_and_the_connection_closed) {
    for (const auto& [bytes, status] : refused) {
        const auto got = ask(bytes + std::string("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"));
        BOOST_TEST(status_of(got) == status, bytes << " got " << got);
        BOOST_TEST(has(got, "Connection: close\r\n"));
        BOOST_TEST(!has(got, "smuggled"));
    }
}

// Answers with what was offered.
Task<void> say_offer(http::Exchange& exchange) {
    const std::string text = '[' + exchange.upgrade + ']';
    exchange.begin(Response{200}, text.size(), false);
    co_await exchange.send(text, true);
}

BOOST_AUTO_TEST_CASE(an_offer_of_another_protocol_is_told_where_it_can_be_taken) {
    const std::pair<const char*, const char*> offers[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "[websocket]"},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, upgrade\r\nUpgrade: a/1, h2c\r\nUpgrade: b\r\n\r\n", "[a/1, b]"},
        {"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n", "[]"},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n", "[]"},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", "[]"},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n", "[]"},
        {"GET / HTTP/1.0\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "[]"},
        {"POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nhi", "[]"},
        {"POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 0\r\n\r\n", "[x]"},
    };
    for (const auto& [bytes, offer] : offers) {
        SessionSite site{guarded(say_offer)};
        auto client = site.connect();
        client.say(bytes);
        const auto got = answer(client);
        BOOST_TEST(got.ends_with(offer), bytes << got);
    }
}

BOOST_AUTO_TEST_CASE(an_offer_not_taken_with_more_behind_it_ends_the_connection) {
    SessionSite site{guarded(say_offer)};
    auto client = site.connect();
    const std::string offer = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    client.say(offer);
    BOOST_TEST(!has(answer(client), "Connection: close\r\n"));
    client.say(offer + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(has(answer(client), "Connection: close\r\n"));
    BOOST_TEST(client.rest() == "");
}

// An upgraded connection is bytes, from the one right behind the request on, until each side has ended.
BOOST_AUTO_TEST_CASE(what_follows_an_upgrade_is_passed_as_it_is) {
    std::promise<void> over;
    bool whole = false;
    SessionSite site{guarded([&](http::Exchange& exchange) -> Task<void> {
        return [](http::Exchange& e, bool& w, std::promise<void>& o) -> Task<void> {
            Response response{200};
            response.layout().status = 101;
            e.begin_upgraded(response, "x");
            co_await e.send({}, false);
            for (;;) {
                const std::string piece{co_await e.body().read()};
                if (piece.empty()) break;
                co_await e.send("<" + piece + ">", false);
            }
            co_await e.send("end", true);
            w = e.sent_whole() && e.body_received() == 22 && e.body_sent() == 29;
            o.set_value();
        }(exchange, whole, over);
    })};
    auto client = site.connect();
    client.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    const auto head = client.head();
    BOOST_TEST(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
    BOOST_TEST(head.ends_with("Connection: upgrade\r\nUpgrade: x\r\n\r\n"));
    BOOST_TEST(client.bytes(20) == "<GET / HTTP/1.1\r\n\r\n>");
    client.say("more");
    BOOST_TEST(client.bytes(6) == "<more>");
    client.end_writing();
    BOOST_TEST(client.rest() == "end");
    BOOST_TEST(happened(over));
    BOOST_TEST(whole);
}

BOOST_AUTO_TEST_CASE(refused_request_keeps_a_path_for_the_log) {
    std::string path = "unset", query;
    {
        SessionSite site{guarded([&](http::Exchange& exchange) {
            path = exchange.request.path();
            query = exchange.request.query();
            return echo(exchange);
        })};
        auto client = site.connect();
        client.say("GET /a/%2e%2e/b?c HTTP/1.1\r\nHost: a\r\n\r\n");
        BOOST_TEST(status_of(answer(client)) == 400);
    }
    BOOST_TEST(path == "/a/%2e%2e/b");
    BOOST_TEST(query == "c");
}

BOOST_AUTO_TEST_CASE(absolute_target_that_agrees_with_host_is_taken) {
    BOOST_TEST(has(ask("GET http://Example.com/a?b HTTP/1.1\r\nHost: example.com\r\n\r\n"), "GET /a?b example.com"));
    BOOST_TEST(has(ask("GET http://example.com?b HTTP/1.1\r\nHost: example.com\r\n\r\n"), "GET /?b example.com"));
    BOOST_TEST(has(ask("GET http://example.com HTTP/1.0\r\n\r\n"), "GET / example.com"));
    BOOST_TEST(has(ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), "200 OK"));
}

BOOST_AUTO_TEST_CASE(limits_have_their_statuses) {
    http::Limits limits;
    limits.request_line = 100;
    limits.headers = 500;
    limits.header_count = 5;
    limits.body = 10;
    const auto status = [&](const std::string& bytes) { return status_of(ask(bytes, limits)); };
    BOOST_TEST(status("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n") == 414);
    BOOST_TEST(status("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(500, 'a') + "\r\n\r\n") == 431);
    BOOST_TEST(status("GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n\r\n") == 431);
    BOOST_TEST(status("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world") == 413);
    BOOST_TEST(status("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello worl") == 200);
    BOOST_TEST(status("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n6\r\nworld!\r\n0\r\n\r\n") == 413);
}

BOOST_AUTO_TEST_CASE(declared_length_beyond_the_limit_is_refused_before_the_body_comes) {
    SessionSite site{guarded([](http::Exchange& exchange) -> Task<void> {
        int status = 200;
        try {
            exchange.limit_body(10);
        } catch (const Failure& failure) {
            status = failure.status;
            exchange.close_after();
        }
        const Response response{status};
        exchange.begin(response, 0, false);
        co_await exchange.send({}, true);
    })};
    auto client = site.connect();
    client.say("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
    const auto got = client.rest();
    BOOST_TEST(got.starts_with("HTTP/1.1 413 "));
    BOOST_TEST(!client.was_reset());
}

BOOST_AUTO_TEST_CASE(continue_is_said_only_when_the_body_is_read) {
    SessionSite site{guarded([](http::Exchange& exchange) -> Task<void> {
        if (exchange.request.path() == "/read") return echo(exchange);
        return [](http::Exchange& e) -> Task<void> {
            const Response response{200};
            e.begin(response, 0, false);
            co_await e.send({}, true);
        }(exchange);
    })};
    auto client = site.connect();
    client.say("POST /read HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n");
    BOOST_TEST(client.head() == "HTTP/1.1 100 Continue\r\n\r\n");
    client.say("hello");
    BOOST_TEST(answer(client).ends_with("POST /read x hello"));
    client.say("POST /ignore HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    const auto got = client.rest();
    BOOST_TEST(got.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(has(got, "Connection: close\r\n"));  // nobody knows whether the body will come
    BOOST_TEST(!has(got, "100"));
}

BOOST_AUTO_TEST_CASE(unread_body_that_is_here_is_passed_over) {
    SessionSite site{guarded([](http::Exchange& exchange) -> Task<void> {
        const Response response{200};
        exchange.begin(response, 0, false);
        co_await exchange.send({}, true);
    })};
    auto client = site.connect();
    client.say("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloPOST /2 HTTP/1.1\r\nHost: x\r\n"
               "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 3; ++i) {
        const auto got = answer(client);
        BOOST_TEST(got.starts_with("HTTP/1.1 200 OK\r\n"));
        BOOST_TEST(!has(got, "Connection: close"));
    }
    // A broken one ends the connection, and is never taken for a request.
    client.say("POST /4 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nGET /5 HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto got = client.rest();
    BOOST_TEST(has(got, "Connection: close\r\n"));
    BOOST_TEST(!has(got.substr(20), "HTTP/1.1"));
}

BOOST_AUTO_TEST_CASE(answer_of_unknown_length_is_chunked_and_may_have_trailers) {
    const auto serve = guarded([](http::Exchange& exchange) -> Task<void> {
        const Response response{200};
        exchange.begin(response, std::nullopt, exchange.request.method() == "HEAD");
        co_await exchange.send("hello", false);
        co_await exchange.send({}, false);  // nothing, and not the end
        const std::string large(5000, 'x');
        co_await exchange.send(large, false);
        const Headers trailers{{"X-Sum", "1"}};
        co_await exchange.send({}, true, &trailers);
    });
    SessionSite site{serve};
    auto client = site.connect();
    client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    BOOST_TEST(has(client.head(), "Transfer-Encoding: chunked\r\n"));
    BOOST_TEST(client.until("X-Sum: 1\r\n\r\n") ==
               "5\r\nhello\r\n1388\r\n" + std::string(5000, 'x') + "\r\n0\r\nX-Sum: 1\r\n\r\n");
    BOOST_TEST(!has(client.head(), "Content-Length"));  // HEAD: none was known
    const auto old = client.rest();
    BOOST_TEST(has(old, "Connection: close\r\n"));
    BOOST_TEST(!has(old, "chunked"));
    BOOST_TEST(old.ends_with("\r\n\r\nhello" + std::string(5000, 'x')));
}

BOOST_AUTO_TEST_CASE(no_content_and_not_modified_have_no_body) {
    SessionSite site{guarded([](http::Exchange& exchange) -> Task<void> {
        const Response response{exchange.request.path() == "/204" ? 204 : 304};
        exchange.begin(response, 5, false);
        co_await exchange.send("hello", true);
    })};
    auto client = site.connect();
    client.say("GET /204 HTTP/1.1\r\nHost: x\r\n\r\nGET /304 HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(!has(client.head(), "Content-Length"));
    const auto head = client.head();
    BOOST_TEST(head.starts_with("HTTP/1.1 304"));
    client.say("GET /204 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    BOOST_TEST(client.rest().ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(interim_answers_go_to_new_clients_only) {
    SessionSite site{guarded([](http::Exchange& exchange) -> Task<void> {
        co_await exchange.send_interim(103, {{"Link", "</a>"}});
        const Response response{200};
        exchange.begin(response, 0, false);
        co_await exchange.send_interim(103, {});  // too late
        co_await exchange.send({}, true);
    })};
    auto client = site.connect();
    client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(client.head() == "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    BOOST_TEST(client.head().starts_with("HTTP/1.1 200"));
    client.say("GET / HTTP/1.0\r\n\r\n");
    const auto old = client.rest();
    BOOST_TEST(old.starts_with("HTTP/1.1 200"));
    BOOST_TEST(!has(old, "103"));
}

BOOST_AUTO_TEST_CASE(an_interim_answer_that_may_not_wait_goes_at_once_or_before_the_answer) {
    constexpr std::size_t count = 20;
    const std::string long_line(1 << 20, 'x');
    std::size_t offered = 0;
    SessionSite site{guarded([&](http::Exchange& exchange) -> Task<void> {
        return [](http::Exchange& e, const std::string& text, std::size_t& n) -> Task<void> {
            while (n < count) {  // more than a connection takes while nobody reads
                e.offer_interim(103, {{"Link", text}});
                ++n;
            }
            const Response response{200};
            e.begin(response, 2, false);
            e.offer_interim(103, {});  // too late
            co_await e.send("ok", true);
        }(exchange, long_line, offered);
    })};
    auto client = site.connect();
    client.say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const std::string all = client.rest();
    BOOST_TEST(offered == count);
    const std::string one = "HTTP/1.1 103 Early Hints\r\nLink: " + long_line + "\r\n\r\n";
    BOOST_REQUIRE_GT(all.size(), count * one.size());
    for (std::size_t i = 0; i < count; ++i) BOOST_REQUIRE(all.compare(i * one.size(), one.size(), one) == 0);
    BOOST_TEST(all.substr(count * one.size()).starts_with("HTTP/1.1 200"));
    BOOST_TEST(all.ends_with("\r\n\r\nok"));
}

BOOST_AUTO_TEST_CASE(body_that_differs_from_its_length_is_cut) {
    for (const std::string_view body : {"too long", "sh"}) {
        std::string reason;
        SessionSite site{[&](http::Exchange& exchange) -> Task<void> {
            return [](http::Exchange& e, std::string_view b, std::string& r) -> Task<void> {
                const Response response{200};
                e.begin(response, 5, false);
                try {
                    co_await e.send(b, true);
                } catch (const Failure& failure) {
                    r = failure.reason;
                }
            }(exchange, body, reason);
        }};
        auto client = site.connect();
        client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        client.rest();
        site.on_loop([] {});  // it has been noted by now
        BOOST_TEST(client.was_reset());
        BOOST_TEST(reason == "length_mismatch");
    }
}

BOOST_AUTO_TEST_CASE(answer_that_is_cut_ends_in_a_reset) {
    SessionSite site{[](http::Exchange& exchange) -> Task<void> {
        const Response response{200};
        exchange.begin(response, std::nullopt, false);
        co_await exchange.send("half of", false);
        exchange.cut();
    }};
    auto client = site.connect();
    client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto got = client.rest();
    BOOST_TEST(client.was_reset());
    BOOST_TEST(!has(got, "\r\n0\r\n"));
}

BOOST_AUTO_TEST_CASE(body_that_stops_coming_is_408) {
    http::Limits limits;
    limits.body_time = 30ms;
    SessionSite site{guarded(echo), limits};
    auto client = site.connect();
    client.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    const auto got = client.rest();
    BOOST_TEST(status_of(got) == 408);
    BOOST_TEST(has(got, "Connection: close\r\n"));
}

BOOST_AUTO_TEST_CASE(client_that_ends_within_its_body_is_gone) {
    int status = 0;
    std::promise<void> ended;
    SessionSite site{[&](http::Exchange& exchange) -> Task<void> {
        return [](http::Exchange& e, int& s, std::promise<void>& p) -> Task<void> {
            try {
                while (!(co_await e.body().read()).empty()) continue;
            } catch (const Failure& failure) {
                s = failure.status;
                e.cut();
            }
            p.set_value();
        }(exchange, status, ended);
    }};
    auto client = site.connect();
    client.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
    client.end_writing();
    BOOST_TEST(happened(ended));
    BOOST_TEST(status == 499);
}

BOOST_AUTO_TEST_CASE(client_that_takes_nothing_is_cut) {
    http::Limits limits;
    limits.send_time = 30ms;
    int status = 0;
    std::promise<void> ended;
    SessionSite site{[&](http::Exchange& exchange) -> Task<void> {
                         return [](http::Exchange& e, int& s, std::promise<void>& p) -> Task<void> {
                             const std::string piece(1 << 20, 'x');
                             const Response response{200};
                             e.begin(response, std::nullopt, false);
                             try {
                                 for (;;) co_await e.send(piece, false);
                             } catch (const Failure& failure) {
                                 s = failure.status;
                             }
                             p.set_value();
                         }(exchange, status, ended);
                     },
                     limits};
    auto client = site.connect();
    client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(happened(ended));
    BOOST_TEST(status == 499);
}

BOOST_AUTO_TEST_CASE(continue_that_the_client_does_not_take_never_runs_into_the_answer) {
    // The client pipelines and reads nothing, so that its side is full just when 100 Continue is to be written; and the
    // answer comes while the body is awaited beside it.
    http::Limits limits;
    limits.send_time = 200ms;
    std::promise<void> ended;
    SessionSite site{[&](http::Exchange& exchange) -> Task<void> {
                         return [](http::Exchange& e, std::promise<void>& p) -> Task<void> {
                             if (e.request.path() == "/fill") {
                                 const std::string piece(64 << 10, 'x');
                                 const Response response{200};
                                 e.begin(response, std::nullopt, false);
                                 try {
                                     for (;;) co_await e.send(piece, false);
                                 } catch (const Failure&) {
                                     // Full. Whatever is written now waits.
                                 }
                                 auto reading = [](http::Exchange& x) -> Task<void> {
                                     try {
                                         co_await x.body().read();
                                     } catch (const Failure&) {
                                         x.cut();
                                     }
                                 }(e);
                                 reading.start();
                                 try {
                                     co_await e.send("answer", false);
                                 } catch (const Failure&) {
                                     e.cut();
                                 }
                                 p.set_value();
                             }
                         }(exchange, ended);
                     },
                     limits};
    auto client = site.connect();
    client.say("POST /fill HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    BOOST_TEST(happened(ended));
}

BOOST_AUTO_TEST_SUITE_END()

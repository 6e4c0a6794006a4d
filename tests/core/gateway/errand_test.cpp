// tests/core/gateway/errand_test.cpp - errands of a plugin, through a whole gateway with two loops and connections.
#include "core/gateway/errand_site.h"
#include "support/scripted_upstream.h"
#include "http/session.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <list>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace tollgate::test;

namespace {

std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = char('a' + (i * 7 + i / 251) % 26);
    return text;
}

// Answers when it may; the first request only.
struct Gated {
    explicit Gated(std::string answer) : text{std::move(answer)} {}
    Gate gate;
    const std::string text;
    ScriptedUpstream upstream{[this](UpstreamConnection& connection) {
        while (connection.read_request()) {
            gate.wait();
            connection.send(text);
        }
    }};
};

std::string with_length(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nETag: \"7\"\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_errand)

BOOST_AUTO_TEST_CASE(two_hundred_clients_on_two_loops_wait_for_one_errand) {
    const std::string body = pattern(300'000);
    Gated gated{with_length(body)};
    ErrandSite site{quoted(gated.upstream.address())};
    std::list<RawClient> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(site.client());
        clients.back().send(RawClient::head("GET", "/s/one"));
    }
    site.wait_for(site.shared->asked, 200, "all have asked");
    gated.gate.open();
    int good = 0;
    for (auto& client : clients) {
        const Message answer = client.answer();
        good += answer.status() == 200 && answer.body == body && answer.header("ETag") == "\"7\"" &&
                answer.header("Via") == "1.1 tollgate";
    }
    BOOST_TEST(good == 200);
    BOOST_TEST(gated.upstream.requests() == 1);
    site.wait_for(site.now.logged, 200, "all are logged");
    BOOST_TEST(site.now.logged == 200);
    BOOST_TEST(site.now.attempts == 1);
    BOOST_TEST(site.shared->errands == 1);
}

BOOST_AUTO_TEST_CASE(the_first_client_leaves_and_the_others_get_it_all) {
    const std::string body = pattern(100'000);
    Gated gated{with_length(body)};
    ErrandSite site{quoted(gated.upstream.address())};
    RawClient first = site.client();
    first.send(RawClient::head("GET", "/s/one"));
    site.wait_for(site.shared->asked, 1, "the first has asked");
    RawClient second = site.client(), third = site.client();
    for (auto* client : {&second, &third}) client->send(RawClient::head("GET", "/s/one"));
    site.wait_for(site.shared->asked, 3, "the others have asked");
    first.reset();
    site.wait_for(site.shared->left, 1, "the first has left");
    gated.gate.open();
    BOOST_TEST((second.answer().body == body));
    BOOST_TEST((third.answer().body == body));
    BOOST_TEST(gated.upstream.requests() == 1);
}

BOOST_AUTO_TEST_CASE(a_slow_first_client_slows_no_other) {
    const std::string body = pattern(16 << 20);  // more than all buffers between here and there
    Gated gated{with_length(body)};
    ErrandSite site{quoted(gated.upstream.address())};
    RawClient first = site.client();
    first.send(RawClient::head("GET", "/s/one"));
    site.wait_for(site.shared->asked, 1, "the first has asked");
    RawClient second = site.client();
    second.send(RawClient::head("GET", "/s/one"));
    site.wait_for(site.shared->asked, 2, "the second has asked");
    gated.gate.open();
    BOOST_TEST((second.answer().body == body));
    site.wait_for(site.shared->logged, 1, "the second is over");
    BOOST_TEST(site.shared->logged == 1);  // the first is not
    BOOST_TEST((first.answer().body == body));
}

BOOST_AUTO_TEST_CASE(an_interim_answer_reaches_the_one_whose_errand_it_is) {
    Gate interim, gate;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            interim.wait();
            connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            gate.wait();
            connection.send(with_length("body"));
        }
    }};
    ErrandSite site{quoted(upstream.address())};
    RawClient first = site.client(), second = site.client();
    first.send(RawClient::head("GET", "/s/one"));
    site.wait_for(site.shared->errands, 1, "the first has sent for it");
    second.send(RawClient::head("GET", "/s/one"));
    site.wait_for(site.shared->asked, 2, "the second has asked");
    interim.open();
    const Message hints = first.answer(true);
    BOOST_TEST(hints.status() == 103);
    BOOST_TEST(hints.header("Link") == "</a>");
    gate.open();
    BOOST_TEST(first.answer().body == "body");
    BOOST_TEST(second.answer().status() == 200);
    BOOST_TEST(upstream.requests() == 1);
}

BOOST_AUTO_TEST_CASE(an_interim_answer_to_one_takes_the_retry_from_nobody) {
    std::atomic<int> requests{0};
    const auto serve = [&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            if (++requests == 1) return;
            connection.send(with_length("body"));
        }
    };
    ScriptedUpstream one{serve}, other{serve};
    ErrandSite site{quoted(one.address()) + ", " + quoted(other.address())};
    RawClient client = site.client();
    client.send(RawClient::head("GET", "/s/one"));
    Message answer = client.answer(true);
    for (; answer.status() == 103; answer = client.answer()) BOOST_TEST(answer.header("Link") == "</a>");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.body == "body");
    BOOST_TEST(requests == 2);
}

BOOST_AUTO_TEST_CASE(who_has_left_or_has_his_answer_gets_no_interim_one) {
    Gate interim;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            interim.wait();
            connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + with_length("body"));
        }
    }};
    ErrandSite site{quoted(upstream.address())};
    RawClient leaver = site.client(), second = site.client(), apart = site.client();
    leaver.send(RawClient::head("GET", "/s/one"));
    site.wait_for(site.shared->errands, 1, "it is sent for");
    second.send(RawClient::head("GET", "/s/one"));
    site.wait_for(site.shared->asked, 2, "the second has asked");
    leaver.reset();
    site.wait_for(site.shared->left, 1, "the first has left");
    apart.send(RawClient::head("GET", "/s/two?apart"));
    BOOST_TEST(apart.answer().body == "stale");
    interim.open();
    BOOST_TEST(second.answer().body == "body");
    site.wait_for(site.shared->ended, 2, "both errands are over");
    BOOST_TEST(apart.get("/no-route").status() == 404);  // what comes next
}

BOOST_AUTO_TEST_CASE(cut_in_the_middle_it_is_cut_for_all) {
    Gate gate;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request();
        gate.wait();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it");
    }};
    ErrandSite site{quoted(upstream.address())};
    std::list<RawClient> clients;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(site.client());
        clients.back().send(RawClient::head("GET", "/s/one"));
    }
    site.wait_for(site.shared->asked, 10, "all have asked");
    gate.open();
    for (auto& client : clients) {
        const auto came = [&] {
            try {
                return read_answer(client).complete;
            } catch (const ConnectionError&) {
                return false;
            }
        };
        BOOST_TEST(!came());
    }
    site.wait_for(site.now.logged, 10, "all are logged");
    BOOST_TEST(site.shared->left == 10);
    int told = 0;
    for (const auto& line : site.log.lines()) told += line.level == Level::warning && line.area == "gateway";
    BOOST_TEST(told == 1);
}

BOOST_AUTO_TEST_CASE(a_reload_in_the_middle_leaves_it_its_configuration) {
    Gated gated{with_length("from before")};
    ErrandSite site{quoted(gated.upstream.address())};
    RawClient first = site.client(), second = site.client();
    first.send(RawClient::head("GET", "/s/one"));
    site.wait_for(site.shared->asked, 1, "the first has asked");
    site.write("route \"GET /new\" { answer = \"new\\n\" }\n");
    BOOST_REQUIRE(site.gateway->reload().ok);
    BOOST_TEST(site.client().get("/new").status() == 200);
    first.reset();  // nobody of the configuration before is there but the errand
    site.wait_for(site.shared->left, 1, "the first has left");
    second.send(RawClient::head("GET", "/s/one"));
    site.wait_for(site.shared->asked, 2, "the second has asked");
    BOOST_TEST(site.shared->uses == 2);
    gated.gate.open();
    BOOST_TEST(second.answer().body == "from before");
    BOOST_TEST(site.shared->errands == 1);
    wait_until("the use of before is destroyed", [&] { return site.shared->uses == 1; });
}

BOOST_AUTO_TEST_CASE(a_drain_lets_clients_have_it_and_ends_it_where_none_waits) {
    Gated gated{with_length("late")}, never{with_length("never")};
    {
        ErrandSite site{quoted(gated.upstream.address())};
        RawClient waits = site.client();
        waits.send(RawClient::head("GET", "/s/one"));
        site.wait_for(site.shared->asked, 1, "it has asked");
        std::thread draining{[&] { site.gateway->drain(http::WhileIdle::close); }};
        gated.gate.open();
        BOOST_TEST(waits.answer().body == "late");
        waits.close();
        draining.join();
    }
    ErrandSite site{quoted(never.upstream.address())};
    {
        RawClient client = site.client();
        BOOST_TEST(client.get("/s/one?apart", "Connection: close\r\n").body == "stale");
        wait_until("the errand is under way", [&] { return never.upstream.requests() == 1; });
    }
    site.gateway->drain(http::WhileIdle::close);
    BOOST_TEST(site.shared->ended == 0);
    site.gateway.reset();
    BOOST_TEST(site.shared->uses == 0);
    never.gate.open();
}

BOOST_AUTO_TEST_CASE(a_failure_is_what_a_plain_request_would_have_got) {
    ScriptedUpstream upstream{ScriptedUpstream::always("unused")};
    const int deaf = bind_deaf();
    ErrandSite site{quoted(bound_address(deaf)), ", retry = false"};
    const auto both = [&](const char* lines) {
        const int logged = site.now.logged;
        RawClient client = site.client();
        const Message plain = client.get("/p/one", lines), errand = client.get("/s/one", lines);
        BOOST_TEST(plain.start_line == errand.start_line);
        BOOST_TEST(plain.body == errand.body);
        auto names = [](const Message& message) {
            auto lines = message.headers;
            std::erase_if(lines, [](const auto& line) { return line.first == "Date"; });
            return lines;
        };
        BOOST_TEST((names(plain) == names(errand)));
        site.wait_for(site.now.logged, logged + 2, "both are logged");
        return errand;
    };
    std::string reasons, details;
    site.now.log = [&](const LogContext& ctx) {
        reasons.append(ctx.reason()).append(" ");
        details.append(ctx.detail()).append("|");
    };
    BOOST_TEST(both("X-Request-Id: one\r\n").status() == 502);
    site.now.request = [](RequestContext& ctx) -> Verdict {
        ctx.add_answer_header("X-Left", "0");
        return Refusal{429, "rate_limited", "too many"}.with("Retry-After", "7");
    };
    const Message limited = both("X-Request-Id: two\r\n");
    BOOST_TEST(limited.status() == 429);
    BOOST_TEST(limited.header("X-Left") == "0");
    BOOST_TEST(limited.header("Retry-After") == "7");
    site.now.request = [](RequestContext&) -> Verdict { throw std::runtime_error{"out of tea"}; };
    BOOST_TEST(both("X-Request-Id: three\r\n").status() == 500);
    BOOST_TEST(reasons == "upstream_unreachable upstream_unreachable rate_limited rate_limited plugin_failed "
                          "plugin_failed ");
    const auto half = details.substr(0, details.find('|'));
    BOOST_TEST(!half.empty());
    BOOST_TEST(details.starts_with(half + '|' + half + '|'));
    const auto lines = site.log.lines();
    BOOST_TEST(std::ranges::count_if(lines, [](const auto& line) { return line.message.starts_with("three: "); }) == 2);
    ::close(deaf);
}

BOOST_AUTO_TEST_CASE(the_log_line_of_who_asked_tells_of_the_upstream) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        while (connection.read_request()) connection.answer(203, "from there");
    }};
    const int deaf = bind_deaf();
    ErrandSite site{quoted(bound_address(deaf)) + ", " + quoted(upstream.address()), "",
                    ", response_headers = { set = { [\"X-Set\"] = \"1\" } }"};
    std::string told;
    site.now.log = [&](const LogContext& ctx) {
        told = std::string{ctx.target()} + ' ' + std::to_string(ctx.attempts()) + ' ' +
               std::to_string(ctx.upstream_status()) + (ctx.upstream_time().count() > 0 ? " timed" : "");
    };
    site.now.response = [](ResponseContext& ctx) -> Verdict {
        ctx.response().headers().add("X-Later", ctx.from_upstream() ? "upstream" : "other");
        return {};
    };
    const Message answer = site.client().get("/s/one");
    BOOST_TEST(answer.status() == 203);
    BOOST_TEST(answer.body == "from there");
    BOOST_TEST(answer.count("X-Later") == 1u);
    BOOST_TEST(answer.header("X-Later") == "upstream");
    BOOST_TEST(answer.count("X-Set") == 1u);
    BOOST_TEST(answer.count("Via") == 1u);
    site.wait_for(site.now.logged, 1, "it is logged");
    BOOST_TEST(told == upstream.address() + " 2 203 timed");
    BOOST_TEST(site.now.attempts == 2);
    ::close(deaf);
}

BOOST_AUTO_TEST_CASE(it_is_shaped_for_the_upstream_as_a_plain_request) {
    ScriptedUpstream upstream{ScriptedUpstream::always("ok")};
    ErrandSite site{quoted(upstream.address()), "",
                    ", rewrite = \"/there/**\", request_headers = { set = { [\"X-Set\"] = \"1\" } }"};
    const std::string lines = "X-Own: 2\r\nUpgrade: websocket\r\nConnection: upgrade\r\n";
    BOOST_TEST(site.client().get("/s/a%20b?q=1", lines).body == "ok");
    const Message asked = upstream.last();
    BOOST_TEST(asked.target() == "/there/a%20b?q=1");
    BOOST_TEST(asked.header("X-Set") == "1");
    BOOST_TEST(asked.header("X-Own") == "2");
    BOOST_TEST(!asked.has("Upgrade"));
}

BOOST_AUTO_TEST_CASE(the_log_line_of_who_asked_names_the_upstream_that_a_split_drew) {
    ScriptedUpstream up{ScriptedUpstream::always("up")}, other{ScriptedUpstream::always("other")};
    ErrandSite site{quoted(up.address())};
    site.write("upstream \"other\" { targets = { " + quoted(other.address()) + " } }\n" +
               "route \"* /x/**\" { upstream = split { { \"up\", weight = 1 }, { \"other\", weight = 1 } },\n" +
               "plugins = { sharing {}, later {} } }\n");
    BOOST_REQUIRE(site.gateway->reload().ok);
    std::string told;
    site.now.log = [&](const LogContext& ctx) { told = ctx.upstream(); };
    for (int i = 1; i <= 20; ++i) {
        const std::string body = site.client().get("/x/" + std::to_string(i)).body;
        site.wait_for(site.now.logged, i, "it is logged");
        BOOST_TEST(told == body);
    }
}

// What it reads, the upstream may send: no more than fits between here and there.
BOOST_AUTO_TEST_CASE(who_reads_sets_the_pace) {
    std::atomic<std::size_t> sent{0};
    Gate read_on;
    const std::size_t size = 64 << 20;
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
        const std::string piece(64 << 10, 'x');
        sent += connection.send_as_far_as_possible(std::string(size, 'x'), std::chrono::milliseconds{300});
        read_on.open();
        for (std::size_t left = size - sent; left > 0; left -= std::min(left, piece.size()))
            connection.send(std::string_view{piece}.substr(0, std::min(left, piece.size())));
    }};
    ErrandSite site{quoted(upstream.address())};
    site.now.request = [](RequestContext& ctx) -> Verdict {
        return [](std::unique_ptr<Errand> errand) -> Task<Verdict> { co_return co_await errand->run(); }(ctx.errand());
    };
    RawClient client = site.client();
    client.send(RawClient::head("GET", "/p/large"));
    read_on.wait();
    BOOST_TEST(sent < size);
    BOOST_TEST(client.answer().body.size() == size);
}

BOOST_AUTO_TEST_CASE(only_a_get_or_head_may_be_asked_apart) {
    ScriptedUpstream upstream{ScriptedUpstream::always("ok")};
    ErrandSite site{quoted(upstream.address())};
    BOOST_TEST(site.client().post("/s/one", "body").status() == 500);
    BOOST_TEST(site.log.has("an errand is a GET or HEAD without a body"));
    BOOST_TEST(upstream.requests() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

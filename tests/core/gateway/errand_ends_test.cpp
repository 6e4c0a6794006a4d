// tests/core/gateway/errand_ends_test.cpp - what an errand holds of its upstream is free as soon as nobody can use it.
#include "core/gateway/errand_site.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace tollgate;
using namespace tollgate::test;

namespace {

constexpr std::string_view half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it";

// Of the upstream's only target, as the door sees it while it still holds the errand.
std::uint32_t under_way(ErrandSite& site) { return site.gateway->current()->upstreams[0]->targets[0]->in_flight(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(gateway_errand_ends)

// Awaited in the door it is bound to its client, as the request itself would be.
BOOST_AUTO_TEST_CASE(what_is_destroyed_on_its_way_frees_what_it_held_of_the_upstream) {
    std::atomic<int> ends{0};
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        const auto asked = connection.read_request();
        if (asked && asked->target() == "/p/head") connection.send(half);
        connection.wait_for_end();
        ++ends;
    }};
    ErrandSite site{quoted(upstream.address()), ", concurrency = 1, queue = 0, retry = false"};
    site.now.request = [](RequestContext& ctx) -> Verdict {
        return [](std::unique_ptr<Errand> errand) -> Task<Verdict> {
            const Response answer = co_await errand->run();
            co_return Response{answer.status(), std::string{answer.body().source() ? "unread" : "none"}};
        }(ctx.errand());
    };
    BOOST_TEST(site.client().get("/p/head").body == "unread");
    site.wait_for(ends, 1, "the unread body's connection is closed");
    RawClient client = site.client();
    client.send(RawClient::head("GET", "/p/never"));
    wait_until("the upstream has the second", [&] { return upstream.requests() == 2; });
    client.reset();
    site.wait_for(ends, 2, "its connection is closed");
    const auto target = [&]() -> const Target& { return *site.gateway->current()->upstreams[0]->targets[0]; };
    wait_until("nothing is under way", [&] { return target().in_flight() == 0; });
    BOOST_TEST(site.client().get("/p/head").body == "unread");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_wanted_frees_the_target_at_once) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send(half);
        connection.wait_for_end();
    }};
    ErrandSite site{quoted(upstream.address())};
    site.now.request = [&](RequestContext& ctx) -> Verdict {
        return [](ErrandSite& site, std::unique_ptr<Errand> errand) -> Task<Verdict> {
            Response answer = co_await errand->run();
            const auto before = under_way(site);
            answer.set_body({});
            co_return Response{200, std::to_string(before) + ' ' + std::to_string(under_way(site))};
        }(site, ctx.errand());
    };
    BOOST_TEST(site.client().get("/p/one").body == "1 0");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_malformed_frees_the_target_at_once) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nno chunk\r\n");
        connection.wait_for_end();
    }};
    ErrandSite site{quoted(upstream.address())};
    site.now.request = [&](RequestContext& ctx) -> Verdict {
        return [](ErrandSite& site, std::unique_ptr<Errand> errand) -> Task<Verdict> {
            Response answer = co_await errand->run();
            std::string body;
            try {
                BodySource& source = *answer.body().source();
                for (std::string_view piece;;) {
                    if (!source.try_read(piece)) piece = co_await source.read();
                    if (piece.empty()) break;
                    body += piece;
                }
                body += " whole";
            } catch (const std::exception&) {
                body += " broken";
            }
            co_return Response{200, body + ' ' + std::to_string(under_way(site))};
        }(site, ctx.errand());
    };
    BOOST_TEST(site.client().get("/p/one").body == "half broken 0");
}

// The errand is still held then, and let go by a second request of the same connection, which is on the same loop.
BOOST_AUTO_TEST_CASE(an_answer_that_a_later_plugin_refuses_is_not_waited_for) {
    std::atomic<int> ends{0};
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        connection.read_request();
        connection.send(half);
        connection.wait_for_end();
        ++ends;
    }};
    ErrandSite site{quoted(upstream.address())};
    site.write("route \"* /x/**\" { upstream = \"up\", plugins = { later {}, later {} } }\n");
    BOOST_REQUIRE(site.gateway->reload().ok);
    std::unique_ptr<Errand> kept;
    int turn = 0;
    site.now.request = [&](RequestContext& ctx) -> Verdict {
        if (++turn == 2) return {};  // the later one, in the errand
        if (turn == 3) {
            kept.reset();
            return Response{200, std::string{"let go"}};
        }
        kept = ctx.errand();
        return [](Errand& errand) -> Task<Verdict> { co_return co_await errand.run(); }(*kept);
    };
    site.now.response = [](ResponseContext& ctx) -> Verdict {
        if (ctx.from_upstream()) return Refusal{418, "no_tea", "there is no tea"};
        return {};
    };
    RawClient client = site.client();
    BOOST_TEST(client.get("/x/one").status() == 418);
    BOOST_CHECK_NO_THROW(site.wait_for(ends, 1, "the upstream's connection is closed"));
    BOOST_TEST(client.get("/x/two").body == "let go");
}

BOOST_AUTO_TEST_SUITE_END()

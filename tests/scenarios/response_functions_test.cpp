// tests/scenarios/response_functions_test.cpp - functions that change answers, their bodies and their bounds.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

const char* const routes = R"lua(
local function envelope(response)
    if response.body == nil then response.headers["X-Body"] = "none"; return end
    response.headers["X-Status"] = response.status
    response.headers["Content-Type"] = "application/json"
    response.headers["X-Old"] = nil
    response.headers["X-Two"] = { "1", "2" }
    response.headers["X-Target"] = response.target
    response.body = '{"status_code":' .. response.status .. ',"latency_known":' .. tostring(response.time >= 0 and response.from_upstream)
                    .. ',"content":"' .. response.body .. '"}'
    response.status = 200
end
route "GET /env/*"   { upstream = u, response = { body = 1 * kilobyte, change = envelope } }
route "GET /head/*"  { upstream = u, response = function(response)
                           response.headers.Server = nil
                           if response.headers["X-Old"] == "old" then response.status = 203 end end }
route "GET /blind/*" { upstream = u, response = function(response) response.body = tostring(response.body) end }
route "GET /fixed"   { answer = "fixed", response = { body = 1 * kilobyte, change = function(response) response.body = response.body .. response.target .. "!" end } }
route "GET /loop/*"  { upstream = u, response = function() while true do end end }
route "GET /typo/*"  { upstream = u, response = function(response) response.staus = 5 end }
route "GET /split/*" { upstream = u, response = function(response) response.headers["X-A"] = "1\r\nX-B: 2" end }
route "GET /frame/*" { upstream = u, response = function(response) response.headers["Content-Length"] = "1" end }
route "GET /late/*"  { upstream = u, response = function(response) response.status = 99 end }
local limited = ratelimit { by = header "X-Who", rate = 5 / day, headers = "classic" }
route "GET /left"     { answer = "ok\n", plugins = limited, response = function(response)
                            response.headers["X-Left"] = response.headers["X-RateLimit-Remaining"]
                            response.headers["X-RateLimit-Limit"] = "many"
                            response.headers["X-RateLimit-Reset"] = nil end }
route "GET /left/bad" { answer = "ok\n", plugins = limited, response = function(response) response.status = "bad" end }
)lua";

struct Scene {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            const std::string lines = "Server: s\r\nX-Old: old\r\nETag: \"1\"\r\n", target = request->target();
            if (target.ends_with("/head"))
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n" + lines + "\r\n");
            else if (target.ends_with("/stream"))
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + lines + "\r\n" + chunk("one ") +
                                chunk("two") + chunk(""));
            else if (target.ends_with("/large"))
                connection.answer(200, std::string(20'000, 'x'), lines);
            else if (target.ends_with("/304"))
                connection.send("HTTP/1.1 304 Not Modified\r\n" + lines + "\r\n");
            else if (target.ends_with("/cut")) {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n" + lines + "\r\nabc");
                return;
            } else
                connection.answer(418, "tea", lines);
        }
    }};
    GatewayProcess gateway{"local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\n" + routes};
    RawClient client = gateway.client();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_response_functions)

BOOST_AUTO_TEST_CASE(an_answer_is_put_into_an_envelope) {
    Scene scene;
    const Message answer = scene.client.get("/env/x", "Accept-Encoding: gzip\r\n");
    BOOST_TEST(answer.status() == 200);
    BOOST_TEST(answer.body == "{\"status_code\":418,\"latency_known\":true,\"content\":\"tea\"}");
    BOOST_TEST(answer.header("Content-Type") == "application/json");
    BOOST_TEST(answer.header("X-Status") == "418");
    BOOST_TEST(!answer.has("X-Old"));
    BOOST_TEST(answer.count("X-Two") == 2u);
    BOOST_TEST(answer.header("X-Target") == scene.upstream.address());
    BOOST_TEST(!answer.has("ETag"));  // it was that of another body
    BOOST_TEST(scene.upstream.last().header("Accept-Encoding") == "identity");
    BOOST_TEST(scene.client.get("/env/stream").body ==
               "{\"status_code\":200,\"latency_known\":true,\"content\":\"one two\"}");
}

BOOST_AUTO_TEST_CASE(lines_that_plugins_have_for_every_answer_are_seen_and_changed_like_others) {
    Scene scene;
    const Message changed = scene.client.get("/left", "X-Who: a\r\n");
    BOOST_TEST(changed.header("X-Left") == "4");
    BOOST_TEST(changed.header("X-RateLimit-Remaining") == "4");
    BOOST_TEST(changed.header("X-RateLimit-Limit") == "many");
    BOOST_TEST(changed.count("X-RateLimit-Limit") == 1u);
    BOOST_TEST(!changed.has("X-RateLimit-Reset"));
    // Where the function fails they are as they were.
    const Message failed = scene.client.get("/left/bad", "X-Who: b\r\n");
    BOOST_TEST(failed.status() == 500);
    BOOST_TEST(failed.header("X-RateLimit-Remaining") == "4");
    BOOST_TEST(failed.has("X-RateLimit-Reset"));
}

BOOST_AUTO_TEST_CASE(a_body_beyond_the_bound_flows_on_unread) {
    Scene scene;
    const Message answer = scene.client.get("/env/large");
    BOOST_TEST(answer.header("X-Body") == "none");
    BOOST_TEST(answer.body == std::string(20'000, 'x'));
    BOOST_TEST(answer.has("ETag"));
}

BOOST_AUTO_TEST_CASE(head_and_304_have_no_body_to_read) {
    Scene scene;
    scene.client.send(RawClient::head("HEAD", "/env/head"));
    const Message head = scene.client.answer(true);
    BOOST_TEST(head.header("X-Body") == "none");
    BOOST_TEST(head.header("Content-Length") == "4");
    const Message unchanged = scene.client.get("/env/304");
    BOOST_TEST(unchanged.status() == 304);
    BOOST_TEST(unchanged.header("X-Body") == "none");
    BOOST_TEST(scene.client.get("/fixed").body == "fixed!");
}

BOOST_AUTO_TEST_CASE(an_answer_cut_while_it_is_read_is_a_502) {
    Scene scene;
    const Message answer = scene.client.get("/env/cut");
    BOOST_TEST(answer.status() == 502);
    BOOST_TEST(answer.body.find("upstream_cut") != std::string::npos);
    BOOST_TEST(scene.gateway.client().get("/env/x").status() == 200);
}

BOOST_AUTO_TEST_CASE(without_a_bound_bodies_stream_past_and_can_be_replaced) {
    Scene scene;
    const Message changed = scene.client.get("/head/stream");
    BOOST_TEST(changed.status() == 203);
    BOOST_TEST(changed.body == "one two");
    BOOST_TEST(!changed.has("Server"));
    const Message blind = scene.client.get("/blind/large");
    BOOST_TEST(blind.body == "nil");
    BOOST_TEST(blind.header("Content-Length") == "3");
    scene.client.send(RawClient::head("HEAD", "/blind/head"));
    BOOST_TEST(!scene.client.answer(true).has("Content-Length"));  // nobody knows what GET would give
    BOOST_TEST(scene.client.get("/head/x").body == "tea");
}

BOOST_AUTO_TEST_CASE(a_function_that_fails_costs_its_request_a_500) {
    Scene scene;
    for (const char* path : {"/loop/x", "/typo/x", "/split/x", "/frame/x", "/late/x", "/loop/stream"}) {
        const Message answer = scene.client.get(path);
        BOOST_TEST(answer.status() == 500, path);
        BOOST_TEST(answer.body.find("script_failed") != std::string::npos, path);
        BOOST_TEST(!answer.has("X-B"), path);
    }
    BOOST_TEST(scene.client.get("/env/x").status() == 200);
}

BOOST_AUTO_TEST_SUITE_END()

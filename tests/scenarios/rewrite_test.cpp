// tests/scenarios/rewrite_test.cpp - rewriting, redirects and header changes as upstreams and clients see them.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

const char* const routes = R"lua(
route "* /api/**"          { upstream = u, rewrite = { strip = "/api", prefix = "/v2" } }
route "GET /orders/:id"    { upstream = u, rewrite = "/v3/orders/:id?from=orders" }
route "GET /plain/:id"     { upstream = u, rewrite = "/:id" }
route "GET /old/**"        { upstream = u, rewrite = { pattern = "^/old/(.*)$", to = "/new/\\1" } }
route "GET /made/:id"      { upstream = u, rewrite = function(request)
                                 if request.query.keep ~= "" then return nil end
                                 return "/x/" .. request.parameters.id end }
route "GET /broken"        { upstream = u, rewrite = function() return "no path" end }
route "GET /climb/:id"     { upstream = u, rewrite = "/x/.:id" }
route "GET /go/**"         { redirect = { to = "https://new.example/**", status = 308 } }
route "GET /here/:id"      { redirect = "/there/:id" }
route "GET /anywhere"      { redirect = function(request) return request.query.to end }
route "* /headers/**"      { upstream = u,
    request_headers  = { set = { ["X-Caller"] = query "caller", Host = "internal.example" },
                         add = { ["X-Tag"] = { "a", function(request) return request.headers["X-Old"] end } },
                         remove = { "X-Old", "User-Agent" } },
    response_headers = { set = { ["Cache-Control"] = "no-store", ["X-Echo"] = query "echo" }, remove = { "Server" } } }
route "* /**"              { upstream = u }
)lua";

struct Scene {
    ScriptedUpstream upstream{
        ScriptedUpstream::always("body", "Server: secret/1.0\r\nCache-Control: public\r\nX-Echo: upstream\r\n")};
    GatewayProcess gateway;
    RawClient client;
    explicit Scene(const std::string& words = {})
        : gateway{words + "local u = upstream \"u\" { targets = { \"" + upstream.address() +
                  "\" }, preserve_host = false }\n" + routes},
          client{gateway.client()} {}
    std::string seen(std::string_view path, std::string_view lines = {}) {
        BOOST_TEST(client.get(path, lines).status() == 200, path);
        return upstream.last().target();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_rewrite)

BOOST_AUTO_TEST_CASE(the_upstream_sees_the_rewritten_target) {
    Scene scene;
    BOOST_TEST(scene.seen("/api/a%2Fb/c?x=1&y=%20") == "/v2/a%2Fb/c?x=1&y=%20");
    BOOST_TEST(scene.seen("/api") == "/v2");
    BOOST_TEST(scene.seen("/api/") == "/v2/");
    BOOST_TEST(scene.seen("/orders/7?x=1") == "/v3/orders/7?from=orders");
    BOOST_TEST(scene.seen("/plain/7?x=1") == "/7?x=1");
    BOOST_TEST(scene.seen("/old/a/b") == "/new/a/b");
    BOOST_TEST(scene.seen("/made/7?x=1") == "/x/7?x=1");
    BOOST_TEST(scene.seen("/made/7?keep=1") == "/made/7?keep=1");
}

BOOST_AUTO_TEST_CASE(what_a_client_encodes_stays_in_its_segment) {
    Scene scene;
    BOOST_TEST(scene.seen("/made/a%2F..%3Fadmin=1") == "/x/a%2F..%3Fadmin=1");
    BOOST_TEST(scene.seen("/orders/7%26from=x") == "/v3/orders/7%26from=x?from=orders");
    BOOST_TEST(scene.client.get("/climb/%2Fa").status() == 400);
    BOOST_TEST(scene.gateway.client().get("/climb/a").status() == 200);
}

BOOST_AUTO_TEST_CASE(a_function_that_makes_no_path_costs_its_request_a_500) {
    Scene scene;
    const Message answer = scene.client.get("/broken");
    BOOST_TEST(answer.status() == 500);
    BOOST_TEST(answer.body.find("\"error\":\"script_failed\"") != std::string::npos);
    BOOST_TEST(answer.body.find("no path") == std::string::npos);
    BOOST_TEST(scene.upstream.requests() == 0);
    BOOST_TEST(scene.client.get("/other").status() == 200);
}

BOOST_AUTO_TEST_CASE(the_log_keeps_what_the_client_asked) {
    Scene scene{"always { logging { format = \"json\", to = \"stdout\" } }\n"};
    scene.seen("/api/orders?x=1", "User-Agent: mine\r\n");
    const auto line = scene.gateway.log_lines(1).at(0);
    BOOST_TEST(line.find("\"/api/orders\"") != std::string::npos, line);
    BOOST_TEST(line.find("/v2/orders") == std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(redirects_lead_where_the_operator_says) {
    Scene scene;
    Message answer = scene.client.get("/go/a/b%22?x=1");
    BOOST_TEST(answer.status() == 308);
    BOOST_TEST(answer.header("Location") == "https://new.example/a/b%22?x=1");
    BOOST_TEST(answer.header("Content-Length") == "0");
    answer = scene.client.get("/here/7");
    BOOST_TEST(answer.status() == 302);
    BOOST_TEST(answer.header("Location") == "/there/7");
    BOOST_TEST(scene.client.get("/go").header("Location") == "https://new.example");
    scene.client.send(RawClient::head("HEAD", "/here/7"));
    BOOST_TEST(scene.client.answer(true).header("Location") == "/there/7");
    BOOST_TEST(scene.upstream.requests() == 0);
}

BOOST_AUTO_TEST_CASE(a_redirect_by_a_function_cannot_be_led_astray) {
    Scene scene;
    BOOST_TEST(scene.client.get("/anywhere?to=/a%3Fb%3D1").header("Location") == "/a?b=1");
    for (const char* to :
         {"//evil.example", "/%5Cevil.example", "javascript:alert(1)", "%0D%0ASet-Cookie:%20a=b", ""}) {
        const Message answer = scene.client.get(std::string{"/anywhere?to="} + to);
        BOOST_TEST(answer.status() == 500, to);
        BOOST_TEST(!answer.has("Location"), to);
        BOOST_TEST(!answer.has("Set-Cookie"), to);
    }
}

BOOST_AUTO_TEST_CASE(headers_change_both_ways) {
    Scene scene;
    const Message answer =
        scene.client.get("/headers/x?caller=me&echo=hi", "X-Caller: forged\r\nX-Old: o\r\nUser-Agent: agent\r\n");
    const Message seen = scene.upstream.last();
    BOOST_TEST(seen.header("X-Caller") == "me");
    BOOST_TEST(seen.count("X-Caller") == 1u);
    BOOST_TEST(seen.header("Host") == "internal.example");
    BOOST_TEST(seen.count("Host") == 1u);
    BOOST_TEST(seen.count("X-Tag") == 2u);
    BOOST_TEST(!seen.has("X-Old"));
    BOOST_TEST(!seen.has("User-Agent"));
    BOOST_TEST(answer.header("Cache-Control") == "no-store");
    BOOST_TEST(answer.header("X-Echo") == "hi");
    BOOST_TEST(!answer.has("Server"));
    BOOST_TEST(answer.body == "body");
}

BOOST_AUTO_TEST_CASE(a_value_that_is_absent_makes_no_line_and_forgery_none_either) {
    Scene scene;
    const Message answer = scene.client.get("/headers/x", "X-Caller: forged\r\n");
    BOOST_TEST(!scene.upstream.last().has("X-Caller"));
    BOOST_TEST(!answer.has("X-Echo"));
}

BOOST_AUTO_TEST_CASE(no_value_splits_a_message) {
    Scene scene;
    const Message request = scene.client.get("/headers/x?caller=a%0D%0AX-Evil:%201");
    BOOST_TEST(request.status() == 400);
    BOOST_TEST(scene.upstream.requests() == 0);
    const Message answer = scene.gateway.client().get("/headers/x?echo=a%0D%0ASet-Cookie:%20evil=1");
    BOOST_TEST(answer.status() == 400);
    BOOST_TEST(!answer.has("Set-Cookie"));
    BOOST_TEST(!answer.has("X-Echo"));
    BOOST_TEST(answer.header("Cache-Control") == "no-store");  // the lines that can be had are there
}

BOOST_AUTO_TEST_CASE(answer_headers_hold_for_every_failure_and_every_form_of_answer) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            if (request->target() == "/304")
                connection.send("HTTP/1.1 304 Not Modified\r\nServer: s\r\nETag: \"1\"\r\n\r\n");
            else if (request->target() == "/stream")
                connection.send("HTTP/1.1 200 OK\r\nServer: s\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("one") +
                                chunk("two") + chunk(""));
            else if (request->target() == "/dead")
                return;
            else if (request->target() == "/cut") {
                connection.send("HTTP/1.1 200 OK\r\nServer: s\r\nContent-Length: 10\r\n\r\nabc");
                return;
            } else
                connection.answer(200, "ok", "Server: s\r\n");
        }
    }};
    GatewayProcess gateway{
        "response_headers { set = { [\"X-Frame-Options\"] = \"DENY\" }, remove = { \"Server\" } }\n"
        "limits { body = 10 * bytes }\n"
        "local u = upstream \"u\" { targets = { \"" +
        upstream.address() +
        "\" } }\n"
        "route \"GET,POST /*\" { upstream = u }\n"};
    const auto marked = [](const Message& answer) {
        return answer.header("X-Frame-Options") == "DENY" && !answer.has("Server");
    };
    auto client = gateway.client();
    BOOST_TEST(marked(client.get("/304")));
    const Message streamed = client.get("/stream");
    BOOST_TEST(marked(streamed));
    BOOST_TEST(streamed.body == "onetwo");
    client.send(RawClient::head("HEAD", "/ok"));
    BOOST_TEST(marked(client.answer(true)));
    const Message missing = client.get("/a/b");
    BOOST_TEST(missing.status() == 404);
    BOOST_TEST(marked(missing));
    client.send(RawClient::head("PUT", "/ok"));
    const Message other = client.answer();
    BOOST_TEST(other.status() == 405);
    BOOST_TEST(marked(other));
    const Message dead = gateway.client().get("/dead");
    BOOST_TEST(dead.status() == 502);
    BOOST_TEST(marked(dead));
    const Message cut = gateway.client().get("/cut");
    BOOST_TEST(marked(cut));
    BOOST_TEST(!cut.complete);
    const Message large = gateway.client().post("/ok", "more than ten bytes");
    BOOST_TEST(large.status() == 413);
    BOOST_TEST(marked(large));
    auto broken = gateway.client();
    broken.send("GET / HTTP/1.1\r\nHost : x\r\n\r\n");
    const Message refused = broken.answer();
    BOOST_TEST(refused.status() == 400);
    BOOST_TEST(marked(refused));
}

BOOST_AUTO_TEST_SUITE_END()

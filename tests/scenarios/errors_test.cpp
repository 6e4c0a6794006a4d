// tests/scenarios/errors_test.cpp - the gateway's failures in the words of routes.lua.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

const char* const words = R"lua(
limits { body = 10 * bytes }
errors {
    no_route = { status = 400, body = '{"detail":"Invalid API name provided."}', type = "application/json" },
    [413]    = { body = '{"detail":"Payload Too Large"}', type = "application/json" },
    [429]    = "Rate limit exceeded\n",
    ["5xx"]  = { status = 502, body = "<h1>${status}</h1><p>${message}</p><i>${request_id}</i>", type = "text/html",
                 headers = { ["Retry-After"] = "5" } },
    any      = function(failure, request)
        if failure.status == 405 then return end
        return { body = failure.culprit .. " " .. failure.reason .. " " .. request.path .. "\n", headers = { ["X-Made"] = "1" } }
    end,
}
)lua";

struct Scene {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            if (request->target() == "/api/dead") return;
            connection.answer(request->target() == "/api/404" ? 404 : 200, "upstream's own");
        }
    }};
    GatewayProcess gateway;
    explicit Scene(const std::string& more = {})
        : gateway{words + ("local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\n") +
                      "route \"GET /api/limited\" { upstream = u, plugins = { ratelimit { by = client_ip, rate = 1 / "
                      "hour } } }\n"
                      "route \"GET,POST /api/*\" { upstream = u }\n"
                      "route \"GET /boom\" { upstream = u, when = function() return true end, rewrite = function() "
                      "error \"boom\" end }\n"
                      "route \"GET /keys\" { answer = \"in\", plugins = { auth { key = header \"X-API-Key\", file = "
                      "\"keys\" } },\n"
                      "    errors = { key_missing = { body = '{\"detail\":\"Missing X-API-Key header\"}', type = "
                      "\"application/json\" },\n"
                      "               key_unknown = { body = '{\"detail\":\"Invalid API key\"}', type = "
                      "\"application/json\" } } }\n" +
                      more,
                  {},
                  {{"keys", "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice -\n"}}} {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_errors)

BOOST_AUTO_TEST_CASE(each_failure_is_told_in_the_most_exact_words) {
    Scene scene;
    auto client = scene.gateway.client();
    const Message unknown = client.get("/proxy/nothing/x");
    BOOST_TEST(unknown.status() == 400);
    BOOST_TEST(unknown.header("Content-Type") == "application/json");
    BOOST_TEST(unknown.body == "{\"detail\":\"Invalid API name provided.\"}");
    BOOST_TEST(unknown.has("X-Request-Id"));

    BOOST_TEST(client.get("/api/limited").status() == 200);
    const Message limited = client.get("/api/limited");
    BOOST_TEST(limited.status() == 429);
    BOOST_TEST(limited.body == "Rate limit exceeded\n");
    BOOST_TEST(limited.header("Content-Type") == "text/plain; charset=utf-8");
    BOOST_TEST(limited.has("Retry-After"));
    BOOST_TEST(limited.has("X-RateLimit-Limit"));

    const Message dead = client.get("/api/dead", "X-Request-Id: my-id\r\n");
    BOOST_TEST(dead.status() == 502);
    BOOST_TEST(dead.header("Content-Type") == "text/html");
    BOOST_TEST(dead.header("Retry-After") == "5");
    BOOST_TEST(dead.body == "<h1>502</h1><p>the upstream closed the connection</p><i>my-id</i>");

    const Message large = scene.gateway.client().post("/api/x", "more than ten bytes");
    BOOST_TEST(large.status() == 413);
    BOOST_TEST(large.body == "{\"detail\":\"Payload Too Large\"}");
}

BOOST_AUTO_TEST_CASE(an_upstreams_own_errors_are_its_own) {
    Scene scene;
    const Message answer = scene.gateway.client().get("/api/404");
    BOOST_TEST(answer.status() == 404);
    BOOST_TEST(answer.body == "upstream's own");
}

BOOST_AUTO_TEST_CASE(a_function_may_word_them_or_leave_them) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send(RawClient::head("PUT", "/api/x"));
    const Message plain = client.answer();
    BOOST_TEST(plain.status() == 405);
    BOOST_TEST(plain.header("Allow") == "GET, HEAD, POST");
    BOOST_TEST(plain.body.find("\"error\":\"method_not_allowed\"") != std::string::npos);
    auto broken = scene.gateway.client();
    broken.send("GET /x HTTP/1.1\r\nHost : x\r\n\r\n");
    const Message made = broken.answer();
    BOOST_TEST(made.status() == 400);
    BOOST_TEST(made.body.starts_with("client malformed_request"));
    BOOST_TEST(made.header("X-Made") == "1");
}

BOOST_AUTO_TEST_CASE(a_routes_words_come_before_everybodys) {
    Scene scene;
    auto client = scene.gateway.client();
    const Message missing = client.get("/keys");
    BOOST_TEST(missing.status() == 401);
    BOOST_TEST(missing.body == "{\"detail\":\"Missing X-API-Key header\"}");
    BOOST_TEST(missing.has("WWW-Authenticate"));
    BOOST_TEST(client.get("/keys", "X-API-Key: x\r\n").body == "{\"detail\":\"Invalid API key\"}");
}

BOOST_AUTO_TEST_CASE(a_failing_function_leaves_the_gateways_own_words) {
    Scene scene{
        "route \"GET /twice\" { answer = \"x\", plugins = { auth { key = header \"X-API-Key\", file = \"keys\" } },\n"
        "    errors = { any = function() while true do end end } }\n"
        "route \"GET /odd\" { answer = \"x\", plugins = { auth { key = header \"X-API-Key\", file = \"keys\" } },\n"
        "    errors = { any = function() return { status = 99 } end } }\n"};
    auto client = scene.gateway.client();
    for (const char* path : {"/twice", "/odd"}) {
        const Message answer = client.get(path);
        BOOST_TEST(answer.status() == 401, path);
        BOOST_TEST(answer.body.find("\"error\":\"key_missing\"") != std::string::npos, path);
    }
    const Message failed = client.get("/boom");
    BOOST_TEST(failed.status() == 502);  // by "5xx"
    BOOST_TEST(failed.body.find("boom") == std::string::npos);
    BOOST_TEST(client.get("/api/x").status() == 200);
}

BOOST_AUTO_TEST_CASE(head_gets_the_head_of_it) {
    Scene scene;
    auto client = scene.gateway.client();
    client.send(RawClient::head("HEAD", "/none"));
    const Message head = client.answer(true);
    BOOST_TEST(head.status() == 400);
    BOOST_TEST(head.header("Content-Length") == "39");
    BOOST_TEST(client.get("/api/x").status() == 200);
}

BOOST_AUTO_TEST_CASE(the_log_says_the_status_that_was_sent_and_the_reason_it_had) {
    Scene scene{"always { logging { format = \"json\", to = \"stdout\" } }\n"};
    scene.gateway.client().get("/none");
    const auto line = scene.gateway.log_lines(1).at(0);
    BOOST_TEST(line.find("\"status\":400") != std::string::npos, line);
    BOOST_TEST(line.find("no_route") != std::string::npos, line);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/cors_test.cpp - what pages of other origins are told, by preflights and by every answer.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

const char* const words = R"lua(
always { logging { format = "json", to = "stdout" } }
cors { origins = { "http://localhost:5173", "https://*.example.com" }, credentials = true, max_age = 10 * minutes }
)lua";

const char* const local = "Origin: http://localhost:5173\r\n";
const char* const evil = "Origin: https://evil.example\r\n";

struct Scene {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request()) {
            if (request->target() == "/api/dead") return;
            connection.answer(200, "body", "Access-Control-Allow-Origin: *\r\nVary: Accept\r\n");
        }
    }};
    GatewayProcess gateway{
        words + ("local u = upstream \"u\" { targets = { \"" + upstream.address() + "\" } }\n") +
            "route \"GET,PUT /api/*\" { upstream = u, plugins = { auth { key = header \"X-API-Key\", file = \"keys\", "
            "optional = true } } }\n"
            "route \"DELETE /api/*\" { answer = { status = 204 } }\n"
            "route \"GET /locked\" { answer = \"x\", plugins = { auth { key = header \"X-API-Key\", file = \"keys\" } "
            "} }\n"
            "route \"* /own\" { upstream = u, cors = false }\n"
            "route \"GET /broken\" { answer = \"x\", when = function() error \"no\" end }\n"
            "route \"GET /open\" { answer = \"open\", cors = { origins = \"*\", expose = \"X-Total\" } }\n",
        {},
        {{"keys", "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice -\n"}}};
    RawClient client = gateway.client();
    Message preflight(std::string_view path, std::string_view method, std::string_view lines) {
        client.send(RawClient::head(
            "OPTIONS", path, std::string{lines} + "Access-Control-Request-Method: " + std::string{method} + "\r\n"));
        return client.answer();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_cors)

BOOST_AUTO_TEST_CASE(a_preflight_is_answered_before_keys_are_asked_for) {
    Scene scene;
    const Message answer =
        scene.preflight("/locked", "GET", std::string{local} + "Access-Control-Request-Headers: x-api-key\r\n");
    BOOST_TEST(answer.status() == 204);
    BOOST_TEST(answer.header("Access-Control-Allow-Origin") == "http://localhost:5173");
    BOOST_TEST(answer.header("Access-Control-Allow-Credentials") == "true");
    BOOST_TEST(answer.header("Access-Control-Allow-Methods") == "GET, HEAD");
    BOOST_TEST(answer.header("Access-Control-Allow-Headers") == "x-api-key");
    BOOST_TEST(answer.header("Access-Control-Max-Age") == "600");
    BOOST_TEST(answer.has("X-Request-Id"));
    BOOST_TEST(scene.preflight("/api/1", "PUT", local).header("Access-Control-Allow-Methods") ==
               "GET, HEAD, PUT, DELETE");
    BOOST_TEST(scene.upstream.requests() == 0);
    const auto lines = scene.gateway.log_lines(2);
    BOOST_TEST(lines.at(0).find("\"GET /locked\"") != std::string::npos, lines.at(0));  // the route it was meant for
}

BOOST_AUTO_TEST_CASE(what_fails_before_it_has_a_route_is_marked_as_well) {
    Scene scene;
    const Message answer = scene.client.get("/broken", local);
    BOOST_TEST(answer.status() == 500);
    BOOST_TEST(answer.header("Access-Control-Allow-Origin") == "http://localhost:5173");
    BOOST_TEST(!scene.client.get("/broken", evil).has("Access-Control-Allow-Origin"));
}

BOOST_AUTO_TEST_CASE(other_origins_are_refused) {
    Scene scene;
    const Message answer = scene.preflight("/api/1", "PUT", evil);
    BOOST_TEST(answer.status() == 403);
    BOOST_TEST(answer.body.find("\"error\":\"origin_not_allowed\"") != std::string::npos);
    BOOST_TEST(!answer.has("Access-Control-Allow-Origin"));
    BOOST_TEST(answer.header("Vary") == "Origin");
    BOOST_TEST(scene.preflight("/api/1", "PUT", "Origin: null\r\n").status() == 403);
}

BOOST_AUTO_TEST_CASE(answers_are_marked_for_the_origin_that_asked) {
    Scene scene;
    const Message answer = scene.client.get("/api/1", "Origin: https://a.example.com\r\n");
    BOOST_TEST(answer.header("Access-Control-Allow-Origin") == "https://a.example.com");
    BOOST_TEST(answer.count("Access-Control-Allow-Origin") == 1u);
    BOOST_TEST(answer.count("Vary") == 2u);
    BOOST_TEST(answer.body == "body");
    BOOST_TEST(scene.upstream.last().header("Origin") == "https://a.example.com");
    for (const char* lines : {evil, ""}) {
        const Message other = scene.client.get("/api/1", lines);
        BOOST_TEST(other.status() == 200);
        BOOST_TEST(!other.has("Access-Control-Allow-Origin"), lines);
        BOOST_TEST(other.count("Vary") == 2u, lines);
    }
}

BOOST_AUTO_TEST_CASE(failures_are_marked_too) {
    Scene scene;
    for (const auto& [path, status] :
         {std::pair{"/locked", 401}, std::pair{"/api/dead", 502}, std::pair{"/none", 404}}) {
        const Message answer = scene.client.get(path, local);
        BOOST_TEST(answer.status() == status);
        BOOST_TEST(answer.header("Access-Control-Allow-Origin") == "http://localhost:5173", path);
    }
}

BOOST_AUTO_TEST_CASE(a_route_may_have_its_own_or_none) {
    Scene scene;
    const Message open = scene.client.get("/open", evil);
    BOOST_TEST(open.header("Access-Control-Allow-Origin") == "*");
    BOOST_TEST(open.header("Access-Control-Expose-Headers") == "X-Total");
    BOOST_TEST(!open.has("Access-Control-Allow-Credentials"));
    BOOST_TEST(!open.has("Vary"));
    const Message own = scene.preflight("/own", "GET", evil);
    BOOST_TEST(own.status() == 200);
    BOOST_TEST(own.body == "body");
    BOOST_TEST(own.header("Access-Control-Allow-Origin") == "*");  // the upstream's
    BOOST_TEST(scene.upstream.last().method() == "OPTIONS");
}

BOOST_AUTO_TEST_CASE(options_without_more_is_a_request_like_any) {
    Scene scene;
    scene.client.send(RawClient::head("OPTIONS", "/api/1", local));
    const Message answer = scene.client.answer();
    BOOST_TEST(answer.status() == 405);
    BOOST_TEST(answer.header("Access-Control-Allow-Origin") == "http://localhost:5173");
    const Message nowhere = scene.preflight("/none", "GET", local);
    BOOST_TEST(nowhere.status() == 404);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/scenarios/admin_api_test.cpp - the admin API of a running gateway keeps what its OpenAPI document promises.
#include "support/gateway_process.h"
#include "support/schema.h"
#include "support/scripted_upstream.h"

#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

Message ask(const GatewayProcess& gateway, const std::string& head, const std::string& body = {},
            const std::string& lines = {}) {
    RawClient client{gateway.admin()};
    client.send(head + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + lines +
                "\r\n" + body);
    return client.answer();
}

// A configuration with something of everything that is told.
std::string everything(const std::string& target) {
    return "database \"sqlite:keys.db\"\n"
           "tier \"free\" { rate = 60 / minute }\n"
           "local orders = upstream \"orders\" { targets = { \"" +
           target +
           "\", { \"127.0.0.1:1\", weight = 2 } }, balance = balancer { policy = \"round_robin\" },\n"
           "    health = { path = \"/\", every = 1 * hour }, breaker = { failures = 5 }, concurrency = 10 }\n"
           "local spare = upstream \"spare\" { targets = \"" +
           target +
           "\", breaker = { failures = 5, scope = \"both\" } }\n"
           "local shadow = upstream \"shadow\" { targets = \"127.0.0.1:1\" }\n"
           "always { logging { to = \"log\" } }\n"
           "route \"GET /split\" { upstream = split { { orders, weight = 3 }, { spare, weight = 1 } }, mirror = { upstream = shadow } }\n"
           "route \"GET /orders/:id\" { upstream = orders, host = \"a.example\", query = { deep = true },\n"
           "    when = function(request) return true end, plugins = cache { ttl = 1 * minute } }\n"
           "route \"* /**\" { upstream = spare, plugins = ratelimit { by = client_ip, rate = 1000 / second } }\n";
}

struct Fixture {
    ScriptedUpstream upstream{ScriptedUpstream::always("hello")};
    GatewayProcess gateway{everything(upstream.address())};
    Schemas schemas{ask(gateway, "GET /openapi.json").body};

    // Asks, and holds the answer against the document. `form`: the path as the document has it.
    Message promised(const std::string& method, const std::string& path, const std::string& form, int status,
                     const std::string& body = {}) {
        std::string upper = method;
        for (char& c : upper) c = char(std::toupper(static_cast<unsigned char>(c)));
        Message answer = ask(gateway, upper + ' ' + path, body);
        BOOST_TEST(answer.status() == status, upper << ' ' << path << ": " << answer.status() << ' ' << answer.body);
        const auto schema = schemas.of_answer(method, form, answer.status());
        BOOST_REQUIRE_MESSAGE(schema, upper << ' ' << form << " promises no JSON with " << answer.status());
        const auto value = Poco::JSON::Parser{}.parse(answer.body);
        for (const std::string& problem : schemas.problems(value, schema, upper + ' ' + path))
            BOOST_ERROR(problem << " in " << answer.body);
        return answer;
    }
    Message promised(const std::string& method, const std::string& path, int status = 200, const std::string& body = {}) {
        return promised(method, path, path, status, body);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_admin_api)
BOOST_FIXTURE_TEST_SUITE(promises, Fixture)

BOOST_AUTO_TEST_CASE(what_is_told_is_as_promised) {
    BOOST_TEST(gateway.client().get("/x").body == "hello");
    for (const char* path : {"/health", "/ready", "/routes", "/upstreams", "/keys", "/plugins"}) promised("get", path);
    promised("get", "/upstreams/orders/next", "/upstreams/{upstream}/next", 200);
    promised("get", "/upstreams/order/next", "/upstreams/{upstream}/next", 404);
    promised("get", "/keys?limit=0", "/keys", 422);
    promised("get", "/keys/0", "/keys/{id}", 404);
    promised("get", "/plugins/ratelimit/limits", "/plugins/{plugin}/{page}", 200);
    promised("get", "/plugins/none/x", "/plugins/{plugin}/{page}", 404);
}

BOOST_AUTO_TEST_CASE(what_is_changed_is_as_promised) {
    const std::string drain = "/upstreams/{upstream}/drain", undrain = "/upstreams/{upstream}/undrain";
    promised("post", "/upstreams/orders/drain?target=127.0.0.1:1", drain, 200);
    promised("get", "/upstreams");
    promised("post", "/upstreams/orders/drain", drain, 400);
    promised("post", "/upstreams/orders/drain?target=127.0.0.1:9", drain, 404);
    promised("post", "/upstreams/orders/undrain?target=127.0.0.1:1", undrain, 200);
    promised("post", "/command", 404, R"({"plugin":"cache","words":["prge"]})");
    promised("post", "/command", 200, R"({"plugin":"cache","words":["purge","/nothing"]})");
    promised("post", "/command", 400, "[]");
    promised("post", "/reload");
    gateway.write_routes("rout \"GET /\"");
    promised("post", "/reload", 409);
}

BOOST_AUTO_TEST_CASE(keys_are_as_promised) {
    const auto made = promised("post", "/keys", 201, R"({"owner":"alice","tier":"free","rate":"100/60s"})");
    const auto at = made.body.find("\"id\":\"") + 6;
    const std::string path = "/keys/" + made.body.substr(at, made.body.find('"', at) - at);
    promised("get", path, "/keys/{id}", 200);
    promised("get", "/keys");
    promised("patch", path, "/keys/{id}", 200, R"({"name":"phone","rate":null})");
    promised("patch", path, "/keys/{id}", 422, R"({"tier":"none"})");
    promised("post", path + "/rotate", "/keys/{id}/rotate", 200, "{}");
    promised("delete", path, "/keys/{id}", 200);
    promised("post", "/keys", 400, "[]");
}

BOOST_AUTO_TEST_CASE(the_page_to_read_needs_nothing_from_elsewhere_and_runs_nothing) {
    const auto page = ask(gateway, "GET /docs");
    BOOST_TEST(page.status() == 200);
    BOOST_TEST(page.header("Content-Type") == "text/html; charset=utf-8");
    BOOST_TEST(page.header("Content-Security-Policy").starts_with("default-src 'self';"));
    for (const char* never : {"<script", "style=", "http://", "https://", "onclick"})
        BOOST_TEST(page.body.find(never) == std::string::npos, never);
    BOOST_TEST(page.body.find("/upstreams/{upstream}/drain") != std::string::npos);
    const auto style = ask(gateway, "GET /docs/page.css");
    BOOST_TEST(style.header("Content-Type") == "text/css; charset=utf-8");
    const std::string tag{style.header("ETag")};
    BOOST_TEST(ask(gateway, "GET /docs/page.css", "", "If-None-Match: " + tag + "\r\n").status() == 304);
    BOOST_TEST(ask(gateway, "GET /docs/page.js").status() == 404);
}

BOOST_AUTO_TEST_CASE(another_method_is_told_which_are_taken) {
    const auto refused = ask(gateway, "PUT /keys");
    BOOST_TEST(refused.status() == 405);
    BOOST_TEST(refused.header("Allow") == "GET, POST");
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

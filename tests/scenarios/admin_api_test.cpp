// tests/scenarios/admin_api_test.cpp - the admin API of a running gateway keeps what its OpenAPI document promises.
#include "support/deadline.h"
#include "support/gateway_process.h"
#include "support/schema.h"
#include "support/scripted_upstream.h"

#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <memory>
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
    return "database \"sqlite:keys.db\" admin { services = { [\"true\"] = { restart = { \"true\" } } } }\n"
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
    std::unique_ptr<ScriptedUpstream> upstream = std::make_unique<ScriptedUpstream>(ScriptedUpstream::always("hello"));
    GatewayProcess gateway{everything(upstream->address())};
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
    for (const char* path : {"/status", "/config", "/tiers", "/services", "/audit"}) promised("get", path);
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
    promised("get", "/audit");
    promised("get", "/audit?limit=x", "/audit", 422);
    promised("post", "/services/true/restart", "/services/{service}/restart", 200);
    promised("post", "/services/ture/restart", "/services/{service}/restart", 404);
    promised("get", "/services");
}

BOOST_AUTO_TEST_CASE(the_status_says_what_is_up_and_what_was_asked) {
    const auto status = [&] { return Poco::JSON::Parser{}.parse(promised("get", "/status").body).extract<Poco::JSON::Object::Ptr>(); };
    BOOST_TEST(gateway.client().get("/x").status() == 200);
    wait_until("the request is counted", [&] { return status()->getObject("requests")->getValue<int>("ok") == 1; });
    const auto upstreams = status()->getObject("upstreams");
    BOOST_TEST(upstreams->getValue<std::string>("spare") == "up");
    ask(gateway, "POST /upstreams/spare/drain?target=" + upstream->address());
    BOOST_TEST(status()->getObject("upstreams")->getValue<std::string>("spare") == "down");
    ask(gateway, "POST /upstreams/orders/drain?target=127.0.0.1:1");
    BOOST_TEST(status()->getObject("upstreams")->getValue<std::string>("orders") == "degraded");
    BOOST_TEST(status()->getObject("config")->getValue<bool>("ok"));
    const auto instance = status()->getValue<std::string>("instance");
    BOOST_TEST(!instance.empty());
    BOOST_TEST(status()->getValue<std::string>("instance") == instance);
    gateway.write_routes("rout \"GET /\"");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    BOOST_TEST(!status()->getObject("config")->getValue<bool>("ok"));
    BOOST_TEST(status()->getObject("config")->getArray("problems")->getElement<std::string>(0).find("routes.lua:1: unknown word \"rout\"") == 0);
}

// Figures of a target outlive a reload.
BOOST_AUTO_TEST_CASE(a_target_says_how_its_requests_went) {
    const auto spare = [&](const std::string& name) {
        const auto all = Poco::JSON::Parser{}.parse(promised("get", "/upstreams").body).extract<Poco::JSON::Object::Ptr>();
        for (unsigned i = 0; i < 2; ++i)
            if (const auto one = all->getArray("upstreams")->getObject(i); one->getValue<std::string>("name") == "spare")
                return one->getArray("targets")->getObject(0)->getValue<int>(name);
        return -1;
    };
    for (int i = 0; i < 3; ++i) BOOST_TEST(gateway.client().get("/x").status() == 200);
    wait_until("the attempts are counted", [&] { return spare("requests") == 3; });
    BOOST_TEST(spare("failures") == 0);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    upstream.reset();
    BOOST_TEST(gateway.client().get("/x").status() == 502);
    wait_until("the failure is counted", [&] { return spare("failures") > 0; });
    BOOST_TEST(spare("requests") > 3);
    const std::string all = promised("get", "/upstreams").body;
    BOOST_TEST(all.find("\"p99_ms\":") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_request_is_explained_in_the_configuration_in_force) {
    const auto explained = [&](const std::string& body, int status = 200) {
        return promised("post", "/explain", status, body).body;
    };
    wait_until("the target's health is checked", [&] { return upstream->connections() == 1; });
    const std::string all = explained(R"({"method":"GET","url":"http://a.example/orders/7?deep","headers":{"X-A":"b"},"client_ip":"192.0.2.7"})");
    BOOST_TEST(all.find("\"route\": \"GET /orders/:id\"") != std::string::npos, all);
    BOOST_TEST(all.find("\"client_ip\": \"192.0.2.7\"") != std::string::npos);
    BOOST_TEST(upstream->connections() == 1);
    // The file has changed, and what is in force has not.
    gateway.write_routes("route \"GET /other\" { answer = \"ok\" }");
    BOOST_TEST(explained(R"({"url":"/other"})").find("\"route\": \"* /**\"") != std::string::npos);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(explained(R"({"url":"/other"})").find("\"route\": \"GET /other\"") != std::string::npos);
    explained("[]", 400);
    for (const char* wrong : {R"({"url":"ftp://x/"})", R"({"url":7})", R"({"headers":["no colon"]})", R"({"headers":3})",
                              R"({"client_ip":"somebody"})", R"({"method":"GET\r\nX: y"})", R"({"uri":"/"})"})
        explained(wrong, 422);
}

// What is only rehearsed changes nothing for those who really ask.
BOOST_AUTO_TEST_CASE(a_rehearsal_spends_nothing) {
    gateway.write_routes("route \"GET /\" { answer = \"ok\", plugins = ratelimit { by = client_ip, rate = 1 / hour, burst = 1 } }");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    for (int i = 0; i < 3; ++i) promised("post", "/explain", 200, R"({"url":"/"})");
    BOOST_TEST(gateway.client().get("/").status() == 200);
    BOOST_TEST(gateway.client().get("/").status() == 429);
}

BOOST_AUTO_TEST_CASE(the_configuration_is_shown_as_it_was_loaded_and_without_secrets) {
    gateway.write_file("shared.lua", "local old = 1 -- token = \"an-old-token-of-theirs\"\nreturn { key = \"signing-key-of-32-bytes-or-more!\" }\n");
    gateway.write_routes("local shared = require \"shared\"\n"
                         "admin { hosts = env(\"OPS_HOST\", \"ops.example\") }\n"
                         "local again = \"signing-key-of-32-bytes-or-more!\"\n"
                         "database \"sqlite:keys.db\"\n"
                         "route \"GET /\" { answer = \"ok\", plugins = auth { method = \"jwt\", secret = shared.key } }\n");
    const std::string reloaded = gateway.reload();
    BOOST_TEST(reloaded.starts_with("reloaded"), reloaded);
    const std::string config = promised("get", "/config").body;
    for (const char* secret : {"signing-key", "an-old-token"})
        BOOST_TEST(config.find(secret) == std::string::npos, secret << " in " << config);
    BOOST_TEST(config.find("{\"name\":\"OPS_HOST\",\"value\":null}") != std::string::npos, config);
    BOOST_TEST(config.find("\"name\":\"shared.lua\"") != std::string::npos);
    BOOST_TEST(config.find("ops.example") != std::string::npos);
    gateway.write_routes("rout \"GET /\"");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    const std::string refused = promised("get", "/config").body;
    BOOST_TEST(refused.find("unknown word") != std::string::npos);
    BOOST_TEST(refused.find("ops.example") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(routes_say_what_their_plugins_were_told) {
    const std::string routes = promised("get", "/routes").body;
    BOOST_TEST(routes.find("\"rate\": \"1000 / second\"") != std::string::npos, routes);
    BOOST_TEST(routes.find("\"plugin\": \"cache\"") != std::string::npos);
    const std::string tiers = promised("get", "/tiers").body;
    BOOST_TEST(tiers.find(R"({"name":"free","where":"routes.lua:2","rate":{"count":60,"seconds":60},"burst":null,"quota":null})") != std::string::npos, tiers);
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
    for (const char* never : {"<script", "style=", "=\"http", "onclick"})
        BOOST_TEST(page.body.find(never) == std::string::npos, never);
    BOOST_TEST(page.body.find("/upstreams/{upstream}/drain") != std::string::npos);
    const auto style = ask(gateway, "GET /docs/page.css");
    BOOST_TEST(style.header("Content-Type") == "text/css; charset=utf-8");
    const std::string tag{style.header("ETag")};
    const auto unchanged = ask(gateway, "GET /docs/page.css", "", "If-None-Match: " + tag + "\r\n");
    BOOST_TEST(unchanged.status() == 304);
    BOOST_TEST(unchanged.count("Content-Length") == 0);
    BOOST_TEST(ask(gateway, "GET /docs/page.js").status() == 404);
}

BOOST_AUTO_TEST_CASE(another_method_is_told_which_are_taken) {
    const auto refused = ask(gateway, "PUT /keys");
    BOOST_TEST(refused.status() == 405);
    BOOST_TEST(refused.header("Allow") == "GET, POST");
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()

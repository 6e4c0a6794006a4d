// tests/scenarios/used_gateway.h - UsedGateway: a gateway of which everything that counts is in use, upstreams that fail
// among it.
#pragma once

#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>

namespace tollgate::test {

class UsedGateway {
public:
    // Each of them once, ten requests. `wait_for_refused_hedge` returns when that has been counted.
    void use(const std::function<void()>& wait_for_refused_hedge) {
        auto client = gateway.client();
        BOOST_TEST(client.post("/x", "body", "X-API-Key: gold-key\r\n").status() == 200);
        BOOST_TEST(client.get("/x").status() == 401);
        BOOST_TEST(client.get("/token", "Authorization: Bearer a.b.c\r\n").status() == 503);
        BOOST_TEST(client.get("/gone").status() == 502);
        client.send(RawClient::head("GET", "/late"));
        wait_for_refused_hedge();
        refused_.open();
        BOOST_TEST(client.answer().status() == 503);
        BOOST_TEST(client.get("/limited").status() == 200);
        BOOST_TEST(client.get("/limited").status() == 429);
        BOOST_TEST(client.get("/kept").status() == 200);
        BOOST_TEST(client.get("/asked").status() == 200);
        BOOST_TEST(client.get("/broken").status() == 500);
        BOOST_TEST(gateway.reload().starts_with("reloaded"));
    }
    // Most of them, whatever they say.
    void use_again() {
        auto client = gateway.client();
        client.post("/x", "body", "X-API-Key: gold-key\r\n");
        for (const char* path : {"/x", "/gone", "/late", "/limited", "/kept", "/asked", "/broken"}) client.get(path);
    }

private:
    std::string routes() const {
        return routes_to(
            upstream_.address(), "health = \"/health\", eject = {}, breaker = { scope = \"both\" }, concurrency = 100",
            "plugins = { auth { key = header \"X-API-Key\", file = \"keys\" } }, mirror = { upstream = \"shadow\" }",
            "always { logging { logs = { { to = \"log\" }, { database = true } } } }"
            "tracing { to = \"http://127.0.0.1:1\" }"
            "upstream \"shadow\" { targets = { \"" + upstream_.address() + "\" } }"
            "route \"GET /token\"   { answer = \"ok\\n\", plugins = { auth { method = \"jwt\", keys_url = \"http://" +
                upstream_.address() + "/keys\" } } }"
            "local gone = upstream \"gone\" { targets = { \"" + deaf_.local_address() + "\" }, "
            "    retry = { backoff = 0 * seconds } }"
            "route \"GET /gone\"    { upstream = gone }"
            "local late = upstream \"late\" { targets = { \"" + late_.address() + "\", \"" + deaf_.local_address() + "\" }, "
            "    retry = { on = 503, hedge = 1 * millisecond, budget = 0, budget_floor = 0 } }"
            "route \"GET /late\"    { upstream = late }"
            "route \"GET /limited\" { answer = \"ok\\n\", plugins = { ratelimit { by = client_ip, rate = 1 / hour }, "
            "ratelimit { by = client_ip, rate = 1 / hour, store = \"redis://127.0.0.1:1\" }, "
            "ratelimit { by = client_ip, quota = 9 / month, regions = \"redis://127.0.0.1:1\" } } }"
            "route \"GET /kept\"    { answer = \"ok\\n\", plugins = cache { ttl = 1 * hour, "
            "    store = \"redis://127.0.0.1:1\" } }"
            "route \"GET /asked\"   { answer = \"ok\\n\", when = function(request) return request.path ~= \"\" end }"
            "route \"GET /broken\"  { answer = \"ok\\n\", when = function(request) error \"no\" end }");
    }

    static constexpr auto key = "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice -\n";  // gold-key

    ScriptedUpstream upstream_{ScriptedUpstream::always("answer")};
    const Connection deaf_{bind_deaf()};
    Gate refused_;
    ScriptedUpstream late_{[this](UpstreamConnection& connection) {
        connection.read_request();
        refused_.wait();
        connection.answer(503, "late, and failed");
    }};

public:
    GatewayProcess gateway{routes(), {}, {{"keys", key}}};
};

}  // namespace tollgate::test

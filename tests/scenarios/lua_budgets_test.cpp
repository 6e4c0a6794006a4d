// tests/scenarios/lua_budgets_test.cpp - whatever a function of routes.lua does, wherever it stands: its own request
// gets a 500, and nobody else notices.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::test;

namespace {

// A place is a way to put a function to work, and what the function returns where all is well.
const char* const routes = R"(tier "gold" { rate = 1000 / second }
local bombs = {
    endless          = function() while true do end end,
    endless_in_pcall = function() while true do pcall(function() while true do end end) end end,
    pattern          = function() return ("a"):rep(40):find(("a*"):rep(30) .. "b") end,
    huge_text        = function() local text = "x" while true do text = text .. text end end,
    error_object     = function() error({}) end,
    recursion        = function() local function deeper() return 1 + deeper() end return deeper() end,
    json             = function() while true do json.decode(json.encode { ("x"):rep(1000) }) end end,
}
local target = upstream "target" { targets = { TARGET } }
local nowhere = upstream "nowhere" { targets = { "127.0.0.1:1" } }
local places = {
    when   = { true, function(f) return { answer = "fine", when = f } end },
    key    = { "gold-key", function(f)
        return { answer = "fine", plugins = { auth { key = f, hide = false, file = "keys" } } }
    end },
    by     = { "all", function(f)
        return { answer = "fine", plugins = { ratelimit { rate = 1000 / second, by = f } } }
    end },
    cost   = { 1, function(f)
        return { answer = "fine", plugins = { ratelimit { rate = 1000 / second, by = client_ip, cost = f } } }
    end },
    choose = { "", function(f, name)
        return { upstream = upstream(name) { targets = { TARGET }, balance = balancer { choose = f } } }
    end },
    rewrite         = { "/elsewhere", function(f) return { upstream = target, rewrite = f } end },
    redirect        = { "/elsewhere", function(f) return { redirect = f } end },
    request_header  = { "x", function(f) return { upstream = target, request_headers = { set = { ["X-F"] = f } } } end },
    request         = { nil, function(f)
        return { upstream = target, request = function(request) f(request) request.headers["X-F"] = "x" end }
    end },
    response_header = { "x", function(f) return { upstream = target, response_headers = { set = { ["X-F"] = f } } } end },
    response        = { nil, function(f)
        return { upstream = target, response = function(response, request) f(request) end }
    end },
    body            = { nil, function(f)
        local function change(response, request) f(request) response.body = response.body:upper() end
        return { upstream = target, response = { body = 1 * kilobyte, change = change } }
    end },
    errors          = { "sorry", function(f)
        return { upstream = nowhere, errors = { any = function(failure, request) return f(request) end } }
    end },
}
for place, is in pairs(places) do
    for name, bomb in pairs(bombs) do
        local function armed(request)
            if request.query.bomb ~= "" then return bomb() end
            return is[1]
        end
        route("GET /" .. place .. "/" .. name)(is[2](armed, place .. name))
    end
end
route "GET /fine" { answer = "fine" }
)";

struct Place {
    const char* name;
    int status;        // where all is well
    const char* body;  // "": any
};
constexpr Place places[] = {{"when", 200, "fine"},
                            {"key", 200, "fine"},
                            {"by", 200, "fine"},
                            {"cost", 200, "fine"},
                            {"choose", 200, "fine"},
                            {"rewrite", 200, "fine"},
                            {"redirect", 302, ""},
                            {"request_header", 200, "fine"},
                            {"request", 200, "fine"},
                            {"response_header", 200, "fine"},
                            {"response", 200, "fine"},
                            {"body", 200, "FINE"}};
constexpr const char* bombs[] = {"endless",      "endless_in_pcall", "pattern", "huge_text",
                                 "error_object", "recursion",        "json"};

// SHA-256 of "gold-key".
const char* const keys = "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice gold\n";

std::string with_target(const std::string& address) {
    std::string text = routes;
    const std::string_view mark = "TARGET";
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark))
        text.replace(at, mark.size(), '"' + address + '"');
    return text;
}

struct Scene {
    ScriptedUpstream upstream{ScriptedUpstream::always("fine")};
    GatewayProcess gateway{with_target(upstream.address()), {"--loops", "1"}, {{"keys", keys}}};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_lua_budgets)

BOOST_AUTO_TEST_CASE(a_function_that_goes_beyond_costs_its_own_request_a_500_wherever_it_stands) {
    Scene scene;
    auto client = scene.gateway.client(), other = scene.gateway.client();
    for (const auto& place : places) {
        for (const char* bomb : bombs) {
            const std::string path = std::string{"/"} + place.name + '/' + bomb;
            BOOST_TEST_CONTEXT(path) {
                const Message burst = client.get(path + "?bomb=1");
                BOOST_TEST(burst.status() == 500);
                BOOST_TEST(burst.body.find("\"script_failed\"") != std::string::npos, burst.body);
                BOOST_TEST(burst.body.find("routes.lua") == std::string::npos, burst.body);
                BOOST_TEST(other.get("/fine").body == "fine");
                const Message well = client.get(path);
                BOOST_TEST(well.status() == place.status);
                if (*place.body) BOOST_TEST(well.body == place.body);
            }
        }
    }
    scene.gateway.process().wait_for_line("routes.lua:3: did not end within");
}

BOOST_AUTO_TEST_CASE(an_error_page_that_fails_leaves_the_plain_one) {
    Scene scene;
    auto client = scene.gateway.client(), other = scene.gateway.client();
    for (const char* bomb : bombs) {
        const std::string path = std::string{"/errors/"} + bomb;
        BOOST_TEST_CONTEXT(path) {
            const Message plain = client.get(path + "?bomb=1");
            BOOST_TEST(plain.status() == 502);
            BOOST_TEST(plain.body.find("\"error\"") != std::string::npos, plain.body);
            BOOST_TEST(other.get("/fine").body == "fine");
            const Message well = client.get(path);
            BOOST_TEST(well.status() == 502);
            BOOST_TEST(well.body == "sorry");
        }
    }
    scene.gateway.process().wait_for_line("routes.lua:3: did not end within");
}

BOOST_AUTO_TEST_SUITE_END()

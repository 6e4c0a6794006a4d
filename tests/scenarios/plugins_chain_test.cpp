// tests/scenarios/plugins_chain_test.cpp - auth, ratelimit, balancer and logging as a request meets them, one after another.
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <ctime>
#include <set>
#include <fstream>
#include <string>
#include <thread>

using namespace tollgate::test;
using namespace std::chrono_literals;

namespace {

// SHA-256 of "gold-key" and "free-key".
const char* const keys = "6163937e6547cc2853a333d323496f4d5608b3958a3bd3939752708bc9cb0feb alice gold\n"
                         "0c7e232ca6aa55ab05a0287b1c4198c7b4275500bce25c40b5a6aa7d564d3c45 bob free  # may ask twice\n";
const char* const gold = "X-API-Key: gold-key\r\n";
const char* const free_key = "X-API-Key: free-key\r\n";

const char* const words = R"(
tier "gold" { rate = 1000 / second, burst = 1000 }
tier "free" { rate = 2 / hour, burst = 2 }
always { logging { format = "json", to = "stdout" } }
local members = { auth { key = header "X-API-Key", file = "keys" }, ratelimit { by = caller } }
)";

struct Scene {
    ScriptedUpstream first{ScriptedUpstream::always("first")}, second{ScriptedUpstream::always("second")};
    GatewayProcess gateway;
    Scene()
        : gateway{words + ("local u = upstream \"orders\" { targets = { \"" + first.address() + "\", \"" + second.address() +
                           "\" }, balance = balancer { policy = \"round_robin\" } }\n"
                           "route \"* /orders/**\" { upstream = u, plugins = members }\n"
                           "route \"GET /open\" { answer = { status = 200, body = \"open\\n\" } }\n"),
                  {},
                  {{"keys", keys}}} {}
};

Poco::JSON::Object::Ptr parsed(const std::string& line) {
    Poco::JSON::Parser parser;
    return parser.parse(line).extract<Poco::JSON::Object::Ptr>();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_plugins_chain)

BOOST_AUTO_TEST_CASE(without_a_key_it_is_401_and_the_upstream_is_spared) {
    Scene scene;
    auto client = scene.gateway.client();
    for (const char* lines : {"", "X-API-Key: wrong\r\n"}) {
        const Message answer = client.get("/orders/1", lines);
        BOOST_TEST(answer.status() == 401);
        BOOST_TEST(answer.has("WWW-Authenticate"));
        BOOST_TEST(answer.has("X-Request-Id"));
        BOOST_TEST(answer.body.find("wrong") == std::string::npos);
    }
    BOOST_TEST(scene.first.requests() + scene.second.requests() == 0);
    BOOST_TEST(client.get("/open").status() == 200);
}

BOOST_AUTO_TEST_CASE(with_a_key_targets_are_asked_in_turn_and_never_see_the_key) {
    Scene scene;
    auto client = scene.gateway.client();
    std::vector<std::string> bodies;
    for (int i = 0; i < 4; ++i) bodies.push_back(client.get("/orders/1", gold).body);
    BOOST_TEST(bodies[0] != bodies[1]);
    BOOST_TEST(bodies[0] == bodies[2]);
    BOOST_TEST(bodies[1] == bodies[3]);
    BOOST_TEST(!scene.first.last().has("X-API-Key"));
}

BOOST_AUTO_TEST_CASE(turns_are_even_over_all_loops) {
    Scene scene;
    for (int i = 0; i < 100; ++i) scene.gateway.client().get("/orders/1", gold);  // connections go to loops in turn
    BOOST_TEST(scene.first.requests() == 50);
    BOOST_TEST(scene.second.requests() == 50);
}

BOOST_AUTO_TEST_CASE(past_the_limit_it_is_429_with_the_time_to_wait) {
    Scene scene;
    auto client = scene.gateway.client();
    for (const char* remaining : {"1", "0"}) {
        const Message answer = client.get("/orders/1", free_key);
        BOOST_TEST(answer.status() == 200);
        BOOST_TEST(answer.header("X-RateLimit-Limit") == "2");
        BOOST_TEST(answer.header("X-RateLimit-Remaining") == remaining);
        BOOST_TEST(!answer.has("Retry-After"));
    }
    const Message refused = client.get("/orders/1", free_key);
    BOOST_TEST(refused.status() == 429);
    BOOST_TEST(refused.header("X-RateLimit-Remaining") == "0");
    const int wait = std::stoi(refused.header("Retry-After"));
    BOOST_TEST(wait >= 1700);
    BOOST_TEST(wait <= 1800);  // two an hour
    const auto reset = std::stoll(refused.header("X-RateLimit-Reset")) - std::time(nullptr);
    BOOST_TEST(reset >= 3500);
    BOOST_TEST(reset <= 3601);
    BOOST_TEST(client.get("/orders/1", gold).status() == 200);  // somebody else's limit is somebody else's
}

BOOST_AUTO_TEST_CASE(who_waits_as_told_is_let_in_and_not_much_earlier) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    GatewayProcess gateway{routes_to(upstream.address(), "", "plugins = { ratelimit { by = client_ip, rate = 60 / minute, burst = 1 } }")};
    using Clock = std::chrono::steady_clock;
    Clock::time_point last_in;  // just before the last one that was let in
    Message refused;
    wait_until("one is refused", [&] {  // the second, unless this thread was held up for a second
        const auto now = Clock::now();
        refused = gateway.client().get("/");
        if (refused.status() == 200) last_in = now;
        return refused.status() == 429;
    });
    BOOST_TEST(refused.header("Retry-After") == "1");
    const auto as_told = Clock::now() + std::stoi(refused.header("Retry-After")) * 1s;
    wait_until("the limit lets one more in", [&] {
        const bool waited = Clock::now() >= as_told;
        const bool in = gateway.client().get("/").status() == 200;
        if (waited) BOOST_TEST(in);
        return in;
    });
    BOOST_TEST((Clock::now() - last_in >= 900ms));
}

BOOST_AUTO_TEST_CASE(no_more_pass_than_the_limit_however_many_ask_at_once) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    GatewayProcess gateway{routes_to(upstream.address(), "", "plugins = { ratelimit { by = client_ip, rate = 1 / hour, burst = 100 } }")};
    std::atomic<int> passed{0}, refused{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            auto client = gateway.client();
            for (int i = 0; i < 50; ++i) (client.get("/").status() == 200 ? passed : refused)++;
        });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(passed.load() == 100);
    BOOST_TEST(refused.load() == 300);
    BOOST_TEST(upstream.requests() == 100);
}

BOOST_AUTO_TEST_CASE(every_request_has_one_valid_line_in_the_log) {
    Scene scene;
    {
        auto client = scene.gateway.client();
        client.get("/orders/1", gold);
        client.get("/orders/2?secret=x");
        client.get("/nowhere");
        client.get("/open", "User-Agent: \"quoted\\ and \xff\xfe\"\r\n");
        client.send("GET /x HTTP/1.1\r\n\r\n");  // no Host: refused before routing
        client.answer();
    }
    const auto lines = scene.gateway.log_lines(5);
    BOOST_REQUIRE(lines.size() == 5u);
    std::set<std::string> ids;
    std::vector<int> statuses;
    for (const auto& line : lines) {
        const auto json = parsed(line);
        ids.insert(json->getValue<std::string>("request_id"));
        statuses.push_back(json->getValue<int>("status"));
        for (const char* name : {"time", "client_ip", "method", "path", "route", "duration_ms", "bytes_sent"})
            BOOST_TEST(json->has(name), name << " in " << line);
        BOOST_TEST(line.find("gold-key") == std::string::npos);
    }
    BOOST_TEST(ids.size() == 5u);
    BOOST_TEST(statuses == (std::vector<int>{200, 401, 404, 200, 400}), boost::test_tools::per_element());
    const auto served = parsed(lines[0]);
    BOOST_TEST(served->getValue<std::string>("route") == "* /orders/**");
    BOOST_TEST(served->getValue<std::string>("upstream") == "orders");
    BOOST_TEST(served->getValue<std::string>("tier") == "gold");
    BOOST_TEST(served->getValue<std::string>("client_ip") == "127.0.0.1");
    BOOST_TEST(served->getValue<bool>("complete"));
    const std::string target = served->getValue<std::string>("target");
    BOOST_TEST((target == scene.first.address() || target == scene.second.address()), target);
}

BOOST_AUTO_TEST_CASE(timeouts_and_leavers_are_logged_too) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.wait_for_end();
    }};
    GatewayProcess gateway{routes_to(upstream.address(), "", "",
                                     "limits { header_time = 2 * seconds } always { logging { format = \"json\" } }")};
    auto slow = gateway.client();
    slow.send("GET / HTTP/1.1\r\nHo");
    BOOST_TEST(slow.answer().status() == 408);
    BOOST_TEST(parsed(gateway.log_lines(1).at(0))->getValue<int>("status") == 408);
    auto leaver = gateway.client();
    leaver.send(RawClient::head("GET", "/"));
    wait_until("the upstream was asked", [&] { return upstream.requests() == 1; });
    leaver.reset();
    BOOST_TEST(parsed(gateway.log_lines(2).at(1))->getValue<int>("status") == 499);
}

BOOST_AUTO_TEST_CASE(a_rotated_log_is_opened_anew) {
    GatewayProcess gateway{"always { logging { format = \"json\", to = \"access.log\" } }\n"
                           "route \"GET /ok\" { answer = { status = 200, body = \"ok\" } }"};
    gateway.client().get("/ok");
    gateway.log_lines(1, "access.log");
    std::filesystem::rename(gateway.folder() / "access.log", gateway.folder() / "access.log.1");
    gateway.process().signal(SIGUSR1);
    gateway.process().wait_for_line("reopened");
    gateway.client().get("/ok");
    BOOST_TEST(gateway.log_lines(1, "access.log").size() == 1u);
    BOOST_TEST(gateway.log_lines(1, "access.log.1").size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_condition_in_lua_decides_and_a_runaway_one_costs_only_its_request) {
    GatewayProcess gateway{R"(
route "GET /loop" { when = function(request) while true do end end, answer = { status = 200, body = "never" } }
route "GET /fail" { when = function(request) return request.nothing.at.all end, answer = { status = 200, body = "never" } }
route "GET /search" { when = function(request) return #request.query.q >= 3 end, answer = { status = 200, body = "found" } }
route "GET /search" { answer = { status = 400, body = "q needs three letters" } }
)"};
    auto client = gateway.client();
    BOOST_TEST(client.get("/search?q=abc").body == "found");
    BOOST_TEST(client.get("/search?q=ab").status() == 400);
    BOOST_TEST(client.get("/search").status() == 400);
    const Message looped = client.get("/loop");  // which does not wait for ever
    BOOST_TEST(looped.status() == 500);
    BOOST_TEST(looped.body.find("routes.lua") == std::string::npos);
    BOOST_TEST(client.get("/fail").status() == 500);
    gateway.process().wait_for_line("routes.lua:2");
    BOOST_TEST(client.get("/search?q=abc").body == "found");
}

BOOST_AUTO_TEST_CASE(a_request_costs_what_a_function_says) {
    GatewayProcess gateway{R"(
route "GET /work" {
    answer = "done",
    plugins = { ratelimit { by = client_ip, rate = 1 / hour, burst = 5,
                            cost = function(request) return tonumber(request.query.n) end } },
}
)"};
    auto client = gateway.client();
    const auto asked = [&](const char* n) {
        const Message answer = client.get(std::string{"/work?n="} + n);
        return std::to_string(answer.status()) + ' ' + std::string{answer.header("X-RateLimit-Remaining")};
    };
    BOOST_TEST(asked("3") == "200 2");
    BOOST_TEST(asked("3") == "429 2", "what is refused takes nothing");
    BOOST_TEST(asked("0") == "200 2");
    BOOST_TEST(asked("6") == "429 2");
    BOOST_TEST(!client.get("/work?n=6").has("Retry-After"), "no waiting helps");
    BOOST_TEST(asked("2") == "200 0");
    BOOST_TEST(asked("-1") == "500 ");
    BOOST_TEST(asked("many") == "500 ");
    gateway.process().wait_for_line("function (routes.lua:5): expected a number, got \"\"");
}

BOOST_AUTO_TEST_CASE(a_default_rate_holds_where_nobody_else_says_one) {
    GatewayProcess gateway{R"(
tier "gold" { rate = 1000 / second }
tier "free" {}
local limited = { auth { file = "keys", optional = true }, ratelimit { default_rate = 2 / hour } }
route "GET /" { answer = "ok", plugins = limited }
)",
                           {},
                           {{"keys", keys}}};
    auto client = gateway.client();
    for (const char* lines : {"", free_key}) {
        BOOST_TEST(client.get("/", lines).header("X-RateLimit-Remaining") == "1");
        BOOST_TEST(client.get("/", lines).status() == 200);
        BOOST_TEST(client.get("/", lines).status() == 429);
    }
    BOOST_TEST(client.get("/", gold).header("X-RateLimit-Limit") == "1000");
}

BOOST_AUTO_TEST_CASE(a_default_rate_can_be_explained) {
    TemporaryFolder folder;
    std::ofstream{folder / "routes.lua"} << "listen \"127.0.0.1:0\"\n"
                                            "route \"GET /\" { answer = \"ok\", plugins = { ratelimit { by = client_ip, "
                                            "default_rate = 2 / hour } } }\n";
    const auto explained =
        run({"env", "-C", folder.path().string(), tollgate_program(), "explain", "GET", "/", "routes.lua"});
    BOOST_TEST(explained.code == 0, explained.err);
    BOOST_TEST(explained.out.find("by default: key \"") != std::string::npos, explained.out);
}

BOOST_AUTO_TEST_CASE(a_function_may_name_the_target) {
    ScriptedUpstream first{ScriptedUpstream::always("first")}, second{ScriptedUpstream::always("second")};
    GatewayProcess gateway{"local u = upstream \"u\" { targets = { \"" + first.address() + "\", \"" + second.address() +
                           "\" }, balance = balancer { choose = function(request)\n"
                           "  if request.query.to == \"second\" then return \"" +
                           second.address() +
                           "\" end\n  return request.query.to\nend } }\n"
                           "route \"GET /\" { upstream = u }\n"};
    auto client = gateway.client();
    for (int i = 0; i < 4; ++i) BOOST_TEST(client.get("/?to=second").body == "second");
    for (const char* to : {"", "?to=10.9.9.9:1"}) {
        std::set<std::string> answers;
        for (int i = 0; i < 2; ++i) answers.insert(client.get(std::string{"/"} + to).body);
        BOOST_TEST(answers.size() == 2u, "the policy decides");
    }
}

BOOST_AUTO_TEST_SUITE_END()

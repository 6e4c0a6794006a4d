// tests/core/config/builder_test.cpp - what load() makes of whole files.
#include "config/builder.h"

#include "core/config/fake_plugins.h"
#include "snapshot/shaping.h"
#include "support/thread_time.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;

namespace {

const std::string any_port = "listen \"127.0.0.1:0\"\n";

std::shared_ptr<Snapshot> loaded(test::Workshop& workshop, const std::string& text) {
    auto loaded = workshop.load_text(text);
    for (const auto& problem : loaded.problems) BOOST_ERROR(problem.text());
    BOOST_REQUIRE(loaded.snapshot);
    return loaded.snapshot;
}

std::string chain_of(const std::vector<const PluginUse*>& chain) {
    std::string names;
    for (const auto* use : chain) {
        if (!names.empty()) names += ' ';
        names += std::string{use->descriptor->name} + use->where.substr(use->where.find(':'));
    }
    return names;
}
std::string chain_of(const Route& route) { return chain_of(route.chain); }

int match(const Snapshot& snapshot, std::string_view method, std::string_view path, std::string_view host = "x") {
    routing::Captures captures;
    const auto found = snapshot.router.match({method, host, path}, captures);
    return found ? int(*found) : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_builder)

BOOST_AUTO_TEST_CASE(the_sketch_of_the_design_is_understood) {
    test::Workshop workshop;
    const auto snapshot = loaded(workshop, R"lua(
listen "127.0.0.1:0"
tier "free"    { rate = 60 / minute, burst = 10, quota = 10000 / month }
tier "premium" { rate = 1200 / minute, burst = 200 }
local orders = upstream "orders" {
    targets = { "10.0.0.11:9001", { "10.0.0.12:9001", weight = 2 } },
    balance = balancer { policy = "weighted" },
    timeout = 2 * seconds,
}
always { logging { format = "json", to = "stdout" } }
local members = { auth { key = header "X-API-Key" }, ratelimit { by = caller } }
local guests  = { ratelimit { by = client_ip, rate = 30 / minute, algorithm = "sliding_window" } }
route "GET /orders/:id" { upstream = orders, plugins = { members, cache { ttl = 5 * seconds } } }
route "* /orders/**"    { upstream = orders, plugins = members }
route "GET /search"     { upstream = "orders", plugins = guests,
                          when = function(request) return #request.query.q >= 3 end }
route "GET /healthz"    { answer = { status = 200, body = "ok\n" } }
)lua");
    BOOST_TEST(snapshot->routes.size() == 4u);
    BOOST_TEST(chain_of(snapshot->routes[0]) == "logging:10 auth:11 ratelimit:11 cache:13 balancer:7");
    BOOST_TEST(chain_of(snapshot->routes[1]) == "logging:10 auth:11 ratelimit:11 balancer:7");
    BOOST_TEST(chain_of(snapshot->routes[2]) == "logging:10 ratelimit:12 balancer:7");
    BOOST_TEST(chain_of(snapshot->routes[3]) == "logging:10");
    BOOST_TEST(chain_of(snapshot->unmatched) == "logging:10");
    BOOST_TEST(snapshot->routes[0].chain[1] == snapshot->routes[1].chain[1], "a shared use is one instance");
    BOOST_TEST(snapshot->uses.size() == 6u);
    BOOST_TEST(snapshot->routes[2].upstream == snapshot->upstreams[0].get());
    BOOST_TEST(snapshot->routes[2].when == 1);
    BOOST_TEST(snapshot->routes[0].when == 0);
    BOOST_TEST(snapshot->scripts.size() == 2u);
    BOOST_TEST(match(*snapshot, "GET", "/orders/7") == 0);
    BOOST_TEST(match(*snapshot, "POST", "/orders/7") == 1);
    BOOST_TEST((snapshot->routes[0].parameter_names == std::vector<std::string>{"id"}));
    BOOST_TEST(snapshot->routes[0].name == "GET /orders/:id");
    BOOST_TEST(snapshot->routes[0].where == "routes.lua:13");
}

BOOST_AUTO_TEST_CASE(tiers_upstreams_and_targets_say_what_was_written) {
    test::Workshop workshop;
    const auto snapshot = loaded(workshop, any_port + R"lua(
tier "free" { rate = 60 / minute, burst = 10, quota = 10000 / month }
upstream "orders" {
    targets = { "127.0.0.1:9001", { "unix:/run/orders.sock", weight = 3 }, { "orders.local:80", { "[::1]:9002" } } },
    timeout = 2 * seconds, connect_timeout = 100 * milliseconds, idle_timeout = 1 * minute,
    keep_alive = 7, keep_alive_time = 5 * seconds, preserve_host = false,
}
)lua");
    const auto& tier = snapshot->tiers.at("free");
    BOOST_TEST(tier.rate()->count == 60);
    BOOST_TEST((tier.rate()->per == 60s));
    BOOST_TEST(*tier.burst() == 10);
    BOOST_TEST((tier.quota()->per == 720h));
    const auto& orders = *snapshot->upstreams.at(0);
    BOOST_TEST(orders.name == "orders");
    BOOST_TEST(orders.targets.size() == 4u);
    BOOST_TEST(orders.targets[1]->address() == "unix:/run/orders.sock");
    BOOST_TEST(orders.targets[1]->weight() == 3u);
    BOOST_TEST(orders.targets[3]->address() == "[::1]:9002");
    BOOST_TEST((orders.timeout == 2s));
    BOOST_TEST((orders.connect_timeout == 100ms));
    BOOST_TEST((orders.idle_timeout == 60s));
    BOOST_TEST((orders.keep_alive_time == 5s));
    BOOST_TEST(orders.keep_alive == 7u);
    BOOST_TEST(!orders.preserve_host);
}

BOOST_AUTO_TEST_CASE(retries_are_as_written) {
    test::Workshop workshop;
    const auto loaded = workshop.load_text(R"lua(
listen "127.0.0.1:0"
local targets = { "127.0.0.1:1", "127.0.0.1:2" }
upstream "a" { targets = targets, retry = { attempts = 4, on = { "connect", "timeout", 429, "5xx" }, methods = "POST", body = 1 * megabytes,
               backoff = 2 * seconds, budget = 0.5, budget_floor = 0 } }
upstream "b" { targets = targets, retry = false, deadline = 5 * seconds }
upstream "after a time" { targets = targets, retry = { hedge = 50 * milliseconds } }
upstream "after a share" { targets = targets, retry = { hedge = 0.95 } }
route "GET /" { answer = "" }
)lua");
    BOOST_REQUIRE(loaded.problems.empty());
    const auto& a = loaded.snapshot->upstreams.at(0)->retry;
    BOOST_TEST(a.attempts == 4u);
    BOOST_TEST(!a.only_elsewhere);
    BOOST_TEST(a.on.holds(Outcome::connect_timeout, 0));
    BOOST_TEST(a.on.holds(Outcome::timeout, 0));
    BOOST_TEST(!a.on.holds(Outcome::reset, 0));
    BOOST_TEST(a.on.holds(Outcome::answered, 429));
    BOOST_TEST(a.on.holds(Outcome::answered, 599));
    BOOST_TEST(!a.on.holds(Outcome::answered, 404));
    BOOST_TEST((a.methods == std::vector<std::string>{"POST"}));
    BOOST_TEST(a.body == 1u << 20);
    BOOST_TEST((a.backoff == std::chrono::seconds{2}));
    BOOST_TEST((a.longest_backoff == std::chrono::seconds{2}));  // not said: no shorter than the first
    BOOST_TEST(a.budget == 0.5);
    BOOST_TEST(a.budget_floor == 0u);
    BOOST_TEST(loaded.snapshot->upstreams.at(1)->retry.attempts == 1u);
    BOOST_TEST((loaded.snapshot->upstreams.at(1)->deadline == std::chrono::seconds{5}));
    BOOST_TEST(!loaded.snapshot->upstreams.at(0)->hedges());
    const auto &timed = *loaded.snapshot->upstreams.at(2), &shared = *loaded.snapshot->upstreams.at(3);
    BOOST_TEST(timed.hedges());
    BOOST_TEST((timed.retry.hedge == std::chrono::milliseconds{50}));
    BOOST_TEST(!timed.hedge_delay);
    BOOST_TEST(shared.hedges());
    BOOST_TEST(shared.retry.hedge_quantile == 0.95);
    BOOST_TEST(shared.hedge_delay.get() == shared.state->hedge_delay().get());
}

BOOST_AUTO_TEST_CASE(a_split_has_a_chain_for_each_of_its_upstreams) {
    test::Workshop workshop;
    const auto snapshot = loaded(workshop, any_port + R"lua(
local orders = upstream "orders" { targets = { "127.0.0.1:1" }, balance = balancer { policy = "weighted" } }
local both = split { { orders, weight = 95 }, { "canary", weight = 4.5 }, "lab", by = cookie "user" }
always { logging { to = "stdout" } }
route "* /a" { upstream = both, plugins = { auth { key = header "X-API-Key" } } }
route "* /b" { upstream = both }
upstream "canary" { targets = { "127.0.0.1:2" }, plugins = { cache { ttl = 1 * second } } }
upstream "lab" { targets = { "127.0.0.1:3" } }
)lua");
    const Route &a = snapshot->routes[0], &b = snapshot->routes[1];
    BOOST_TEST(!a.upstream);
    BOOST_REQUIRE(a.split);
    BOOST_TEST(chain_of(a) == "logging:5 auth:6");
    const auto& branches = a.split->branches;
    BOOST_REQUIRE(branches.size() == 3u);
    BOOST_TEST(branches[0].upstream == snapshot->upstreams[0].get());
    BOOST_TEST(branches[1].upstream->name == "canary");
    BOOST_TEST(chain_of(branches[0].chain) == "logging:5 auth:6 balancer:3");
    BOOST_TEST(chain_of(branches[1].chain) == "logging:5 auth:6 cache:8");
    BOOST_TEST(chain_of(branches[2].chain) == "logging:5 auth:6");
    BOOST_TEST(chain_of(b.split->branches.at(0).chain) == "logging:5 balancer:3");
    BOOST_TEST(branches[0].chain[2] == b.split->branches.at(0).chain[1], "a shared use is one instance");
    BOOST_TEST(a.split->shares.weight(1) == 4.5);
    BOOST_TEST(a.split->shares.weight(2) == 1);
    BOOST_TEST(a.split->by.describe() == "cookie \"user\"");
}

BOOST_AUTO_TEST_CASE(a_use_twice_in_the_chain_of_one_branch_is_a_mistake) {
    test::Workshop workshop;
    BOOST_TEST(workshop.problems_of(any_port + R"lua(local log = logging { to = "x" }
local a, b = upstream "a" { targets = { "127.0.0.1:1" }, plugins = log }, upstream "b" { targets = { "127.0.0.1:2" } }
route "* /**" { upstream = split { a, b }, plugins = log }
)lua").find("routes.lua:4: route \"* /**\": the logging of line 2 is in the chain twice") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(limits_trusted_proxies_and_admin_are_taken) {
    test::Workshop workshop;
    const auto snapshot = loaded(workshop, R"lua(
listen { "127.0.0.1:0", "unix:/run/tollgate.sock" }
listen "[::1]:0"
admin "127.0.0.1:9999"
limits { request_line = 4 * kilobytes, headers = 16 * kilobytes, header_count = 50, body = 1 * megabyte,
         header_time = 1 * second, body_time = 2 * seconds, send_time = 3 * seconds, idle = 4 * seconds, connections = 100, drain = 5 * seconds }
trusted_proxies { "10.0.0.0/8", { "192.0.2.1", "unix:" } }
trusted_proxies { "2001:db8::/32" }
)lua");
    BOOST_TEST(snapshot->listens.size() == 3u);
    BOOST_TEST(snapshot->admin->text() == "127.0.0.1:9999");
    BOOST_TEST(!snapshot->admin_off);
    const auto& limits = snapshot->limits;
    BOOST_TEST(limits.request_line == 4096u);
    BOOST_TEST(limits.headers == 16384u);
    BOOST_TEST(limits.header_count == 50u);
    BOOST_TEST(limits.body == 1048576u);
    BOOST_TEST((limits.header_time == 1s && limits.body_time == 2s && limits.send_time == 3s && limits.idle == 4s));
    BOOST_TEST(limits.connections == 100u);
    BOOST_TEST((limits.drain == 5s));
    BOOST_TEST(snapshot->trusted_proxies.size() == 4u);
    BOOST_TEST(loaded(workshop, any_port + "admin(false)")->admin_off);
    BOOST_TEST(!loaded(workshop, any_port)->admin);
}

BOOST_AUTO_TEST_CASE(answers_have_status_headers_and_body) {
    test::Workshop workshop;
    const auto snapshot = loaded(workshop, any_port + R"lua(
route "GET /a" { answer = "plain" }
route "GET /b" { answer = { status = 301, headers = { Location = "/c", ["Set-Cookie"] = { "a=1", "b=2" } } } }
route "GET /c" { answer = { body = "{}", headers = { ["content-type"] = "application/json" } },
                 limits = { body = 5 * kilobytes } }
)lua");
    const auto& [a, b, c] = std::tie(snapshot->routes[0], snapshot->routes[1], snapshot->routes[2]);
    BOOST_TEST(a.answer->status == 200);
    BOOST_TEST(*a.answer->body == "plain");
    BOOST_TEST(a.answer->headers.get("Content-Type") == "text/plain; charset=utf-8");
    BOOST_TEST(b.answer->status == 301);
    BOOST_TEST(b.answer->headers.size() == 3u);
    BOOST_TEST(b.answer->headers.get("Location") == "/c");
    BOOST_TEST(c.answer->headers.size() == 1u);
    BOOST_TEST((c.body_limit == 5120u));
    BOOST_TEST(!a.body_limit);
}

BOOST_AUTO_TEST_CASE(settings_reach_plugins_by_type) {
    test::Workshop workshop;
    loaded(workshop, any_port + R"lua(
always { probe { integer = 7, number = 0.25, text = "t", duration = 1.5 * minutes / 2, size = 10 * megabytes,
                 rate = 90 / (3 * minutes),
                 choice = "text", value = header "X", texts = { "a", { "b" } }, path = "keys", boolean = false } }
)lua");
    const auto& texts = workshop.seen().at(0).texts;
    BOOST_TEST(texts.at("boolean") == "false");
    BOOST_TEST(texts.at("integer") == "7");
    BOOST_TEST(texts.at("number") == "0.250000");
    BOOST_TEST(texts.at("text") == "t");
    BOOST_TEST(texts.at("duration") == "45000000000 ns");
    BOOST_TEST(texts.at("size") == "10485760 bytes");
    BOOST_TEST(texts.at("rate") == "90.000000 per 180000000000 ns");
    BOOST_TEST(texts.at("choice") == "text");
    BOOST_TEST(texts.at("value") == "header \"X\"");
    BOOST_TEST(texts.at("texts") == "a|b|");
    BOOST_TEST(texts.at("path") == (workshop.folder() / "keys").string());
    BOOST_TEST(workshop.seen()[0].where == "routes.lua:3");
}

BOOST_AUTO_TEST_CASE(defaults_are_evaluated_and_what_has_none_is_absent) {
    test::Workshop workshop;
    loaded(workshop, any_port + "always { probe { } }");
    const auto& texts = workshop.seen().at(0).texts;
    BOOST_TEST(texts.size() == 2u);
    BOOST_TEST(texts.at("boolean") == "true");
    BOOST_TEST(texts.at("duration") == "1500000000 ns");
}

BOOST_AUTO_TEST_CASE(values_describe_themselves_as_written) {
    test::Workshop workshop;
    const auto describe = [&](const std::string& value) {
        test::Workshop own;
        loaded(own, any_port + "always { probe { value = " + value + " } }");
        return own.seen().at(0).texts.at("value");
    };
    for (const char* value : {"header \"X\"", "query \"q\"", "cookie \"c\"", "caller", "client_ip", "route", "method",
                              "path", "host", "\"fixed\""})
        BOOST_TEST(describe(value) == value);
    BOOST_TEST(describe("5") == "\"5\"");
    BOOST_TEST(describe("function() return 1 end") == "function (routes.lua:2)");
}

BOOST_AUTO_TEST_CASE(a_values_kind_and_name_are_told_uncut) {
    test::Workshop workshop;
    const auto value = [&](const std::string& written) {
        test::Workshop own;
        loaded(own, any_port + "always { probe { value = " + written + " } }");
        return own.seen().at(0).values.at("value");
    };
    const std::string name(200, 'n');
    for (const char* word : {"header", "query", "cookie"}) {
        const Value named = value(word + (" \"" + name) + '"');
        BOOST_TEST(named.kind() == word);
        BOOST_TEST(named.name() == name);
    }
    for (const char* word : {"caller", "client_ip", "route", "method", "path", "host"}) {
        BOOST_TEST(value(word).kind() == word);
        BOOST_TEST(value(word).name() == "");
    }
    BOOST_TEST(value("\"query \\\"q\\\"\"").kind() == "text");
    BOOST_TEST(value("5").kind() == "text");
    BOOST_TEST(value("function() return 1 end").kind() == "function");
    BOOST_TEST(Value{}.kind() == "");
}

BOOST_AUTO_TEST_CASE(ordinals_count_the_uses_of_a_plugin_as_written) {
    test::Workshop workshop;
    loaded(workshop, any_port + R"lua(
local late = ratelimit { rate = 1 / second }
route "GET /b" { answer = "b", plugins = { ratelimit { rate = 2 / second }, logging { } } }
route "GET /a" { answer = "a", plugins = { late } }
)lua");
    std::string seen;
    for (const auto& use : workshop.seen())
        seen += use.plugin + use.where.substr(10) + '#' + std::to_string(use.ordinal) + ' ';
    BOOST_TEST(seen == "ratelimit:3#1 ratelimit:4#2 logging:4#1 ");
}

BOOST_AUTO_TEST_CASE(plugins_know_the_declared_tiers_wherever_they_stand) {
    test::Workshop workshop;
    loaded(workshop, any_port + "always { logging { } }\ntier 'free' { rate = 1 / second }");
    BOOST_TEST(workshop.seen().at(0).knows_free);
    BOOST_TEST(!workshop.seen().at(0).knows_none);
    loaded(workshop, any_port + "always { logging { } }\ntier 'gold' { rate = 1 / second }");
    BOOST_TEST(!workshop.seen().at(1).knows_free);
}

BOOST_AUTO_TEST_CASE(a_use_in_no_chain_is_checked_but_not_made) {
    test::Workshop workshop;
    const auto snapshot = loaded(workshop, any_port + "local unused = logging { }");
    BOOST_TEST(snapshot->uses.empty());
    BOOST_TEST(workshop.seen().empty());
    BOOST_TEST(workshop.problems_of(any_port + "local unused = logging { formt = 1 }") ==
               "routes.lua:2: logging: unknown setting \"formt\"; did you mean \"format\"?");
}

BOOST_AUTO_TEST_CASE(what_create_throws_is_a_problem_with_its_place) {
    test::Workshop workshop;
    BOOST_TEST(workshop.problems_of(any_port + "always {\n probe { text = \"throw\" } }") ==
               "routes.lua:3: probe: thrown by create");
}

BOOST_AUTO_TEST_CASE(what_several_uses_are_refused_for_is_told_once_with_all_their_lines) {
    test::Workshop workshop;
    BOOST_TEST(workshop.problems_of(any_port +
                                    "always {\n probe { text = \"throw\" } }\n"
                                    "for _, path in ipairs { '/a', '/b' } do\n"
                                    "route('GET ' .. path) { answer = '', plugins = { probe { text = \"throw\" } } }\n"
                                    "end\n"
                                    "route 'GET /c' { answer = '', plugins = { probe { text = \"throw\" } } }\n") ==
               "routes.lua:3: probe: thrown by create; the same in lines 5, 7");
}

BOOST_AUTO_TEST_CASE(each_line_of_what_create_throws_is_a_problem) {
    test::Workshop workshop;
    BOOST_TEST(workshop.problems_of(any_port +
                                    "always {\n probe { text = \"throw two\" } }\n"
                                    "route 'GET /' { answer = '', plugins = { probe { text = \"throw\" } } }") ==
               "routes.lua:3: probe: thrown by create; the same in line 4\n"
               "routes.lua:3: probe: and again");
}

BOOST_AUTO_TEST_CASE(environment_variables_are_read_once_for_all_vms) {
    test::Workshop workshop;
    workshop.env()["TO"] = "stderr";
    std::map<std::string, int> asked;
    auto surroundings = workshop.surroundings();
    surroundings.env = [&](const char* name) {
        ++asked[name];
        return std::string_view{name} == "TO" ? "stderr" : nullptr;
    };
    std::ofstream{workshop.folder() / "routes.lua"} << any_port + R"lua(
always { logging { to = env "TO" }, probe { text = env("NONE", "default"), integer = env("NONE", 3) } }
route "GET /" { answer = "ok", when = function() return true end }
)lua";
    const auto result = config::load(workshop.folder() / "routes.lua", surroundings);
    BOOST_REQUIRE(result.snapshot);
    BOOST_TEST(asked.at("TO") == 1);
    for (const auto& [name, times] : asked) BOOST_TEST(times == 1, name);
    BOOST_TEST(workshop.seen()[0].texts.at("to") == "stderr");
    BOOST_TEST(workshop.seen()[1].texts.at("text") == "default");
    BOOST_TEST(workshop.seen()[1].texts.at("integer") == "3");
}

BOOST_AUTO_TEST_CASE(no_functions_no_vms) {
    test::Workshop workshop;
    BOOST_TEST(loaded(workshop, any_port + "route 'GET /' { answer = 'ok' }")->scripts.empty());
    workshop.loops = 3;
    const auto by_value = any_port + "always { auth { key = function(request) return request.path end } }";
    BOOST_TEST(loaded(workshop, by_value)->scripts.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_conditional_route_may_be_followed_by_the_same) {
    test::Workshop workshop;
    const auto snapshot = loaded(workshop, any_port + R"lua(
route "GET /" { answer = "long", when = function(request) return #request.query.q > 3 end }
route "GET /" { answer = "short" }
)lua");
    BOOST_TEST(snapshot->routes[0].when == 1);
    BOOST_TEST(snapshot->routes[1].when == 0);
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read_are_problems) {
    test::Workshop workshop;
    const auto problem = [&](const std::filesystem::path& file) {
        const auto result = workshop.load(file);
        BOOST_TEST(!result.snapshot);
        return result.problems.size() == 1 ? result.problems[0].text() : "not one problem";
    };
    BOOST_TEST(problem(workshop.folder() / "none.lua") == "none.lua: cannot be read: No such file or directory");
    BOOST_TEST(problem(workshop.folder()) == workshop.folder().filename().string() + ": expected a file, got a folder");
    BOOST_TEST(workshop.problems_of("") ==
               "routes.lua: is empty; expected at least: listen \"127.0.0.1:8080\" and a route");
    BOOST_TEST(workshop.problems_of(" \n\n") ==
               "routes.lua: is empty; expected at least: listen \"127.0.0.1:8080\" and a route");
    BOOST_TEST(workshop.problems_of("\x1bLJ\x02\n") == "routes.lua: expected Lua's source text, got compiled bytecode");
    BOOST_TEST(workshop.problems_of(std::string{"listen\0", 7}) ==
               "routes.lua: expected Lua's source text, got binary data");
    BOOST_TEST(workshop.problems_of("-- only words\n") ==
               "routes.lua: expected at least one listen (listen \"127.0.0.1:8080\"), got none");
}

BOOST_AUTO_TEST_CASE(one_long_text_named_often_does_not_fill_the_memory) {
    test::Workshop workshop;
    BOOST_TEST(
        workshop.problems_of("local t, long = {}, ('x'):rep(3e6)\nfor i = 1, 100 do t[i] = long end\nlisten(t)") ==
        "routes.lua:3: the texts of this file are more than 64 megabytes together");
    BOOST_TEST(workshop.problems_of("\nlisten(('x'):rep(5e6))") ==
               "routes.lua:2: expected texts of at most 4 megabytes, got one of 5000000 bytes");
    BOOST_TEST(workshop.problems_of("listen(('x'):rep(3e6))").size() < 300u);
    BOOST_TEST(workshop.problems_of("for i = 1, 1e6 do x = 1 end").size() < 100'000u);
}

BOOST_AUTO_TEST_CASE(an_end_before_the_end_reports_what_was_found_so_far) {
    test::Workshop workshop;
    BOOST_TEST(workshop.problems_of("tier 'free' { rate = 5 }\nerror('stop')\nlisten '127.0.0.1:0'") ==
               "routes.lua:1: tier \"free\": rate: expected a rate (60 / minute) of more than 0, got 5\n"
               "routes.lua:2: stop");
}

// Ten times what a thousand take is meant; what grows with the square of the routes would be at a hundred times.
BOOST_AUTO_TEST_CASE(the_time_to_load_routes_grows_with_their_number) {
    const auto time_of = [](int routes) {
        test::Workshop workshop;
        const std::string text = any_port + R"lua(
local orders = upstream "orders" { targets = { "127.0.0.1:9001" } }
local members = { auth { key = header "X" }, ratelimit { by = caller } }
for i = 1, )lua" + std::to_string(routes) +
                                 R"lua( do
    route("GET /v1/service" .. i .. "/items/:id") { upstream = orders, plugins = { members } }
end
)lua";
        const auto begin = test::thread_time();
        const auto snapshot = loaded(workshop, text);
        const auto time = test::thread_time() - begin;
        BOOST_TEST(match(*snapshot, "GET", "/v1/service" + std::to_string(routes) + "/items/1") == routes - 1);
        return time;
    };
    const auto few = time_of(1000), many = time_of(10'000);
    BOOST_TEST_MESSAGE("1000 routes: " << few / 1us << " us, 10000 routes: " << many / 1us << " us");
    BOOST_TEST(many.count() < 40 * few.count());
}

BOOST_AUTO_TEST_CASE(hosts_and_conditions_are_understood) {
    test::Workshop workshop;
    const auto snapshot = loaded(workshop, any_port + R"lua(
local curl = matches "^curl/"
route "GET /:id" { host = { "API.example.com", { "*.example.org" } }, answer = "1" }
route "GET /:id" { parameters = { id = { "7", matches "^x" } }, headers = { ["User-Agent"] = curl }, answer = "2" }
route "GET /:id" { host = { "a.test", matches "^b" }, headers = { ["User-Agent"] = curl }, answer = "3" }
route "GET /:id" { headers = {}, answer = "4" }
)lua");
    BOOST_TEST(match(*snapshot, "GET", "/7", "api.example.com") == 0);
    BOOST_TEST(match(*snapshot, "GET", "/7", "x.y.example.org") == 0);
    BOOST_TEST(match(*snapshot, "GET", "/7", "example.org") == 1);
    const auto conditions = [&](std::size_t route) {
        std::string all;
        for (const auto& condition : snapshot->routes[route].conditions.all) all += condition.describe() + "; ";
        return all;
    };
    BOOST_TEST(conditions(0) == "");
    BOOST_TEST(conditions(1) == "header \"User-Agent\": matches \"^curl/\"; "
                                "parameter \"id\": \"7\" or matches \"^x\"; ");
    BOOST_TEST(conditions(2) == "host: a.test or matches \"^b\"; header \"User-Agent\": matches \"^curl/\"; ");
    BOOST_TEST(!snapshot->routes[3].conditional());
}

// A function may say something else each time it is asked, and other hosts and conditions leave something over.
BOOST_AUTO_TEST_CASE(routes_that_may_be_reached_are_not_refused) {
    test::Workshop workshop;
    loaded(workshop, any_port + R"lua(
local turn = function() return true end
route "GET /a" { when = turn, answer = "1" }
route "GET /a" { when = turn, answer = "2" }
route "GET /a" { host = "a.example.com", answer = "3" }
route "GET /a" { host = "*.example.com", answer = "4" }
route "GET /a" { headers = { A = "1" }, answer = "5" }
route "GET /a" { headers = { A = matches "1" }, answer = "6" }
route "GET /a" { headers = { A = true }, answer = "7" }
route "GET /a" { answer = "8" }
)lua");
}

BOOST_AUTO_TEST_CASE(a_route_with_a_mistake_hides_nothing) {
    test::Workshop workshop;
    BOOST_TEST(workshop.problems_of(any_port + R"lua(
route "GET /a" { headers = { A = 1 }, answer = "1" }
route "GET /a" { when = "yes", answer = "2" }
route "GET /a" { answer = "3" }
)lua") == "routes.lua:3: route \"GET /a\": headers: A: expected a text, matches \"...\", true, false or a list of them, "
          "got 1; write \"1\"\n"
          "routes.lua:4: route \"GET /a\": when: expected a function of the request, got \"yes\"");
}

BOOST_AUTO_TEST_CASE(a_type_among_the_headers_says_how_the_body_of_a_failure_is_filled) {
    test::Workshop workshop;
    const auto loaded = workshop.load_text(R"lua(listen "127.0.0.1:0"
errors { any = { body = "${message}", headers = { ["Content-Type"] = "text/html" } } }
route "GET /" { answer = "ok" }
)lua");
    BOOST_REQUIRE(loaded.snapshot);
    const auto* said = loaded.snapshot->unmatched.shaping->errors.at(0)->find("no_route", 404);
    BOOST_REQUIRE(said && said->body);
    const Failure failure{Culprit::client, 404, "no_route", "<b>"};
    BOOST_TEST(said->body->fill(404, failure, "id").bytes() == "&lt;b&gt;");
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/config/route_table_test.cpp - what `tollgate routes` prints.
#include "config/builder.h"

#include "core/config/fake_plugins.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate;

namespace {

const std::string text = R"lua(listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:1", "127.0.0.1:2" } }
always { logging { } }
route "GET /orders/:id" { upstream = orders, plugins = { auth { key = caller } } }
route "GET /search"     { upstream = orders, when = function() return true end, host = { "a.test", "*.b.test" } }
route "GET /healthz"    { answer = { status = 204 } }
route "* /pages/**"     { plugins = { cache { ttl = 1 * second } }, client_ip = "10.0.0.0/8",
                          headers = { ["X-Beta"] = { true }, Old = false },
                          query = { page = { "1", matches "^[0-9]+$" } } }
)lua";

std::string without_blanks(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_route_table)

BOOST_AUTO_TEST_CASE(the_table_shows_plugins_destination_and_place) {
    test::Workshop workshop;
    BOOST_TEST(config::describe_routes(*workshop.load_text(text).snapshot, false) ==
               "ROUTE            PLUGINS         TO                  WHERE\n"
               "GET /orders/:id  logging, auth   orders (2 targets)  routes.lua:4\n"
               "GET /search      logging         orders (2 targets)  routes.lua:5\n"
               "  if host: a.test or *.b.test\n"
               "  if when says so\n"
               "GET /healthz     logging         answer 204          routes.lua:6\n"
               "* /pages/**      logging, cache  plugins             routes.lua:7\n"
               "  if header \"Old\": absent\n"
               "  if header \"X-Beta\": present\n"
               "  if query \"page\": \"1\" or matches \"^[0-9]+$\"\n"
               "  if client_ip: 10.0.0.0/8\n"
               "(none)           logging         answer 404          routes.lua\n");
}

BOOST_AUTO_TEST_CASE(json_says_the_same) {
    test::Workshop workshop;
    const auto json = config::describe_routes(*workshop.load_text(text).snapshot, true);
    BOOST_TEST(json.find(R"("route": "GET /orders/:id",)") != std::string::npos);
    BOOST_TEST(json.find(R"("upstream": "orders",)") != std::string::npos);
    BOOST_TEST(json.find(R"("answer": 204,)") != std::string::npos);
    BOOST_TEST(without_blanks(json).find(R"("hosts":["a.test","*.b.test"],"conditions":[],"when":true,)") !=
               std::string::npos);
    BOOST_TEST(without_blanks(json).find(
                   R"("conditions":[{"of":"header","name":"Old","any_of":[false]},)"
                   R"({"of":"header","name":"X-Beta","any_of":[true]},)"
                   R"({"of":"query","name":"page","any_of":["1",{"matches":"^[0-9]+$"}]},)"
                   R"({"of":"client_ip","any_of":["10.0.0.0/8"]}],"when":false,)") != std::string::npos);
    BOOST_TEST(json.find(R"("where": "routes.lua:7")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_split_is_shown_with_its_shares) {
    const std::string splits = R"lua(listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:1", "127.0.0.1:2" }, balance = balancer { policy = "weighted" } }
local canary = upstream "canary" { targets = { "127.0.0.1:3" } }
route "GET /a" { upstream = split { { orders, weight = 99.5 }, { canary, weight = 0.5 }, by = cookie "user" },
                 plugins = { logging {} }, host = "a.test" }
route "GET /b" { upstream = split { orders, canary } }
)lua";
    test::Workshop workshop;
    const auto snapshot = workshop.load_text(splits).snapshot;
    BOOST_REQUIRE(snapshot);
    BOOST_TEST(config::describe_routes(*snapshot, false) ==
               "ROUTE   PLUGINS  TO                      WHERE\n"
               "GET /a  logging  split by cookie \"user\"  routes.lua:4\n"
               "  if host: a.test\n"
               "  99.5 of 100 to orders (2 targets), balancer\n"
               "  0.5 of 100 to canary (1 target)\n"
               "GET /b  -        split                   routes.lua:6\n"
               "  1 of 2 to orders (2 targets), balancer\n"
               "  1 of 2 to canary (1 target)\n"
               "(none)  -        answer 404              routes.lua\n");
    const auto json = without_blanks(config::describe_routes(*snapshot, true));
    BOOST_TEST(json.find(R"("upstream":null,"split":{"by":"cookie\"user\"","branches":[)"
                         R"({"upstream":"orders","weight":99.5,"plugins":["logging","balancer"]},)"
                         R"({"upstream":"canary","weight":0.5,"plugins":["logging"]}]},)") != std::string::npos);
    BOOST_TEST(json.find(R"("split":{"by":null,)") != std::string::npos);
    BOOST_TEST(json.find(R"("split":null,)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_mirror_is_shown_below_its_route) {
    test::Workshop workshop;
    const auto snapshot = workshop.load_text(R"lua(listen "127.0.0.1:0"
local orders = upstream "orders" { targets = { "127.0.0.1:1" } }
local shadow = upstream "shadow" { targets = { "127.0.0.1:2" } }
route "GET /" { upstream = orders, mirror = { upstream = shadow, share = 0.25 } }
)lua").snapshot;
    BOOST_REQUIRE(snapshot);
    BOOST_TEST(config::describe_routes(*snapshot, false).find(
                   "routes.lua:4\n  copies, a share of 0.25, to shadow (1 target)\n") != std::string::npos);
    const auto json = without_blanks(config::describe_routes(*snapshot, true));
    BOOST_TEST(json.find(R"("mirror":{"upstream":"shadow","share":0.25},)") != std::string::npos);
    BOOST_TEST(json.find(R"("mirror":null,)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(parameters_of_one_name_at_two_places_hide_nothing) {
    test::Workshop workshop;
    const auto problems = workshop
                              .load_text(R"lua(listen "127.0.0.1:0"
route "GET /a/:x/:y" { answer = "first", parameters = { x = "1" } }
route "GET /a/:y/:x" { answer = "second", parameters = { x = "1" } }
route "* /b/**"      { answer = "third", parameters = { ["**"] = "c" } }
route "* /b/d/**"    { answer = "fourth", parameters = { ["**"] = "c" } }
)lua")
                              .problems;
    BOOST_TEST(problems.empty());
}

BOOST_AUTO_TEST_SUITE_END()

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
route "GET /search"     { upstream = orders, when = function() return true end }
route "GET /healthz"    { answer = { status = 204 } }
route "* /pages/**"     { plugins = { cache { ttl = 1 * second } } }
)lua";

}  // namespace

BOOST_AUTO_TEST_SUITE(config_route_table)

BOOST_AUTO_TEST_CASE(the_table_shows_plugins_destination_and_place) {
    test::Workshop workshop;
    BOOST_TEST(config::describe_routes(*workshop.load_text(text).snapshot, false) ==
               "ROUTE               PLUGINS         TO                  WHERE\n"
               "GET /orders/:id     logging, auth   orders (2 targets)  routes.lua:4\n"
               "GET /search (when)  logging         orders (2 targets)  routes.lua:5\n"
               "GET /healthz        logging         answer 204          routes.lua:6\n"
               "* /pages/**         logging, cache  plugins             routes.lua:7\n"
               "(none)              logging         answer 404          routes.lua\n");
}

BOOST_AUTO_TEST_CASE(json_says_the_same) {
    test::Workshop workshop;
    const auto json = config::describe_routes(*workshop.load_text(text).snapshot, true);
    BOOST_TEST(json.find(R"("route": "GET /orders/:id",)") != std::string::npos);
    BOOST_TEST(json.find(R"("upstream": "orders",)") != std::string::npos);
    BOOST_TEST(json.find(R"("answer": 204,)") != std::string::npos);
    BOOST_TEST(json.find(R"("where": "routes.lua:7")") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

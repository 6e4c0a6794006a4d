// tests/loadtest/gateway_routes_test.cpp - the routes a target can fall to, from a table as the gateway tells it.
#include "loadtest/gateway_routes.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_gateway_routes)

namespace {

const std::string table = R"json([
  {"route": "GET /orders/new",  "hosts": [], "conditions": [], "when": false},
  {"route": "GET /orders/:id",  "hosts": [], "when": false,
   "conditions": [{"of": "header", "name": "X-Beta", "any_of": [true]}]},
  {"route": "GET /orders/:id",  "hosts": [], "conditions": [], "when": true},
  {"route": "* /orders/**",     "hosts": [], "conditions": [], "when": false},
  {"route": "GET /search",      "hosts": [], "conditions": [], "when": true},
  {"route": "* /lab/**",        "hosts": ["lab.example.com", "*.test"], "conditions": [], "when": false},
  {"route": "POST /lab/x",      "hosts": [], "conditions": [], "when": false},
  {"route": "(none)",           "hosts": [], "conditions": [], "when": false}
])json";

using Names = std::vector<std::string>;

Names candidates(const std::string& method, const std::string& url, const HeaderLines& headers = {},
                 const HeaderLines& of_all = {}) {
    std::string problem;
    const auto routes = GatewayRoutes::parse(table, problem);
    BOOST_REQUIRE_MESSAGE(routes, problem);
    Target target;
    target.method = method;
    target.url = parse_url(url);
    target.headers = headers;
    return routes->candidates(target, of_all);
}

void check(const Names& got, const Names& wanted) { BOOST_TEST(got == wanted, boost::test_tools::per_element()); }

std::string problem_of(const std::string& json) {
    std::string problem;
    BOOST_TEST(!GatewayRoutes::parse(json, problem), json << " was taken");
    return problem;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_route_without_conditions_takes_it) {
    check(candidates("GET", "http://h/orders/new"), Names{"GET /orders/new"});
    check(candidates("POST", "http://h/orders/new"), Names{"* /orders/**"});
    check(candidates("HEAD", "http://h/orders/new"), Names{"GET /orders/new"});
}

BOOST_AUTO_TEST_CASE(conditions_leave_it_open_and_routes_of_one_name_are_one) {
    const Names wanted{"GET /orders/:id", "* /orders/**"};
    check(candidates("GET", "http://h/orders/7?x=1"), wanted);
}

BOOST_AUTO_TEST_CASE(where_nothing_is_sure_to_take_it_there_may_be_none) {
    const Names none{"(none)"}, perhaps{"GET /search", "(none)"};
    check(candidates("GET", "http://h/search"), perhaps);
    check(candidates("POST", "http://h/search"), none);
    check(candidates("GET", "http://h/nowhere"), none);
}

BOOST_AUTO_TEST_CASE(hosts_are_matched) {
    const Names lab{"* /lab/**"}, post{"POST /lab/x"}, none{"(none)"};
    check(candidates("POST", "http://lab.example.com:8080/lab/x"), lab);
    check(candidates("POST", "http://a.b.TEST/lab/x"), lab);
    check(candidates("POST", "http://127.0.0.1/lab/x"), post);
    check(candidates("GET", "http://127.0.0.1/lab/x"), none);
}

BOOST_AUTO_TEST_CASE(a_host_line_is_the_host) {
    const Names lab{"* /lab/**"}, post{"POST /lab/x"};
    const HeaderLines to_lab{{"host", "lab.example.com"}}, to_other{{"Host", "other"}};
    check(candidates("POST", "http://h/lab/x", to_lab), lab);
    check(candidates("POST", "http://h/lab/x", {}, to_lab), lab);
    check(candidates("POST", "http://h/lab/x", to_other, to_lab), post);
}

BOOST_AUTO_TEST_CASE(paths_are_normalised_and_what_cannot_be_is_refused) {
    const Names fresh{"GET /orders/new"}, none{"(none)"};
    check(candidates("GET", "http://h//orders/%6eew"), fresh);
    check(candidates("GET", "http://h/orders/../orders/new"), none);
    check(candidates("GET", "http://h/orders/new", {{"Host", "a b"}}), none);
}

BOOST_AUTO_TEST_CASE(a_preflight_may_fall_to_what_it_announces) {
    const Names all{"* /orders/**", "GET /orders/new"};
    check(candidates("OPTIONS", "http://h/orders/new", {{"Access-Control-Request-Method", "GET"}}), all);
}

BOOST_AUTO_TEST_CASE(what_is_no_table_is_refused) {
    BOOST_TEST(problem_of("<html>").starts_with("expected routes as JSON, got \"<html>\": "));
    BOOST_TEST(problem_of("{}").starts_with("expected routes as JSON, got \"{}\": "));
    BOOST_TEST(problem_of(R"([{"route": "GET /a"}])").ends_with("route 1: expected hosts and conditions"));
    BOOST_TEST(problem_of(R"(["GET /a"])").ends_with("route 1: expected hosts and conditions"));
    BOOST_TEST(problem_of(R"([{"route": "/a", "hosts": [], "conditions": [], "when": false}])").find("\"/a\"") !=
               std::string::npos);
    BOOST_TEST(problem_of(R"([{"route": "GET /a", "hosts": ["a b"], "conditions": [], "when": false}])") != "");
    BOOST_TEST(problem_of(R"([{"route": "GET /a", "hosts": [], "conditions": []}])") != "");
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/admin/endpoints_test.cpp - the table of the admin API: finding rows, and docs/admin-api.md.
#include "admin/endpoints.h"
#include "support/places.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <set>
#include <sstream>

using namespace tollgate;

namespace {

std::string row_of(const admin::Endpoint& endpoint) {
    std::string row = "| `" + std::string{endpoint.method.empty() ? "any" : endpoint.method} + ' ' +
                      std::string{endpoint.path} + "` | " + std::string{endpoint.summary} +
                      (endpoint.open ? "; without the token" : "") + " |";
    std::string parameters, answers;
    for (const auto& parameter : endpoint.parameters)
        if (endpoint.path.find('{' + std::string{parameter.name}) == std::string_view::npos)
            parameters += (parameters.empty() ? "`" : ", `") + std::string{parameter.name} + '`';
    if (!endpoint.body.empty())
        parameters += (parameters.empty() ? "" : "; ") + ("a body `" + std::string{endpoint.body} + '`');
    for (const auto& reply : endpoint.replies)
        answers += (answers.empty() ? "" : ", ") + std::to_string(reply.status) +
                   (!reply.type.empty() && reply.type != "Error" ? " `" + std::string{reply.type} + '`'
                    : reply.content_type == "application/openmetrics-text" ? " OpenMetrics"
                                                                           : "");
    return row + (parameters.empty() ? "" : ' ' + parameters) + " | " + answers + " |";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_endpoints)

BOOST_AUTO_TEST_CASE(a_row_is_found_by_method_and_path) {
    const auto health = admin::find_endpoint("GET", "/health");
    BOOST_REQUIRE(health.endpoint);
    BOOST_TEST(health.endpoint->path == "/health");
    BOOST_TEST(health.parts.empty());
    BOOST_TEST((admin::find_endpoint("HEAD", "/health").endpoint == health.endpoint));
    for (const char* path : {"", "//", "health", "/health/", "/healthy", "/Health", "//health", "/ready/../metrics",
                             "/upstreams/", "/upstreams//next", "/upstreams/a/b/next", "/keys/1/rotate/2"})
        BOOST_TEST(!admin::find_endpoint("GET", path).endpoint, path);
}

BOOST_AUTO_TEST_CASE(parts_of_a_path_are_decoded) {
    const auto next = admin::find_endpoint("GET", "/upstreams/my%20orders%2Fa/next");
    BOOST_REQUIRE(next.endpoint);
    BOOST_TEST(next.parts == std::vector<std::string>{"my orders/a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_starred_part_takes_the_rest_as_it_was_sent) {
    const auto parts = [](std::string_view path) { return admin::find_endpoint("DELETE", path).parts; };
    BOOST_TEST(parts("/plugins/cache/a/b%20c") == (std::vector<std::string>{"cache", "a/b%20c"}),
               boost::test_tools::per_element());
    BOOST_TEST(parts("/plugins/cache") == (std::vector<std::string>{"cache", ""}), boost::test_tools::per_element());
    BOOST_TEST(parts("/plugins").empty());
}

BOOST_AUTO_TEST_CASE(what_is_taken_where_a_method_is_not_is_said) {
    const auto found = admin::find_endpoint("PUT", "/keys");
    BOOST_TEST(!found.endpoint);
    BOOST_TEST(found.methods == (std::vector<std::string_view>{"GET", "POST"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(only_what_tells_nothing_is_for_everybody) {
    const auto open = [](std::string_view path) {
        const admin::Endpoint* const endpoint = admin::find_endpoint("GET", path).endpoint;
        return endpoint && endpoint->open;
    };
    for (const char* path : {"/health", "/ready", "/openapi.json", "/docs", "/docs/page.css"})
        BOOST_TEST(open(path), path);
    for (const char* path : {"/metrics", "/routes", "/keys", "/keys/1", "/upstreams", "/plugins/cache/stats", "/health/",
                             "/ready/../metrics", "/Health", "//health", "/no-such-page"})
        BOOST_TEST(!open(path), path);
    for (const admin::Endpoint& endpoint : admin::endpoints())
        BOOST_TEST((!endpoint.open || endpoint.method == "GET"), endpoint.path << " changes something, and is open");
}

BOOST_AUTO_TEST_CASE(no_row_hides_another) {
    std::set<std::string> seen;
    for (const admin::Endpoint& endpoint : admin::endpoints()) {
        std::string path{endpoint.path};
        path.erase(std::remove(path.begin(), path.end(), '*'), path.end());
        const auto found = admin::find_endpoint(endpoint.method.empty() ? "GET" : endpoint.method, path);
        BOOST_TEST((found.endpoint == &endpoint), endpoint.method << ' ' << endpoint.path);
    }
}

// docs/admin-api.md holds the table, row by row, in this order.
BOOST_AUTO_TEST_CASE(the_documentation_has_every_row) {
    std::string wanted, found;
    for (const admin::Tag& tag : admin::tags())
        for (const admin::Endpoint& endpoint : admin::endpoints())
            if (endpoint.tag == tag.name) wanted += row_of(endpoint) + '\n';
    std::ifstream stream{tollgate::test::source_folder() + "/docs/admin-api.md"};
    for (std::string line; std::getline(stream, line);)
        for (const char* method : {"| `GET ", "| `POST ", "| `PATCH ", "| `PUT ", "| `DELETE ", "| `any "})
            if (line.starts_with(method)) found += line + '\n';
    BOOST_TEST((found == wanted), "docs/admin-api.md: wanted these rows, by tag:\n" << wanted);
}

BOOST_AUTO_TEST_SUITE_END()

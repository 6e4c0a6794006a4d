// tests/scenarios/metrics_test.cpp - what /metrics prints of a gateway that was used, compared with docs/metrics.md and
// read by promtool.
#include "scenarios/scrape.h"
#include "scenarios/used_gateway.h"
#include "support/gateway_process.h"
#include "support/places.h"
#include "support/prometheus.h"
#include "support/scripted_upstream.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace tollgate;
using test::scrape;
using test::scrape_when;
using test::value;

namespace {

// Name to type, as in `# TYPE name type`.
std::map<std::string, std::string> types_printed(const std::string& text) {
    std::map<std::string, std::string> types;
    std::istringstream lines{text};
    std::string hash, word, name, type;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        if (line.starts_with("# TYPE ") && words >> hash >> word >> name >> type) types[name] = type;
    }
    return types;
}

// Name to labels, as the series have them, in ascending order; `le` is every histogram's.
std::map<std::string, std::string> labels_printed(const std::string& text) {
    std::map<std::string, std::string> labels;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("#")) continue;
        const auto end = line.find_first_of("{ ");
        std::string all;
        if (line[end] == '{')
            for (auto at = end + 1; line[at] != '}';) {
                const auto name = line.substr(at, line.find('=', at) - at);
                at = line.find('"', at) + 1;
                while (line[at] != '"') at += line[at] == '\\' ? 2 : 1;
                at += line[at + 1] == ',' ? 2 : 1;
                if (name != "le") all += all.empty() ? name : "," + name;
            }
        labels[line.substr(0, end)] = all;
    }
    return labels;
}

struct Documented {
    std::string type, labels;
};

std::string sorted(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    std::string all;
    for (const auto& name : names) all += all.empty() ? name : "," + name;
    return all;
}

// The rows "| `name` | type | `label`, `label` | ..." of docs/metrics.md.
std::map<std::string, Documented> documented() {
    std::map<std::string, Documented> rows;
    std::ifstream stream{test::source_folder() + "/docs/metrics.md"};
    for (std::string line; std::getline(stream, line);) {
        if (!line.starts_with("| `")) continue;
        std::vector<std::string> cells;
        std::istringstream row{line.substr(1)};
        for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
        const auto names = [](const std::string& cell) {
            std::vector<std::string> found;
            for (auto at = cell.find('`'); at != cell.npos; at = cell.find('`', at)) {
                const auto end = cell.find('`', at + 1);
                found.push_back(cell.substr(at + 1, end - at - 1));
                at = end + 1;
            }
            return found;
        };
        std::istringstream type{cells.at(1)};
        Documented& documented = rows[names(cells.at(0)).at(0)];
        type >> documented.type;
        documented.labels = sorted(names(cells.at(2)));
    }
    return rows;
}

// Of a gateway of which everything that counts has been used.
std::string used_gateway_metrics() {
    test::UsedGateway used;
    used.use([&] { scrape_when(used.gateway, "tollgate_upstream_hedges_total{result=\"refused\",upstream=\"late\"}", 1); });
    scrape_when(used.gateway, "tollgate_mirrored_requests_total{outcome=\"answered\",upstream=\"shadow\"}", 1);
    return scrape_when(used.gateway, "tollgate_gateway_duration_seconds_count", 10);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_metrics)

BOOST_AUTO_TEST_CASE(every_metric_is_documented_and_every_documented_one_is_there) {
    const std::string text = used_gateway_metrics();
    const auto printed = types_printed(text), labels = labels_printed(text);
    const auto rows = documented();
    BOOST_REQUIRE(rows.size() > 20u);
    for (const auto& [name, type] : printed) {
        const auto row = rows.find(name);
        BOOST_TEST((row != rows.end()), name << " is printed, and not in docs/metrics.md");
        if (row == rows.end()) continue;
        BOOST_TEST(row->second.type == type, name << " is a " << type);
        const auto series = labels.find(type == "histogram" ? name + "_count" : name);
        BOOST_REQUIRE_MESSAGE(series != labels.end(), name << " has no series");
        BOOST_TEST(row->second.labels == series->second, name << " has the labels " << series->second);
    }
    for (const auto& [name, row] : rows)
        BOOST_TEST(printed.contains(name), name << " is in docs/metrics.md, and not printed");
}

BOOST_AUTO_TEST_CASE(promtool_finds_nothing_wrong) {
    const test::TemporaryFolder folder;
    std::ofstream{folder / "metrics"} << used_gateway_metrics();
    const auto result =
        test::run({"sh", "-c", "exec '" + test::prometheus_program("promtool") + "' check metrics < '" + (folder / "metrics").string() + "'"});
    BOOST_REQUIRE_MESSAGE(result.code != 127, "there is no promtool: scripts/check unpacks it into build/tools");
    BOOST_TEST(result.code == 0);
    BOOST_TEST(result.out + result.err == "");
}

BOOST_AUTO_TEST_CASE(requests_are_counted_by_route_method_and_status) {
    test::GatewayProcess gateway{"route \"* /orders/:id\" { answer = \"ok\\n\" }"};
    auto client = gateway.client();
    for (int i = 0; i < 3; ++i) BOOST_TEST(client.get("/orders/" + std::to_string(i)).status() == 200);
    BOOST_TEST(client.post("/orders/1", "four").status() == 200);
    client.send("HEAD /orders/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer(true).status() == 200);
    client.send("FROB /orders/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.answer().status() == 200);
    BOOST_TEST(client.get("/nowhere").status() == 404);
    BOOST_TEST(scrape(gateway).header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    const std::string text = scrape_when(gateway, "tollgate_gateway_duration_seconds_count", 7);
    const auto requests = [&](const std::string& method, const std::string& route, const std::string& status) {
        return value(text, "tollgate_requests_total{method=\"" + method + "\",route=\"" + route + "\",status=\"" + status +
                               "\"}")
            .value_or(0);
    };
    BOOST_TEST(requests("GET", "* /orders/:id", "200") == 3);
    BOOST_TEST(requests("POST", "* /orders/:id", "200") == 1);
    BOOST_TEST(requests("HEAD", "* /orders/:id", "200") == 1);
    BOOST_TEST(requests("other", "* /orders/:id", "200") == 1);
    BOOST_TEST(requests("GET", "(none)", "404") == 1);
    BOOST_TEST(value(text, "tollgate_request_duration_seconds_count{route=\"* /orders/:id\"}").value_or(0) == 6);
    BOOST_TEST(value(text, "tollgate_request_body_bytes_total{route=\"* /orders/:id\"}").value_or(0) == 4);
    BOOST_TEST(value(text, "tollgate_response_body_bytes_total{route=\"* /orders/:id\"}").value_or(0) == 15);
    BOOST_TEST(value(text, "tollgate_requests_in_flight").value_or(-1) == 0);
    BOOST_TEST(value(text, "tollgate_request_body_size_bytes_bucket{le=\"0.0\"}").value_or(0) == 6);
    BOOST_TEST(value(text, "tollgate_request_body_size_bytes_sum").value_or(0) == 4);
    BOOST_TEST(value(text, "tollgate_response_body_size_bytes_count").value_or(0) == 7);
    BOOST_TEST(value(text, "tollgate_connections").value_or(0) == 1);
    BOOST_TEST(value(text, "tollgate_connections_accepted_total").value_or(0) == 1);
}

BOOST_AUTO_TEST_CASE(the_upstreams_time_is_told_apart_from_the_gateways) {
    test::Gate answer;
    test::ScriptedUpstream upstream{[&](test::UpstreamConnection& connection) {
        while (connection.read_request()) {
            answer.wait();
            connection.answer(200, "late");
        }
    }};
    test::GatewayProcess gateway{test::routes_to(upstream.address())};
    auto client = gateway.client();
    const auto began = std::chrono::steady_clock::now();
    client.send(test::RawClient::head("GET", "/"));
    // As long as it takes for the difference to be seen in the buckets.
    test::wait_until("the upstream is slow", [&] {
        return upstream.requests() == 1 && std::chrono::steady_clock::now() - began > std::chrono::milliseconds{300};
    });
    answer.open();
    BOOST_TEST(client.answer().body == "late");
    const std::string text = scrape_when(gateway, "tollgate_gateway_duration_seconds_count", 1);
    const double whole = value(text, "tollgate_request_duration_seconds_sum{route=\"* /**\"}").value_or(0);
    const double waited = value(text, "tollgate_upstream_duration_seconds_sum{upstream=\"u\"}").value_or(0);
    const double own = value(text, "tollgate_gateway_duration_seconds_sum").value_or(-1);
    BOOST_TEST(waited > 0.1);
    BOOST_TEST(own >= 0);
    BOOST_TEST(own < whole);
    BOOST_TEST(waited + own <= whole + 0.001);
    BOOST_TEST(value(text, "tollgate_upstream_attempts_total{outcome=\"answered\",target=\"" + upstream.address() +
                               "\",upstream=\"u\"}")
                   .value_or(0) == 1);
}

BOOST_AUTO_TEST_CASE(connections_to_upstreams_are_opened_kept_and_used_again) {
    test::ScriptedUpstream upstream{test::ScriptedUpstream::always("ok")};
    test::GatewayProcess gateway{test::routes_to(upstream.address()), {"--loops", "1"}};
    auto client = gateway.client();
    for (int i = 0; i < 3; ++i) BOOST_TEST(client.get("/").status() == 200);
    std::string text = scrape_when(gateway, "tollgate_gateway_duration_seconds_count", 3);
    BOOST_TEST(value(text, "tollgate_upstream_connections_opened_total").value_or(0) == 1);
    BOOST_TEST(value(text, "tollgate_upstream_connections_reused_total").value_or(0) == 2);
    BOOST_TEST(value(text, "tollgate_upstream_connections_idle{upstream=\"u\"}").value_or(0) == 1);
    BOOST_TEST(value(text, "tollgate_upstream_connections_failed_total").value_or(-1) == 0);
    gateway.write_routes("local u = upstream \"u\" { targets = { \"127.0.0.1:1\" } } route \"* /**\" { upstream = u }");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    BOOST_TEST(client.get("/").status() == 502);
    text = scrape_when(gateway, "tollgate_failures_total{reason=\"upstream_unreachable\"}", 1);  // counted last
    BOOST_TEST(value(text, "tollgate_upstream_connections_failed_total").value_or(0) == 1);
    BOOST_TEST(value(text, "tollgate_upstream_attempts_total{outcome=\"not_connected\",target=\"127.0.0.1:1\",upstream=\"u\"}")
                   .value_or(0) == 1);
}

BOOST_AUTO_TEST_CASE(reloads_are_counted_and_a_refused_one_is_seen) {
    test::GatewayProcess gateway{"route \"GET /\" { answer = \"ok\\n\" }"};
    const auto successful = [&] { return value(scrape(gateway).body, "tollgate_config_last_reload_successful").value_or(-1); };
    BOOST_TEST(successful() == 1);
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    gateway.write_routes("rout \"GET /\" {}");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    BOOST_TEST(successful() == 0);
    const std::string text = scrape(gateway).body;
    BOOST_TEST(value(text, "tollgate_reloads_total{result=\"ok\"}").value_or(0) == 1);
    BOOST_TEST(value(text, "tollgate_reloads_total{result=\"refused\"}").value_or(0) == 1);
}

BOOST_AUTO_TEST_CASE(labels_of_routes_are_bounded) {
    std::string routes;
    for (int i = 0; i < 1010; ++i)
        routes += "route \"GET /" + std::to_string(i) + "\" { answer = \"ok\\n\" }\n";
    test::GatewayProcess gateway{routes};
    auto client = gateway.client();
    for (int i = 0; i < 1010; ++i) BOOST_REQUIRE(client.get("/" + std::to_string(i)).status() == 200);
    const std::string text = scrape_when(gateway, "tollgate_gateway_duration_seconds_count", 1010);
    BOOST_TEST(value(text, "tollgate_requests_total{method=\"GET\",route=\"GET /999\",status=\"200\"}").value_or(0) == 1);
    BOOST_TEST(!value(text, "tollgate_requests_total{method=\"GET\",route=\"GET /1000\",status=\"200\"}"));
    BOOST_TEST(value(text, "tollgate_requests_total{method=\"GET\",route=\"(other)\",status=\"200\"}").value_or(0) == 10);
}

BOOST_AUTO_TEST_SUITE_END()

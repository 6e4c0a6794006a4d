// tests/scenarios/prometheus_test.cpp - deploy/: what Prometheus takes of it, and a real one that scrapes a gateway.
#include "scenarios/used_gateway.h"
#include "support/places.h"
#include "support/prometheus.h"
#include "support/upstream_process.h"

#include <Poco/JSON/Parser.h>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;

namespace {

const std::string deployed = test::source_folder() + "/deploy/";

std::string text_of(const std::filesystem::path& file) {
    std::stringstream text;
    text << std::ifstream{file}.rdbuf();
    if (text.str().empty()) throw std::runtime_error{file.string() + " is not there"};
    return text.str();
}

struct Query {
    std::string where, expression;
};

// As Grafana sends it: with everything chosen.
std::string filled_in(std::string expression) {
    const std::pair<const char*, const char*> variables[] = {
        {"\\$__rate_interval", "1m"}, {"\\$__interval", "1m"}, {"\\$job", "tollgate"}, {"\\$(instance|route)\\b", ".*"}};
    for (const auto& [name, value] : variables)
        expression = std::regex_replace(expression, std::regex{name}, value);
    return expression;
}

// "label_values(metric{...}, label)": the series that it looks at, if they have the label.
std::string series_of(const std::string& variable) {
    std::smatch parts;
    if (!std::regex_match(variable, parts, std::regex{R"(label_values\((.*), *(\w+)\))"}))
        throw std::runtime_error{"expected label_values(...), got " + variable};
    return "count by (" + parts[2].str() + ") (" + parts[1].str() + ")";
}

// What has to be compared with something to be an alert; a comparison that does not hold gives nothing. Of "one unless
// another" both have to be there.
std::string without_comparison(const std::string& expression) {
    const std::string bare = std::regex_replace(expression, std::regex{R"( (==|>|<) [0-9.]+)"}, "");
    return std::regex_replace(bare, std::regex{" unless "}, " and ");
}

std::vector<Query> queries_of_dashboard() {
    std::vector<Query> all;
    const auto dashboard = Poco::JSON::Parser{}
                               .parse(text_of(deployed + "grafana/dashboards/tollgate.json"))
                               .extract<Poco::JSON::Object::Ptr>();
    for (const auto& panel : *dashboard->getArray("panels")) {
        const auto& shown = panel.extract<Poco::JSON::Object::Ptr>();
        if (!shown->isArray("targets")) continue;
        for (const auto& target : *shown->getArray("targets"))
            all.push_back({"panel " + shown->getValue<std::string>("title"),
                           filled_in(target.extract<Poco::JSON::Object::Ptr>()->getValue<std::string>("expr"))});
    }
    for (const auto& variable : *dashboard->getObject("templating")->getArray("list"))
        if (const auto& one = variable.extract<Poco::JSON::Object::Ptr>(); one->getValue<std::string>("type") == "query")
            all.push_back({"variable " + one->getValue<std::string>("name"),
                           filled_in(series_of(one->getValue<std::string>("definition")))});
    for (const auto& annotation : *dashboard->getObject("annotations")->getArray("list"))
        all.push_back({"annotation", without_comparison(filled_in(
                                         annotation.extract<Poco::JSON::Object::Ptr>()->getValue<std::string>("expr")))});
    return all;
}

// The same names, one behind each `before`.
std::vector<std::string> names_in(const std::string& text, const std::string& before) {
    std::vector<std::string> names;
    for (auto at = text.find(before); at != text.npos; at = text.find(before, at + 1)) {
        const auto begin = at + before.size();
        names.push_back(text.substr(begin, text.find('\n', begin) - begin));
    }
    return names;
}

std::string routes_with_checks(const std::string& target) {
    return test::routes_to(target, "health = { path = \"/\", every = 100 * milliseconds, rise = 1, fall = 1 }");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scenarios_prometheus)

BOOST_AUTO_TEST_CASE(promtool_takes_the_configuration_and_every_alert_fires_when_it_should) {
    const std::string tool = test::prometheus_program("promtool");
    for (const char* words : {"check config prometheus.yml", "check rules recording.yml alerts.yml",
                              "test rules alerts_test.yml"}) {
        const auto result = test::run({"sh", "-c", "cd '" + deployed + "prometheus' && exec '" + tool + "' " + words});
        BOOST_REQUIRE_MESSAGE(result.code != 127, "there is no promtool: scripts/check unpacks it into build/tools");
        BOOST_TEST(result.code == 0, words << ": " << result.out << result.err);
    }
    // Those that are expected to fire have lines of their own in the tests.
    const auto alerts = names_in(text_of(deployed + "prometheus/alerts.yml"), "- alert: ");
    const auto fired = names_in(text_of(deployed + "prometheus/alerts_test.yml"), "      - alertname: ");
    BOOST_REQUIRE(alerts.size() > 20u);
    for (const auto& alert : alerts)
        BOOST_TEST((std::find(fired.begin(), fired.end(), alert) != fired.end()), "no test has " << alert << " fire");
}

BOOST_AUTO_TEST_CASE(every_query_of_the_dashboard_and_of_the_rules_finds_what_it_asks_for) {
    test::UsedGateway used;
    const test::Prometheus prometheus{used.gateway.admin()};
    const auto counted = [&](const std::string& series) { return prometheus.query(series)->size() > 0; };
    used.use([&] {
        test::wait_until("the hedge was refused",
                         [&] { return counted("tollgate_upstream_hedges_total{result=\"refused\"} > 0"); });
    });
    std::vector<Query> queries = queries_of_dashboard();
    BOOST_REQUIRE(queries.size() > 40u);
    const auto rules = prometheus.rules();
    BOOST_REQUIRE(rules.size() > 40u);
    for (const auto& rule : rules) {
        queries.push_back({rule.name, without_comparison(rule.expression)});
        if (!rule.alerts) queries.push_back({"what is recorded as " + rule.name, rule.name});
    }
    for (const auto& query : queries) {
        BOOST_TEST_CONTEXT(query.where << ": " << query.expression) {
            test::wait_until(query.where + " has data: " + query.expression, [&] {
                used.use_again();
                return counted(query.expression);
            });
        }
    }
}

BOOST_AUTO_TEST_CASE(prometheus_is_told_openmetrics) {
    test::UsedGateway used;
    const test::Prometheus prometheus{used.gateway.admin()};
    const auto metadata = [&](const std::string& metric) {
        const auto found = prometheus.ask("/api/v1/targets/metadata?metric=" + metric).extract<Poco::JSON::Array::Ptr>();
        return found->size() == 0 ? std::string{}
                                  : found->getObject(0)->getValue<std::string>("type") + ' ' +
                                        found->getObject(0)->getValue<std::string>("unit");
    };
    // The older text has no units. Prometheus tells of each figure as it comes to it.
    for (const auto& [name, told] : {std::pair{"tollgate_gateway_duration_seconds", "histogram seconds"},
                                     std::pair{"tollgate_lua_seconds", "counter seconds"},
                                     std::pair{"tollgate_connections", "gauge "}})
        test::wait_until(std::string{name} + " is a " + told, [&, name = name, told = told] { return metadata(name) == told; });
}

BOOST_AUTO_TEST_CASE(prometheus_keeps_the_traces_that_durations_lead_to) {
    test::GatewayProcess gateway{"tracing { sample = 1 } route \"GET /\" { answer = \"ok\\n\" }"};
    const test::Prometheus prometheus{gateway.admin()};
    Poco::JSON::Array::Ptr found;
    test::wait_until("Prometheus has an exemplar", [&] {
        gateway.client().get("/");
        found = prometheus
                    .ask("/api/v1/query_exemplars?query=tollgate_request_duration_seconds_bucket&start=0&end=9e9")
                    .extract<Poco::JSON::Array::Ptr>();
        return found->size() > 0;
    });
    const auto exemplar = found->getObject(0)->getArray("exemplars")->getObject(0);
    BOOST_TEST(exemplar->getObject("labels")->getValue<std::string>("trace_id").size() == 32u);
}

BOOST_AUTO_TEST_CASE(an_upstream_that_is_killed_a_bad_configuration_and_a_gateway_that_is_gone_are_alerts) {
    std::optional<test::UpstreamProcess> upstream{std::in_place};
    test::GatewayProcess gateway{routes_with_checks(upstream->address())};
    const test::Prometheus prometheus{gateway.admin()};
    const auto wait_for = [&](const std::string& alert, bool wanted) {
        test::wait_until(alert + (wanted ? " is raised" : " is over"),
                         [&] { return (prometheus.state_of(alert) != "inactive") == wanted; });
    };
    test::wait_until("Prometheus has scraped the gateway",
                     [&] { return prometheus.query("tollgate_upstream_target_available == 1")->size() == 1; });
    for (const char* alert : {"TollgateUpstreamDown", "TollgateTargetDown", "TollgateConfigRefused", "TollgateDown"})
        BOOST_TEST(prometheus.state_of(alert) == "inactive", alert);

    upstream->process().signal(SIGKILL);
    upstream->process().wait();
    wait_for("TollgateUpstreamDown", true);
    wait_for("TollgateTargetDown", true);
    upstream.reset();

    gateway.write_routes("rout \"GET /\" {}");
    BOOST_TEST(gateway.reload().starts_with("reload refused"));
    wait_for("TollgateConfigRefused", true);
    gateway.write_routes("route \"GET /\" { answer = \"ok\\n\" }");
    BOOST_TEST(gateway.reload().starts_with("reloaded"));
    wait_for("TollgateConfigRefused", false);
    wait_for("TollgateUpstreamDown", false);  // the configuration speaks of it no more

    gateway.stop();
    wait_for("TollgateDown", true);
}

BOOST_AUTO_TEST_SUITE_END()

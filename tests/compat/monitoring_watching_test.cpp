// tests/compat/monitoring_watching_test.cpp - metrics, dashboards and restarts of the monitoring gateway: rows S8 to
// S18.
#include "compat/monitoring.h"
#include "support/places.h"
#include "support/prometheus.h"
#include "support/upstream_process.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

using namespace tollgate::test;

namespace {

bool has(const std::string& text, const std::string& words) { return text.find(words) != text.npos; }

// So that each class of answers is there: twelve of them, two refused.
void use(const Monitoring& monitoring) {
    for (int i = 0; i < 12; ++i) monitoring.get("/api/service1/users");
}

std::string text_of(const std::string& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

// "1.5" of the one series that a query gives, or "".
std::string value_of(const Prometheus& prometheus, const std::string& query) {
    const auto found = prometheus.query(query);
    if (found->size() != 1) return {};
    return found->getObject(0)->getArray("value")->getElement<std::string>(1);
}

Message restart(const Monitoring& monitoring, const std::string& body, const std::string& lines) {
    return monitoring.gateway.client().post("/admin/restart_service", body, lines);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_monitoring_watching)

BOOST_AUTO_TEST_CASE(s8_metrics_have_the_names_of_before_and_tollgate_s_own) {
    const UpstreamProcess service{{"--mock"}};
    const Monitoring monitoring{service.address()};
    use(monitoring);
    const std::string labels = "{handler=\"* /api/service1/**\"",
                      of_answers = "{method=\"GET\",handler=\"* /api/service1/**\"";
    Message page;
    wait_until("all are counted", [&] {
        page = monitoring.get("/metrics", "Accept: application/openmetrics-text\r\n");
        return has(page.body, "http_request_duration_seconds_count" + labels + "} 12\n");
    });
    BOOST_TEST(page.header("Content-Type").starts_with("text/plain; version=0.0.4"));
    BOOST_TEST(has(page.body, "\nhttp_requests_total" + of_answers + ",status=\"200\"} 10\n"));
    BOOST_TEST(has(page.body, "\nhttp_requests_total" + of_answers + ",status=\"429\"} 2\n"));
    for (const char* name :
         {"http_request_duration_seconds_sum", "http_request_duration_seconds_bucket", "http_request_size_bytes_count",
          "http_response_size_bytes_sum", "tollgate_requests_total", "tollgate_upstream_attempts_total",
          "tollgate_ratelimit_refused_total", "tollgate_connections"})
        BOOST_TEST(has(page.body, std::string{"\n"} + name), name);
    const std::string file = (monitoring.folder / "page").string();
    std::ofstream{file} << page.body;
    const Finished checked =
        run({"sh", "-c", "exec '" + prometheus_program("promtool") + "' check metrics < '" + file + '\''});
    BOOST_TEST(checked.code == 0, checked.out + checked.err);
}

BOOST_AUTO_TEST_CASE(s8_metrics_are_for_this_machine_behind_a_balancer_too) {
    const auto from = [](const std::string& address) { return "X-Forwarded-For: " + address + "\r\n"; };
    const Monitoring monitoring{free_address(), {{"TRUSTED_PROXIES", "127.0.0.0/8"}}};
    for (const char* address : {"192.0.2.7", "10.0.0.7", "172.18.0.1", "192.168.0.1", "::ffff:10.0.0.7"})
        BOOST_TEST(monitoring.get("/metrics", from(address)).status() == 401, address);
    for (const char* address : {"127.0.0.1", "::1"})
        BOOST_TEST(monitoring.get("/metrics", from(address)).status() == 200, address);
}

BOOST_AUTO_TEST_CASE(s8_metrics_are_for_the_networks_that_are_named) {
    const Monitoring monitoring{free_address(), {{"METRICS_FROM", "192.0.2.0/24"}}};
    BOOST_TEST(monitoring.get("/metrics", "").status() == 401);
    BOOST_TEST(told(monitoring.get("/metrics")) == "404 Not Found");
}

BOOST_AUTO_TEST_CASE(s9_prometheus_scrapes_it_and_the_old_dashboard_s_questions_have_answers) {
    BOOST_TEST(has(text_of(source_folder() + "/deploy/prometheus/prometheus.yml"), "scrape_interval: 5s"));
    const UpstreamProcess service{{"--mock"}};
    const Monitoring monitoring{service.address()};
    const Prometheus prometheus{monitoring.gateway.address()};
    use(monitoring);
    wait_until("the refusals are seen",
               [&] { return value_of(prometheus, "sum(http_requests_total{status='429'})") == "2"; });
    BOOST_TEST(std::stod(value_of(prometheus, "sum(http_requests_total)")) >= 12);
    wait_until("the latency is known", [&] {
        monitoring.get("/api/service1/users");
        const std::string mean = value_of(prometheus,
                                          "sum(rate(http_request_duration_seconds_sum[1m])) / "
                                          "sum(rate(http_request_duration_seconds_count[1m]))");
        return !mean.empty() && mean != "NaN" && std::stod(mean) > 0;
    });
}

// That each query of a panel has data is scenarios_prometheus's to show.
BOOST_AUTO_TEST_CASE(s10_grafana_is_given_a_source_and_the_four_panels) {
    const std::string grafana = source_folder() + "/deploy/grafana/";
    const auto dashboard = object_in(text_of(grafana + "dashboards/tollgate.json"));
    std::set<std::string> with_queries;
    for (const auto& panel : *dashboard->getArray("panels")) {
        const auto& shown = panel.extract<Poco::JSON::Object::Ptr>();
        if (shown->isArray("targets") && shown->getArray("targets")->size() > 0)
            with_queries.insert(shown->getValue<std::string>("title"));
    }
    for (const char* title : {"Request rate", "Error count", "Latency", "Service uptime"})
        BOOST_TEST(with_queries.contains(title), title);
    BOOST_TEST(has(text_of(grafana + "provisioning/datasources/prometheus.yml"), "type: prometheus"));
    BOOST_TEST(has(text_of(grafana + "provisioning/dashboards/tollgate.yml"), "providers:"));
}

BOOST_AUTO_TEST_CASE(s11_to_s13_the_figures_of_the_dashboard_are_those_of_this_gateway) {
    const UpstreamProcess service{{"--mock"}};
    const Monitoring monitoring{service.address()};
    use(monitoring);
    Poco::JSON::Object::Ptr analytics;
    wait_until("all are remembered", [&] {
        analytics = object_in(ask_operator(monitoring.gateway.admin(), "GET", "/analytics").body);
        const auto top = analytics->getArray("top_endpoints");
        for (unsigned i = 0; i < top->size(); ++i)
            if (const auto path = top->getObject(i);
                path->getValue<std::string>("request_path") == "/api/service1/users")
                return path->getValue<int>("count") == 12;
        return false;
    });
    BOOST_TEST(analytics->getValue<int>("total_requests") >= 12);
    BOOST_TEST(analytics->getObject("status_code_counts")->getValue<int>("429") == 2);
    const auto minutes = analytics->getArray("minutes");
    bool timed = false;
    for (unsigned i = 0; i < minutes->size(); ++i) timed = timed || !minutes->getObject(i)->isNull("p99_ms");
    BOOST_TEST(timed);
}

BOOST_AUTO_TEST_CASE(s14_the_mock_service_is_up_or_down) {
    UpstreamProcess service{{"--mock"}, {"127.0.77.42:0"}};
    const Monitoring monitoring{service.address(), {{"HEALTH_EVERY", "0.05"}}};
    const auto state = [&] {
        const auto all =
            object_in(ask_operator(monitoring.gateway.admin(), "GET", "/upstreams").body)->getArray("upstreams");
        for (unsigned i = 0; i < all->size(); ++i)
            if (const auto one = all->getObject(i); one->getValue<std::string>("name") == "service1")
                return one->getArray("targets")->getObject(0)->getValue<std::string>("state");
        return std::string{"(none)"};
    };
    BOOST_TEST(state() == "in");
    const std::string address = service.address();
    service.stop();
    wait_until("it is down", [&] { return state() == "down"; });
    const UpstreamProcess again{{"--mock"}, {address}};
    wait_until("it is in again", [&] { return state() == "in"; });
}

BOOST_AUTO_TEST_CASE(s15_operators_restart_a_service_by_its_name) {
    const TemporaryFolder folder;
    const std::string script = (folder / "restart").string(), touched = (folder / "touched").string();
    std::ofstream{script} << "touch " << touched << "\necho restarted $1\n";
    const Monitoring monitoring{free_address(), {{"RESTART_MOCK_SERVICE", "sh " + script + " mock_service"}}};
    const std::string wanted = R"({"service_name":"mock_service"})";
    BOOST_TEST(restart(monitoring, wanted, "").status() == 401);
    BOOST_TEST(restart(monitoring, wanted, monitoring.token).status() == 401);  // any token would do there
    BOOST_TEST(!std::filesystem::exists(touched));
    BOOST_TEST(told(restart(monitoring, wanted, as_operator)) ==
               R"(200 {"output":"restarted mock_service\n","status":"success"})");
    BOOST_TEST(std::filesystem::exists(touched));
    for (const char* wrong :
         {R"({"service_name":"other"})", R"({"service_name":["mock_service"]})", "[]", "nothing", ""})
        BOOST_TEST(told(restart(monitoring, wrong, as_operator)) == R"(404 {"error":"Invalid service name"})", wrong);
}

BOOST_AUTO_TEST_CASE(s15_what_failed_is_told) {
    const Monitoring monitoring{free_address(), {{"RESTART_MOCK_SERVICE", "false"}}};
    BOOST_TEST(told(restart(monitoring, R"({"service_name":"mock_service"})", as_operator)) ==
               R"(200 {"output":"","status":"error"})");
}

BOOST_AUTO_TEST_CASE(s15_one_that_takes_too_long_is_ended_and_told) {
    const Monitoring monitoring{free_address(), {{"RESTART_MOCK_SERVICE", "sleep 600"}, {"RESTART_TIMEOUT", "0.1"}}};
    BOOST_TEST(told(restart(monitoring, R"({"service_name":"mock_service"})", as_operator)) ==
               R"(200 {"output":"","status":"error"})");
}

BOOST_AUTO_TEST_CASE(s18_docs_are_read_without_a_token) {
    const Monitoring monitoring{free_address()};
    const Message page = monitoring.get("/docs", "");
    BOOST_TEST(page.status() == 200);
    BOOST_TEST(page.header("Content-Type").starts_with("text/html"));
    BOOST_TEST(monitoring.get("/openapi.json", "").status() == 200);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/compat/flowguard_figures_test.cpp - FlowGuard's figures, logs and load tester: rows F12, F13, F15 and F20 to
// F24.
#include "compat/flowguard.h"
#include "support/postgres.h"
#include "support/redis.h"
#include "support/web_socket.h"

#include <chrono>
#include <fstream>
#include <regex>
#include <sstream>

using namespace tollgate::test;
using namespace std::chrono_literals;
using Variables = tollgate::test::CompatGateway::Variables;

namespace {

std::vector<std::string> lines_of(const std::filesystem::path& file) {
    std::ifstream in{file};
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}
std::vector<std::string> lines_of(const std::filesystem::path& file, std::size_t wanted) {
    std::vector<std::string> lines;
    wait_until(file.string() + " has " + std::to_string(wanted) + " lines", [&] {
        lines = lines_of(file);
        return lines.size() >= wanted;
    });
    return lines;
}
bool has(const std::string& text, const std::string& words) { return text.find(words) != text.npos; }

// FlowGuard's own config.json and its load tester's command, in a folder of theirs; what that wrote into its log.
struct TestRun {
    TestRun(const FlowGuard& flowguard, const std::string& key, int tries) {
        std::ofstream{folder / "config.json"} << "{\n  \"tries\": " << tries << ",\n  \"api_key\": \"" << key
                                              << "\",\n  \"proxy_url\": \"http://" << flowguard.gateway.address()
                                              << "/proxy\"\n}\n";
        const auto begin = std::chrono::steady_clock::now();
        const Finished run = tollgate::test::run(
            {"/bin/sh", "-c",
             "cd '" + folder.path().string() + "' && exec '" + loadtester_program() + "' --config config.json"});
        took = std::chrono::steady_clock::now() - begin;
        // 4: a machine too busy to send on time, of which the report says so; what was sent and answered is right.
        BOOST_TEST((run.code == 0 || run.code == 4), "exit code " << run.code << ": " << run.err);
        lines = lines_of(folder / "logs" / "rate_limit.log");
    }
    TemporaryFolder folder;
    std::chrono::steady_clock::duration took{};
    std::vector<std::string> lines;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(compat_flowguard_figures)

BOOST_AUTO_TEST_CASE(f12_a_key_sees_its_own_figures) {
    const FlowGuardWithServers scene;
    const FlowGuard& flowguard = scene.flowguard;
    const std::string key = flowguard.register_owner("x"), other = flowguard.register_owner("y");
    BOOST_TEST(told(flowguard.get("/metrics/" + other)) == R"(400 {"detail":"No logs available for this API_Key"})");
    for (int i = 0; i < 7; ++i) flowguard.get("/proxy", FlowGuard::with(key));
    Poco::JSON::Object::Ptr figures;
    int asked = 0;  // which counts as well
    wait_until("all are counted", [&] {
        figures = object_in(flowguard.get("/metrics/" + key).body);
        const auto codes = figures->getArray("recent_codes");
        ++asked;
        int limited = 0;
        for (unsigned i = 0; i < codes->size(); ++i) limited += codes->getElement<int>(i) == 429;
        return limited == 2 && figures->getValue<int>("recent_rate_limited_request_count") == 2;
    });
    BOOST_TEST(figures->getValue<int>("total_requests") >= 7);
    BOOST_TEST(figures->getValue<int>("total_requests") < 7 + asked);
    BOOST_TEST(figures->getValue<double>("avg_latency") > 0);
    for (const char* name : {"p50_ms", "p95_ms", "p99_ms"}) BOOST_TEST(figures->getValue<double>(name) > 0, name);
    const auto ratios = figures->getObject("ratios");
    BOOST_TEST(ratios->getValue<double>("limited") > 0);
    BOOST_TEST(ratios->getValue<double>("ok") > 0);
    BOOST_TEST(ratios->getValue<double>("failed") == 0);
    BOOST_TEST(flowguard.get("/metrics/" + key + "0").status() == 401);
}

// Whoever may read what was asked is no owner of the keys it was asked with.
BOOST_AUTO_TEST_CASE(f12_a_key_in_a_path_is_in_no_record_of_it) {
    const FlowGuard flowguard{{}};
    const std::string key = flowguard.register_owner("x"), secret = key.substr(key.rfind('_') + 1);
    const std::string wrong = key + "0", encoded = "/metrics/%74" + key.substr(1);  // %74: t
    WebSocket watcher{flowguard.gateway.admin(), "/ws/live?only=requests", as_operator};
    BOOST_REQUIRE(watcher.open());
    watcher.text();  // hello
    BOOST_TEST(flowguard.get("/metrics/" + key + "?key=" + key).status() == 400);
    BOOST_TEST(flowguard.get(encoded).status() != 401);
    BOOST_TEST(flowguard.get("/metrics/" + wrong).status() == 401);
    const std::string shown = "\"/metrics/(hidden)\"";
    for (int i = 0; i < 3; ++i) {
        const std::string told = watcher.text_with("/metrics/");
        BOOST_TEST(has(told, shown), told);
        BOOST_TEST(!has(told, secret), told);
    }
    const std::string& admin = flowguard.gateway.admin();
    for (const char* page : {"/logs?source=memory", "/analytics?source=memory"}) {
        const std::string told = ask_operator(admin, "GET", page).body;
        BOOST_TEST(has(told, shown), page << ": " << told);
        BOOST_TEST(!has(told, secret), page << ": " << told);
    }
    const std::string told = flowguard.as_operator_get("/view_logs?source=memory").body;
    BOOST_TEST(has(told, shown), told);
    BOOST_TEST(!has(told, secret), told);
    for (const auto& line : lines_of(flowguard.folder / "app.log")) BOOST_TEST(!has(line, secret), line);
}

BOOST_AUTO_TEST_CASE(f13_operators_have_metrics_and_status) {
    const FlowGuardWithServers scene;
    const FlowGuard& flowguard = scene.flowguard;
    flowguard.get("/");
    for (const char* path : {"/metrics", "/status"}) BOOST_TEST(flowguard.get(path).status() == 401, path);
    Message metrics;
    wait_until("the greeting is counted", [&] {
        metrics = flowguard.as_operator_get("/metrics");
        return has(metrics.body, "tollgate_requests_total{method=\"GET\",route=\"GET /\",status=\"200\"} 1\n");
    });
    BOOST_TEST(metrics.header("Content-Type").starts_with("text/plain; version=0.0.4"));
    BOOST_TEST(has(metrics.body, "tollgate_upstream_target_available{target=\"" + scene.servers.address(0) + "\""));
    const auto status = object_in(flowguard.as_operator_get("/status").body);
    BOOST_TEST(status->getValue<bool>("serving"));
    BOOST_TEST(status->getObject("requests")->getValue<int>("total") > 0);
}

BOOST_AUTO_TEST_CASE(f13_without_a_token_no_page_of_operators_is_there) {
    const FlowGuard flowguard{{}, {{"ADMIN_TOKEN", ""}}};
    for (const char* path : {"/metrics", "/status", "/all_keys", "/view_logs", "/server", "/server_stats"})
        BOOST_TEST(told(flowguard.get(path)) == R"(404 {"detail":"Not Found"})", path);
}

BOOST_AUTO_TEST_CASE(f15_operators_read_the_log_page_by_page) {
    const FlowGuardWithServers scene;
    const FlowGuard& flowguard = scene.flowguard;
    const std::string key = flowguard.register_owner("x");
    for (int i = 0; i < 6; ++i) flowguard.get("/proxy/users", FlowGuard::with(key));
    BOOST_TEST(flowguard.get("/view_logs").status() == 401);
    Poco::JSON::Array::Ptr all;
    wait_until("all are in the database", [&] {
        all = array_in(flowguard.as_operator_get("/view_logs").body);
        return all->size() == 6;
    });
    const auto refused = all->getObject(0), passed = all->getObject(5);  // the newest comes first
    BOOST_TEST(refused->getValue<int>("status_code") == 429);
    BOOST_TEST(!refused->has("url"));
    BOOST_TEST(passed->getValue<int>("status_code") == 200);
    BOOST_TEST(passed->getValue<std::string>("url").starts_with("http://127.0.0.1:"));
    BOOST_TEST(passed->getValue<std::string>("path") == "/proxy/users");
    BOOST_TEST(passed->getValue<double>("latency") > 0);
    BOOST_TEST(passed->getValue<std::string>("timestamp").ends_with("Z"));
    BOOST_TEST(key.starts_with("tg_" + passed->getValue<std::string>("api_key").substr(4) + "_"));
    BOOST_TEST(!passed->getValue<std::string>("id").empty());

    const auto limited = array_in(flowguard.as_operator_get("/view_logs?status=429").body);
    BOOST_TEST(limited->size() == 1u);
    const Message page = flowguard.as_operator_get("/view_logs?limit=4");
    BOOST_TEST(array_in(page.body)->size() == 4u);
    const auto rest = array_in(flowguard.as_operator_get("/view_logs?limit=4&cursor=" + page.header("X-Next")).body);
    BOOST_TEST(rest->size() == 2u);
    BOOST_TEST(rest->getObject(1)->getValue<std::string>("id") == passed->getValue<std::string>("id"));
    BOOST_TEST(told(flowguard.as_operator_get("/view_logs?limit=none")).starts_with("422 {\"detail\":\""));
}

BOOST_AUTO_TEST_CASE(f15_more_than_a_page_holds_is_refused) {
    const FlowGuardWithServers scene{{{"RATE_LIMIT", "1000"}}};
    const FlowGuard& flowguard = scene.flowguard;
    flowguard.answered(300, flowguard.register_owner("x"));
    wait_until("all are in the database", [&] {
        return told(flowguard.as_operator_get("/view_logs?limit=1000")) ==
               R"(400 {"detail":"too much for a page; say a smaller limit"})";
    });
    BOOST_TEST(array_in(flowguard.as_operator_get("/view_logs").body)->size() == 100u);
}

BOOST_AUTO_TEST_CASE(f20_the_load_tester_takes_the_very_config_and_asks_every_50_ms) {
    const FlowGuardWithServers scene;
    const std::string key = scene.flowguard.register_owner("x");
    const TestRun run{scene.flowguard, key, 20};
    BOOST_TEST((run.took >= 19 * 50ms));
    wait_until("all have come", [&] {
        const auto statuses = object_in(ask_operator(scene.flowguard.gateway.admin(), "GET", "/metrics/x").body)
                                  ->getObject("status_code_counts");
        return statuses->getValue<int>("2xx") == 5 && statuses->getValue<int>("429") == 15;
    });
}

BOOST_AUTO_TEST_CASE(f21_its_report_is_five_lines_at_the_end_of_its_log) {
    const FlowGuardWithServers scene;
    const std::string key = scene.flowguard.register_owner("x");
    const TestRun run{scene.flowguard, key, 8};
    BOOST_TEST_REQUIRE(run.lines.size() == 5u);
    BOOST_TEST(run.lines[0].ends_with(" Total requests: 8"), run.lines[0]);
    BOOST_TEST(run.lines[1].ends_with(" Successful requests: 5"), run.lines[1]);
    BOOST_TEST(run.lines[2].ends_with(" Rate limited requests: 3 (429); not 200: 3"), run.lines[2]);
    BOOST_TEST(std::regex_search(run.lines[3], std::regex{R"( Average latency: 0\.[0-9]{6} seconds$)"}), run.lines[3]);
    BOOST_TEST(run.lines[4].ends_with(" Status codes: 200: 5, 429: 3"), run.lines[4]);
}

BOOST_AUTO_TEST_CASE(f22_requests_refusals_and_servers_have_files_of_their_own) {
    const FlowGuardWithServers scene;
    const FlowGuard& flowguard = scene.flowguard;
    const std::string key = flowguard.register_owner("x");
    for (int i = 0; i < 6; ++i) flowguard.get("/proxy", FlowGuard::with(key));
    const auto all = lines_of(flowguard.folder / "app.log", 6),
               limited = lines_of(flowguard.folder / "rate_limit.log", 1),
               balanced = lines_of(flowguard.folder / "load_balance.log", 6);
    BOOST_TEST(has(all[0], "Completed: 200 | Duration: "), all[0]);
    BOOST_TEST(has(all[0], "| Owner: x |"), all[0]);
    BOOST_TEST(limited.size() == 1u);
    BOOST_TEST(has(limited[0], "Completed: 429 | "), limited[0]);
    std::map<std::string, int> turns;
    for (int i = 0; i < 3; ++i)
        for (const auto& line : balanced)
            turns[scene.servers.address(std::size_t(i))] += has(line, scene.servers.address(std::size_t(i)));
    for (const auto& [server, times] : turns) BOOST_TEST((times == 1 || times == 2), server);
}

BOOST_AUTO_TEST_CASE(f23_the_environment_names_the_database_and_the_redis) {
    Postgres database;
    const Redis redis;
    const Variables both{{"DATABASE_URL", database.url()}, {"REDIS_URL", redis.url()}, {"REDIS_TIMEOUT", "30"}};
    const FlowGuardWithServers first{both}, second{both};
    const std::string key = first.flowguard.register_owner("x");
    wait_until("the other gateway has heard of the key",
               [&] { return second.flowguard.get("/metrics/" + key).status() != 401; });
    int passed = 0;
    for (int i = 0; i < 8; ++i)
        passed += (i % 2 == 0 ? first : second).flowguard.get("/proxy", FlowGuard::with(key)).status() == 200;
    BOOST_TEST(passed == 5);
    BOOST_TEST(database.ask("SELECT owner FROM api_keys") == "x");
    BOOST_TEST(!redis.ask({"KEYS", "ratelimit:flowguard*"}).empty());
}

BOOST_AUTO_TEST_CASE(f24_there_are_docs_to_read_and_for_programs) {
    const FlowGuard flowguard{{}};
    const Message page = flowguard.get("/docs");
    BOOST_TEST(page.status() == 200);
    BOOST_TEST(page.header("Content-Type").starts_with("text/html"));
    BOOST_TEST(flowguard.get("/docs/page.css").status() == 200);
    BOOST_TEST(object_in(flowguard.get("/openapi.json").body)->getValue<std::string>("openapi").starts_with("3."));
}

BOOST_AUTO_TEST_SUITE_END()

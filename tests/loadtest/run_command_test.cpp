// tests/loadtest/run_command_test.cpp - `loadtester` as users run it, before a real gateway: mix, reconciliation, exit codes, signals.
#include "loadtest/results_json.h"

#include "support/gateway_process.h"
#include "support/nginx.h"
#include "support/scripted_upstream.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <sstream>

using namespace tollgate::loadtest;
using tollgate::test::ChildProcess;
using tollgate::test::GatewayProcess;
using tollgate::test::loadtester_program;
using tollgate::test::Nginx;
using tollgate::test::ScriptedUpstream;
using tollgate::test::TemporaryFolder;
using tollgate::test::UpstreamConnection;
using tollgate::test::UpstreamProcess;

BOOST_AUTO_TEST_SUITE(loadtest_run_command)

namespace {

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// A run of the program, with its results also as JSON in a folder of its own.
class LoadtesterRun {
public:
    explicit LoadtesterRun(std::vector<std::string> words, const std::vector<std::string>& environment = {}) {
        words.insert(words.begin(), loadtester_program());
        words.insert(words.end(), {"-o", (folder_ / "run.json").string()});
        process_.emplace(words, folder_ / "stdout", environment);
    }
    ChildProcess& process() { return *process_; }
    int wait() { return process_->wait(); }
    std::string out() const { return read_text(folder_ / "stdout"); }
    // Reads what was saved; the run must have ended.
    Results results() const {
        Results results = results_from_json(read_text(folder_ / "run.json"), "run.json");
        BOOST_TEST(results.ledger.balanced());
        return results;
    }

private:
    TemporaryFolder folder_;
    std::optional<ChildProcess> process_;
};

std::uint64_t of_class(const Results& results, StatusClass which) {
    return results.class_counts()[static_cast<std::size_t>(which)];
}

// The exit code of a run in which nothing is wrong, on a machine that may be too busy for an open loop's schedule.
void check_passed(int code, const Results& results) {
    BOOST_TEST_CONTEXT(results.generator.problems.size() << " problems of the generator")
    BOOST_TEST((code == 0 || (code == 4 && results.generator.bottleneck)));
}

const char* const limited_routes = R"(
tier "free" { rate = 10 / second, burst = 5 }
local orders = upstream "orders" { targets = { TARGETS }, timeout = 5 * seconds }
local members = { auth { key = header "X-API-Key", file = "keys" }, ratelimit { by = caller } }
route "GET /orders/:id" { upstream = orders, plugins = members }
route "GET /open/**" { upstream = orders }
route "GET /broken" { answer = { status = 503, body = "no\n" } }
)";

// SHA-256 of "one" and "two".
const char* const key_hashes = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed one free\n"
                               "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3 two free\n";

std::string limited_by(const std::string& targets) {
    std::string routes = limited_routes;
    return routes.replace(routes.find("TARGETS"), 7, targets);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_gateways_mix_of_answers_is_reconciled_to_the_last_request) {
    const UpstreamProcess upstream{{"--delay", "1ms"}};
    const GatewayProcess gateway{limited_by('"' + upstream.address() + '"'), {}, {{"keys", key_hashes}}};
    const TemporaryFolder folder;
    std::ofstream{folder / "keys.txt"} << "one first\ntwo second\nthree stranger\n";
    std::ofstream{folder / "targets.txt"} << "GET http://" << gateway.address() << "/orders/7\nweight: 5\n\n"
                                          << "GET http://" << gateway.address() << "/broken\nweight: 1\n";
    LoadtesterRun run{{"-R", "200", "-d", "2s", "--warmup", "300ms", "-c", "8", "--targets", (folder / "targets.txt").string(),
                       "--keys", (folder / "keys.txt").string(), "--metrics", "http://" + gateway.admin(), "--slowest", "5"}};
    const int code = run.wait();
    const Results results = run.results();
    BOOST_TEST_INFO_SCOPE(run.process().stderr_text() << run.out());
    check_passed(code, results);
    BOOST_TEST(results.ledger.planned == 400u);
    BOOST_TEST(results.ledger.answered == 400u);
    BOOST_TEST(results.warmup.ledger.planned == 60u);
    // 2 callers at 10 a second and a burst of 5 each; what is planned for a stranger is a 401.
    BOOST_TEST(of_class(results, StatusClass::success) > 0u);
    BOOST_TEST(of_class(results, StatusClass::limited) > 0u);
    BOOST_TEST(of_class(results, StatusClass::client_error) > 0u);
    BOOST_TEST(of_class(results, StatusClass::server_error) > 0u);
    BOOST_TEST(results.keys.size() == 3u);
    BOOST_TEST(results.keys[2].classes[static_cast<std::size_t>(StatusClass::success)] == 0u);
    BOOST_REQUIRE(results.gateway.has_value());
    BOOST_TEST(results.gateway->reconciled);
    BOOST_TEST(results.gateway->residual == 0);
    BOOST_TEST(results.slowest.size() == 5u);
    // One row each for 200, 401 and 429 of the one route, and 503 of the other; together what was sent.
    std::uint64_t counted = 0;
    for (const ReconciledRow& row : results.gateway->rows) counted += row.counted;
    BOOST_TEST(counted == 460u);
    const std::string told = run.out();
    for (const char* words : {"balanced", "reconciled, residual 0", "2xx (200)", "429", "5xx"})
        BOOST_TEST(told.find(words) != std::string::npos, words << " in " << told);
    // Keys are secrets.
    BOOST_TEST(told.find("stranger") != std::string::npos);
    BOOST_TEST(told.find("three") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_upstream_killed_during_the_run_changes_the_counts_and_all_still_agree) {
    auto upstream = std::make_optional<UpstreamProcess>(std::vector<std::string>{});
    const GatewayProcess gateway{limited_by('"' + upstream->address() + '"'), {}, {{"keys", key_hashes}}};
    LoadtesterRun run{{"-R", "300", "-d", "1h", "-c", "4", "--max-in-flight", "50", "--metrics", "http://" + gateway.admin(),
                       "http://" + gateway.address() + "/open/x"}};
    const auto counted = [&](const char* status) {
        auto client = tollgate::test::RawClient{gateway.admin()};
        client.send("GET /metrics HTTP/1.1\r\nHost: " + gateway.admin() + "\r\nConnection: close\r\n\r\n");
        const auto metrics = client.answer().body;
        return metrics.find("route=\"GET /open/**\",status=\"" + std::string{status}) != metrics.npos;
    };
    tollgate::test::wait_until("some requests were answered well", [&] { return counted("200"); });
    upstream.reset();
    tollgate::test::wait_until("some were not", [&] { return counted("50"); });
    run.process().signal(SIGINT);
    const int code = run.wait();
    const Results results = run.results();
    BOOST_TEST_INFO_SCOPE(run.process().stderr_text() << run.out());
    BOOST_TEST((code == 130 || (code == 4 && results.generator.bottleneck)));
    BOOST_TEST(of_class(results, StatusClass::success) > 0u);
    BOOST_TEST(of_class(results, StatusClass::server_error) > 0u);
    BOOST_TEST(results.gateway->reconciled);
    BOOST_TEST(results.gateway->residual == 0);
}

BOOST_AUTO_TEST_CASE(somebody_elses_requests_are_a_residual_with_a_name) {
    const GatewayProcess gateway{"route \"GET /**\" { answer = \"x\" }"};
    // The upstream of this test is the one who asks the gateway behind the load tester's back.
    ScriptedUpstream upstream{[&](UpstreamConnection& connection) {
        while (connection.read_request()) {
            for (int i = 0; i < 3; ++i) gateway.client().get("/foreign");
            connection.answer(200, "x");
        }
    }};
    LoadtesterRun run{{"-n", "20", "-c", "1", "--metrics", "http://" + gateway.admin(), "http://" + gateway.address() + "/mine",
                       "http://" + upstream.address() + "/"}};
    BOOST_TEST(run.wait() == 5);
    const Results results = run.results();
    BOOST_TEST(!results.gateway->reconciled);
    BOOST_TEST(results.gateway->cause.find("foreign traffic") != std::string::npos, results.gateway->cause);
}

BOOST_AUTO_TEST_CASE(one_interrupt_awaits_what_is_under_way_and_reports) {
    ScriptedUpstream upstream{ScriptedUpstream::always("x")};
    LoadtesterRun run{{"-c", "2", "-d", "1h", "http://" + upstream.address()}};
    tollgate::test::wait_until("requests flow", [&] { return upstream.requests() > 20; });
    run.process().signal(SIGINT);
    BOOST_TEST(run.wait() == 130);
    const Results results = run.results();
    BOOST_TEST(results.interrupted);
    BOOST_TEST(results.ledger.answered == static_cast<std::uint64_t>(upstream.requests()));
    BOOST_TEST(results.ledger.aborted == 0u);
    BOOST_TEST(results.seconds > 0);
    BOOST_TEST(results.seconds < 600);
}

BOOST_AUTO_TEST_CASE(a_second_interrupt_waits_for_nothing) {
    ScriptedUpstream upstream{[](UpstreamConnection& connection) {
        connection.read_request();
        connection.answer(200, "x");
        connection.read_request();
        connection.wait_for_end();
    }};
    LoadtesterRun run{{"-c", "3", "-d", "1h", "--timeout", "1h", "http://" + upstream.address()}};
    tollgate::test::wait_until("requests are under way", [&] { return upstream.requests() == 6; });
    run.process().signal(SIGINT);
    // Nothing tells when the first one was heard; two that come together are one to the kernel.
    for (int i = 0; run.process().running() && i < 600; ++i) {
        run.process().signal(SIGINT);
        tollgate::test::wait_until("some time has passed", [begin = std::chrono::steady_clock::now()] {
            return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds{100};
        });
    }
    BOOST_TEST(run.wait() == 130);
    const Results results = run.results();
    BOOST_TEST(results.ledger.answered == 3u);
    BOOST_TEST(results.ledger.aborted == 3u);
}

BOOST_AUTO_TEST_CASE(a_token_in_the_url_of_the_metrics_is_nowhere_to_be_read) {
    ScriptedUpstream gateway{[](UpstreamConnection& connection) {
        while (const auto request = connection.read_request())
            connection.answer(request->target().starts_with("/metrics") ? 200 : 404, "tollgate_build_info 1\n");
    }};
    const int deaf = tollgate::test::bind_deaf();
    const std::string addresses[]{gateway.address(), tollgate::test::bound_address(deaf)};
    for (const std::string& address : addresses) {
        const TemporaryFolder folder;
        std::vector<std::string> words{loadtester_program(), "-n", "1", "-c", "1", "--reconcile", "report"};
        for (const char* ending : {"txt", "json", "csv", "html", "hgrm", "log"})
            words.insert(words.end(), {"-o", (folder / ("run." + std::string{ending})).string()});
        words.insert(words.end(), {"--metrics", "http://" + address + "/metrics?token=s3cret",
                                   "http://" + gateway.address()});
        const auto run = tollgate::test::run(words);
        BOOST_TEST((run.out + run.err).find("s3cret") == std::string::npos);
        BOOST_TEST(run.out.find("/metrics?token=...") != std::string::npos);
        std::size_t files = 0;
        for (const auto& file : std::filesystem::directory_iterator{folder.path()}) {
            BOOST_TEST(read_text(file.path()).find("s3cret") == std::string::npos, file.path());
            ++files;
        }
        BOOST_TEST(files == 6u);
        words[6] = "strict";
        const auto strict = tollgate::test::run(words);
        BOOST_TEST((strict.out + strict.err).find("s3cret") == std::string::npos);
    }
    ::close(deaf);
}

BOOST_AUTO_TEST_CASE(exit_codes_are_as_documented) {
    const Nginx nginx{"location /ok { return 200 'x'; } location /busy { return 429; }"};
    const std::string url = "http://" + nginx.address();
    const int deaf = tollgate::test::bind_deaf();
    const std::string nobody = tollgate::test::bound_address(deaf);
    const auto code_of = [](std::vector<std::string> words) {
        words.insert(words.begin(), loadtester_program());
        const auto finished = tollgate::test::run(words);
        BOOST_TEST(finished.err.find("terminate") == std::string::npos, finished.err);
        return finished.code;
    };
    BOOST_TEST(code_of({"-n10", url + "/ok"}) == 0);
    BOOST_TEST(code_of({"-n10", "--expect", "2xx", url + "/busy"}) == 99);
    BOOST_TEST(code_of({"-n10", "--expect", "2xx,429", url + "/busy"}) == 0);
    BOOST_TEST(code_of({"-n10", "--threshold", "p99<1ns", url + "/ok"}) == 99);
    BOOST_TEST(code_of({"-n10", "http://" + nobody}) == 3);
    BOOST_TEST(code_of({"-n10", "--metrics", "http://" + nobody, url + "/ok"}) == 5);
    BOOST_TEST(code_of({"-n10", "--metrics", url + "/ok", url + "/ok"}) == 5);
    BOOST_TEST(code_of({"-n10", "--rate", "fast", url}) == 2);
    BOOST_TEST(code_of({"-n10", "-o", "/nonexistent/run.json", url}) == 2);
    BOOST_TEST(code_of({}) == 2);
    ::close(deaf);
}

BOOST_AUTO_TEST_CASE(a_run_that_never_began_is_told_to_programs_too) {
    const int deaf = tollgate::test::bind_deaf();
    const std::string nobody = tollgate::test::bound_address(deaf);
    LoadtesterRun run{{"-n10", "http://" + nobody}};
    BOOST_TEST(run.wait() == 3);
    BOOST_TEST(run.out() == "");
    const Results results = run.results();
    BOOST_TEST(results.exit_code == 3);
    BOOST_TEST(results.ledger.planned == 0u);
    BOOST_REQUIRE(results.verdict.size() == 1u);
    BOOST_TEST(results.verdict[0] == nobody + ": connection refused");
    ::close(deaf);
}

BOOST_AUTO_TEST_CASE(secrets_of_a_url_are_nowhere) {
    const Nginx nginx{"location / { return 200 'x'; }"};
    for (const char* format : {"text", "json", "csv", "html", "hgrm", "summary"}) {
        const auto finished = tollgate::test::run({loadtester_program(), "-n10", "-f", format, "-H", "Authorization: s3cret",
                                                   "http://" + nginx.address() + "/a?token=s3cret&page=2"});
        BOOST_TEST(finished.code == 0);
        BOOST_TEST(finished.out.find("s3cret") == std::string::npos, format);
        BOOST_TEST(finished.err.find("s3cret") == std::string::npos, format);
    }
}

BOOST_AUTO_TEST_CASE(a_broken_threshold_can_end_the_run) {
    const Nginx nginx{"location / { return 503; }"};
    LoadtesterRun run{{"-c", "2", "-d", "1h", "--threshold", "abort:rate(5xx)<1%", "http://" + nginx.address()}};
    BOOST_TEST(run.wait() == 99);
    const Results results = run.results();
    BOOST_TEST(results.interrupted);
    BOOST_REQUIRE(results.thresholds.size() == 1u);
    BOOST_TEST(results.thresholds[0].aborted_run);
}

BOOST_AUTO_TEST_CASE(a_pipe_gets_no_live_view_and_no_colour) {
    const Nginx nginx{"location / { return 200 'x'; }"};
    LoadtesterRun run{{"-c", "2", "-d", "1500ms", "http://" + nginx.address()}};
    BOOST_TEST(run.wait() == 0);
    BOOST_TEST(run.process().stderr_text() == "");
    BOOST_TEST(run.out().find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/loadtest/command_line_test.cpp - every flag of `run`: what it becomes, what it refuses, what is shown of it.
#include "loadtest/command_line.h"
#include "support/places.h"
#include "support/temporary_folder.h"

#include <CLI/CLI.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

using namespace tollgate::loadtest;
using namespace std::chrono_literals;

namespace {

const std::string url = "http://127.0.0.1:8080/";

RunWords said(std::vector<std::string> words) {
    CLI::App app;
    RunWords run;
    run.attach(app);
    std::reverse(words.begin(), words.end());
    app.parse(words);
    return run;
}

Options options(std::vector<std::string> words) {
    words.push_back(url);
    return options_of(said(std::move(words)));
}

std::string problem_without_url(std::vector<std::string> words) {
    try {
        options_of(said(std::move(words)));
    } catch (const UsageError& error) {
        return error.what();
    }
    return "taken";
}

std::string problem_of(std::vector<std::string> words) {
    words.push_back(url);
    return problem_without_url(std::move(words));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_command_line)

BOOST_AUTO_TEST_CASE(a_url_alone_is_ten_seconds_of_ten_connections) {
    const Options told = options({});
    BOOST_TEST_REQUIRE(told.targets.size() == 1u);
    BOOST_TEST(told.targets[0].name() == "GET http://127.0.0.1:8080/");
    BOOST_TEST((told.duration == 10s));
    BOOST_TEST(!told.requests);
    BOOST_TEST(told.connections == 10u);
    BOOST_TEST(told.most_in_flight == 10u);
    BOOST_TEST(told.threads == std::min(10u, std::max(1u, std::thread::hardware_concurrency() / 2)));
    BOOST_TEST(!told.open_loop());
    BOOST_TEST((told.timeout == 10s));
    BOOST_TEST((told.drain == 10s));
    BOOST_TEST((told.warmup == 0s));
    BOOST_TEST(told.keep_alive);
    BOOST_TEST(told.request_id == "X-Request-Id");
    BOOST_TEST(told.shown_command == "loadtester http://127.0.0.1:8080/");
}

BOOST_AUTO_TEST_CASE(users_of_wrk_feel_at_home) {
    const Options told = options({"-t2", "-c100", "-d30s", "-H", "Accept: text/html", "--latency", "--timeout", "2s"});
    BOOST_TEST(told.threads == 2u);
    BOOST_TEST(told.connections == 100u);
    BOOST_TEST((told.duration == 30s));
    BOOST_TEST((told.headers == HeaderLines{{"Accept", "text/html"}}));
    BOOST_TEST((told.timeout == 2s));
    BOOST_TEST((told.drain == 2s));
    BOOST_TEST(options({"-R2k", "-L"}).rate == 2000);
}

BOOST_AUTO_TEST_CASE(words_of_other_load_testers_mean_the_same) {
    const Options told = options({"-z", "5s", "-q", "50", "--disable-keepalive"});
    BOOST_TEST((told.duration == 5s));
    BOOST_TEST(told.rate == 50);
    BOOST_TEST(!told.keep_alive);
}

BOOST_AUTO_TEST_CASE(load_is_said_by_duration_requests_rate_and_stages) {
    BOOST_TEST((options({"-n", "10k"}).requests == 10'000u));
    BOOST_TEST(!options({"-n", "10k"}).duration);
    const Options both = options({"-n", "10k", "-d", "1m30s"});
    BOOST_TEST((both.requests == 10'000u && both.duration == 90s));
    BOOST_TEST(options({"-R", "0.5"}).open_loop());
    BOOST_TEST(!options({"-R", "0"}).open_loop());
    const Options staged = options({"--stages", "10s:1k,30s:1k,0s:5k", "--arrival", "poisson", "--max-in-flight",
                                   "64"});
    BOOST_TEST_REQUIRE(staged.stages.size() == 3u);
    BOOST_TEST((staged.stages[0].duration == 10s && staged.stages[0].rate == 1000));
    BOOST_TEST((staged.stages[2].duration == 0s && staged.stages[2].rate == 5000));
    BOOST_TEST(!staged.duration);
    BOOST_TEST(staged.open_loop());
    BOOST_TEST((staged.arrival == Arrival::poisson));
    BOOST_TEST(staged.connections == 10u);
    BOOST_TEST(staged.most_in_flight == 64u);
    BOOST_TEST(options({"-R1", "--max-in-flight", "4"}).connections == 4u);
    const Options timed = options({"--warmup", "2s", "--drain", "0", "--seed", "18446744073709551615"});
    BOOST_TEST((timed.warmup == 2s && timed.drain == 0s));
    BOOST_TEST(timed.seed == 18446744073709551615u);
    BOOST_TEST(options({"-c", "1"}).threads == 1u);
}

BOOST_AUTO_TEST_CASE(numbers_that_cannot_be_meant_are_refused) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> rows{
        {{"-c", "0"}, "--connections: expected 1 to 1000000, got \"0\""},
        {{"-c", "-5"}, "--connections: expected a whole number such as 1000 or 10k, got \"-5\""},
        {{"-c", "99999999999999999999"},
         "--connections: expected a whole number such as 1000 or 10k, got \"99999999999999999999\""},
        {{"-t", "257"}, "--threads: expected 1 to 256, got \"257\""},
        {{"-t", "8", "-c", "4"}, "--threads: expected at most --connections (4), got \"8\""},
        {{"-n", "0"}, "--requests: expected 1 to 1000000000000000, got \"0\""},
        {{"-n", "NaN"}, "--requests: expected a whole number such as 1000 or 10k, got \"NaN\""},
        {{"-R", "fast"}, "--rate: expected requests a second such as 4000 or 10k, got \"fast\""},
        {{"-R", "nan"}, "--rate: expected requests a second such as 4000 or 10k, got \"nan\""},
        {{"-R", ""}, "--rate: expected requests a second such as 4000 or 10k, got \"\""},
        {{"-R", "2G"}, "--rate: expected at most 1G requests a second, got \"2G\""},
        {{"-d", "0"}, "--duration: expected more than 0s, got \"0\""},
        {{"-d", "25h"}, "--duration: expected at most 24h, got \"25h\""},
        {{"-d", "{\"a\": 1}"},
         "--duration: expected a duration such as 30s, 1m30s or 250ms; did you mean --body?"},
        {{"-t", "20s"},
         "--threads: expected a whole number such as 1000 or 10k, got \"20s\"; did you mean --timeout?"},
        {{"--timeout", "0"}, "--timeout: expected more than 0s, got \"0\""},
        {{"--warmup", "-1s"}, "--warmup: expected a duration such as 30s, 1m30s or 250ms, got \"-1s\""},
        {{"--seed", "-1"}, "--seed: expected a whole number below 2^64, got \"-1\""},
        {{"--seed", "18446744073709551616"},
         "--seed: expected a whole number below 2^64, got \"18446744073709551616\""},
        {{"--slowest", "10001"}, "--slowest: expected 0 to 10000, got \"10001\""},
        {{"--stages", "10s"}, "--stages: expected stages such as 10s:1k,30s:1k (time:rate), got \"10s\""},
        {{"--stages", ""}, "--stages: expected stages such as 10s:1k,30s:1k (time:rate), got \"\""},
        {{"--stages", "10s:1k,"}, "--stages: expected stages such as 10s:1k,30s:1k (time:rate), got \"\""},
        {{"--stages", "1k:10s"}, "--stages: expected a duration such as 30s, 1m30s or 250ms, got \"1k\""},
        {{"--stages", "10s:fast"}, "--stages: expected requests a second such as 4000 or 10k, got \"fast\""},
        {{"--stages", "0s:1k"}, "--stages: expected stages of more than 0s and at most 24h together, got \"0s:1k\""},
        {{"--stages", "20h:1,20h:1"},
         "--stages: expected stages of more than 0s and at most 24h together, got \"20h:1,20h:1\""},
        {{"--stages", "10s:0"}, "--stages: expected a rate above 0, got \"10s:0\""},
        {{"--arrival", "posson", "-R1"},
         "--arrival: expected constant, poisson, got \"posson\"; did you mean \"poisson\"?"},
    };
    for (const auto& [words, problem] : rows) BOOST_TEST(problem_of(words) == problem);
}

BOOST_AUTO_TEST_CASE(flags_that_contradict_each_other_are_refused) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> rows{
        {{"-d", "1s", "--stages", "1s:1"}, "--duration: --stages say how long"},
        {{"-c1", "-c2"}, "--connections: said twice"},
        {{"-R1", "-q2"}, "--rate: said twice"},
        {{"--arrival", "poisson"}, "--arrival: says nothing without --rate or --stages"},
        {{"--arrival", "poisson", "-R0"}, "--arrival: says nothing without --rate or --stages"},
        {{"--max-in-flight", "64"}, "--max-in-flight: says nothing without --rate or --stages"},
        {{"-R1", "-c10", "--max-in-flight", "5"}, "--max-in-flight: expected at least --connections (10), got \"5\""},
        {{"--key-mix", "uniform"}, "--key-mix: says nothing without --keys"},
        {{"--key-header", "X-Key"}, "--key-header: says nothing without --keys"},
        {{"--metrics-token", "s3cret"}, "--metrics-token: says nothing without --metrics"},
        {{"--reconcile", "strict"}, "--reconcile: says nothing without --metrics"},
        {{"-b", "@-", "--keys", "-"}, "standard input can be read once only"},
        {{"-k", "--cacert", "/dev/null"}, "--cacert: --insecure trusts anybody"},
    };
    for (const auto& [words, problem] : rows) BOOST_TEST(problem_of(words) == problem);
    BOOST_TEST(problem_of({"--reconcile", "off"}) == "taken");
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_told_at_once) {
    BOOST_TEST(problem_without_url({"-R", "fast", "-c", "none", "http://x:y/", "ftp://x/", "-H", "X"}) ==
               "--connections: expected a whole number such as 1000 or 10k, got \"none\"\n"
               "--rate: expected requests a second such as 4000 or 10k, got \"fast\"\n"
               "--header: expected 'NAME: VALUE', got no colon\n"
               "URL: expected a port of 1 to 65535, got \"http://x:y/\"\n"
               "URL: expected http:// or https://, got \"ftp://x/\"");
    BOOST_TEST(problem_without_url({}) == "URL: expected http://HOST[:PORT]/PATH, got none");
}

BOOST_AUTO_TEST_CASE(requests_are_said_by_method_headers_and_body) {
    const Options told = options({"-m", "PUT", "-b", "a=1", "-H", "A: 1", "-H", "A: 2", "http://x/"});
    BOOST_TEST_REQUIRE(told.targets.size() == 2u);
    for (const Target& target : told.targets) {
        BOOST_TEST(target.method == "PUT");
        BOOST_TEST(target.body == "a=1");
        BOOST_TEST(target.weight == 1);
    }
    BOOST_TEST((told.headers == HeaderLines{{"A", "1"}, {"A", "2"}}));
    BOOST_TEST(options({"-b", "a=1"}).targets[0].method == "POST");
    BOOST_TEST(options({"-b", "a=1", "-m", "GET"}).targets[0].method == "GET");
    BOOST_TEST(options({"--request-id", "off"}).request_id == "");
    BOOST_TEST(options({"--request-id", "X-Id"}).request_id == "X-Id");
    BOOST_TEST(options({"-k"}).insecure);
    BOOST_TEST(options({"--unix-socket", "/run/x.sock"}).unix_socket == "/run/x.sock");
    const tollgate::test::TemporaryFolder folder;
    std::ofstream{folder / "body"} << "{}";
    BOOST_TEST(options({"-b", "@" + (folder / "body").string()}).targets[0].body == "{}");
}

BOOST_AUTO_TEST_CASE(requests_that_would_be_broken_are_refused) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> rows{
        {{"-m", "post"}, "--method: expected a method such as GET, got \"post\"; did you mean \"POST\"?"},
        {{"-m", "GET / HTTP/1.1\r\n"}, "--method: expected a method such as GET, got \"GET / HTTP/1.1\\r\\n\""},
        {{"-m", ""}, "--method: expected a method such as GET, got \"\""},
        {{"-H", "X: a\r\nY: b"}, "--header: expected a value without line breaks in header \"X\""},
        {{"-H", "Connection: close"},
         "--header: header \"Connection\" is not yours to say: say --no-keepalive for a connection per request"},
        {{"-b", "@/nowhere/body"}, "--body: cannot read \"/nowhere/body\": No such file or directory"},
        {{"-b", "@/"}, "--body: cannot read \"/\": Is a directory"},
        {{"--targets", "/nowhere"}, "--targets: cannot read \"/nowhere\": No such file or directory"},
        {{"--keys", "/nowhere"}, "--keys: cannot read \"/nowhere\": No such file or directory"},
        {{"--keys", "/dev/null"}, "--keys: /dev/null: expected a key a line, got none"},
        {{"--cacert", "/nowhere"}, "--cacert: cannot read \"/nowhere\": No such file or directory"},
        {{"--unix-socket", ""}, "--unix-socket: expected a path of 1 to 107 bytes, got \"\""},
        {{"--request-id", "X Id"}, "--request-id: expected a header name, got \"X Id\""},
        {{"--keys", "2", "--key-header", "X Y"}, "--key-header: expected a header name, got \"X Y\""},
        {{"--keys", "2", "--key-mix", "gold=1"},
         "--key-mix: key \"key-1\" has no share; say *=0 at the end for the others"},
    };
    for (const auto& [words, problem] : rows) BOOST_TEST(problem_of(words) == problem);
    BOOST_TEST(problem_without_url({"--targets", "/dev/null", "-m", "POST"}).starts_with(
        "--method: says nothing without a URL: targets of a file have their own\n"
        "--targets: /dev/null: expected lines such as"));
}

BOOST_AUTO_TEST_CASE(targets_of_a_file_and_of_the_command_line_are_asked_together) {
    const tollgate::test::TemporaryFolder folder;
    std::ofstream{folder / "targets"} << "GET http://x/1\nweight: 3\n";
    const Options told = options({"--targets", (folder / "targets").string()});
    BOOST_TEST_REQUIRE(told.targets.size() == 2u);
    BOOST_TEST(told.targets[0].name() == "GET http://127.0.0.1:8080/");
    BOOST_TEST(told.targets[1].weight == 3);
    BOOST_TEST(options_of(said({"--targets", (folder / "targets").string()})).targets.size() == 1u);
}

BOOST_AUTO_TEST_CASE(keys_have_a_header_and_a_mix) {
    const Options told = options({"--keys", "2", "--key-header", "Authorization: Bearer", "--key-mix", "key-1=3,*=1"});
    BOOST_TEST_REQUIRE(told.keys.size() == 2u);
    BOOST_TEST(told.keys[0].weight == 3);
    BOOST_TEST(told.key_header == "Authorization: Bearer");
}

BOOST_AUTO_TEST_CASE(the_gateways_metrics_have_an_implied_path) {
    BOOST_TEST(options({"--metrics", "http://127.0.0.1:9180"}).metrics_url == "http://127.0.0.1:9180/metrics");
    const Options told = options({"--metrics", "127.0.0.1:9180/m", "--metrics-token", "t", "--reconcile", "report"});
    BOOST_TEST(told.metrics_url == "http://127.0.0.1:9180/m");
    BOOST_TEST(told.metrics_token == "t");
    BOOST_TEST((told.reconcile == Reconcile::report));
    BOOST_TEST(problem_of({"--metrics", "http://x:y/"}) ==
               "--metrics: URL: expected a port of 1 to 65535, got \"http://x:y/\"");
    BOOST_TEST(problem_of({"--metrics", "x", "--metrics-token", "a\nb"}) ==
               "--metrics-token: expected a token that fits a header line");
    BOOST_TEST(problem_of({"--metrics", "x", "--reconcile", "sometimes"}) ==
               "--reconcile: expected off, report, strict, got \"sometimes\"");
}

BOOST_AUTO_TEST_CASE(verdicts_are_checked_before_the_run) {
    const Options told = options({"--threshold", "p99{2xx}<50ms", "--threshold", "rate(5xx)<0.1%", "--expect",
                                  "2xx,429"});
    BOOST_TEST(told.thresholds == (std::vector<std::string>{"p99{2xx}<50ms", "rate(5xx)<0.1%"}),
               boost::test_tools::per_element());
    BOOST_TEST(told.expected == (std::vector<std::string>{"2xx", "429"}), boost::test_tools::per_element());
    BOOST_TEST(problem_of({"--threshold", "p99<fast"}).starts_with("--threshold: "));
    BOOST_TEST(problem_of({"--expect", "2yy"}).starts_with("--expect: expected "));
    BOOST_TEST(problem_of({"--expect", ""}).starts_with("--expect: expected "));
}

BOOST_AUTO_TEST_CASE(a_closed_loop_has_no_send_lag_to_judge) {
    BOOST_TEST(problem_of({"--threshold", "send_lag_p99<1ms"}) ==
               "--threshold: \"send_lag_p99<1ms\": requests are late by a schedule, say --rate or --stages; without it "
               "there is no send_lag");
    BOOST_TEST(problem_of({"--threshold", "send_lag_max<1ms", "-R", "0"}).starts_with("--threshold: "));
    BOOST_TEST(options({"--threshold", "send_lag_p99<1ms", "-R", "5"}).thresholds.size() == 1u);
    BOOST_TEST(options({"--threshold", "send_lag_p99<1ms", "--stages", "1s:5"}).thresholds.size() == 1u);
    BOOST_TEST(problem_of({"--threshold", "send_lag_p99<1ms", "-R", "fast"}).starts_with("--rate: expected"));
}

BOOST_AUTO_TEST_CASE(addresses_in_brackets_are_urls_like_any_other) {
    const Options told = options({"[::1]"});
    BOOST_TEST_REQUIRE(told.targets.size() == 2u);
    BOOST_TEST(told.targets[0].url.host == "::1");
    BOOST_TEST(problem_of({"[a,b]"}) == "URL: expected an IPv6 address in [], got \"[a,b]\"");
    BOOST_TEST(options({"-b", "[1,2]"}).targets[0].body == "[1,2]");
    BOOST_TEST(options({"[::1]", "-c", "3", "http://[::1]/"}).targets.size() == 3u);
}

BOOST_AUTO_TEST_CASE(requests_that_cannot_be_are_told_with_all_other_mistakes) {
    BOOST_TEST(problem_of({"-c", "0", "-H", "X-Request-Id: mine", "http://[::1]/", "-m", "get"}) ==
               "--connections: expected 1 to 1000000, got \"0\"\n"
               "--method: expected a method such as GET, got \"get\"; did you mean \"GET\"?\n"
               "header \"X-Request-Id\" carries the request's id; say --request-id off, or another name there");
    BOOST_TEST(problem_of({"--request-id", "a b", "-H", "Host: a", "-H", "host: b"}) ==
               "--request-id: expected a header name, got \"a b\"\nheader \"Host\" is said twice");
}

BOOST_AUTO_TEST_CASE(reports_go_to_files_that_can_be_written) {
    const tollgate::test::TemporaryFolder folder;
    const std::string json = (folder / "a.json").string(), html = (folder / "a.html").string();
    const Options told = options({"-f", "csv", "-o", json, "-o", html, "--slowest", "0", "--live", "off"});
    BOOST_TEST((told.format == Format::csv));
    BOOST_TEST_REQUIRE(told.outputs.size() == 2u);
    BOOST_TEST((told.outputs[0].format == Format::json && told.outputs[0].path == json && !told.outputs[0].append));
    BOOST_TEST((told.outputs[1].format == Format::html));
    BOOST_TEST(told.slowest == 0u);
    BOOST_TEST(told.quiet);
    BOOST_TEST(options({"--quiet"}).quiet);
    BOOST_TEST(!options({"--live", "auto"}).quiet);
    BOOST_TEST(problem_of({"-f", "jsno"}) ==
               "--format: expected one of text, json, csv, html, hgrm, hlog, svg, summary, got \"jsno\"; "
               "did you mean \"json\"?");
    BOOST_TEST(problem_of({"-o", json, "-o", json}) == "--output: \"" + json + "\" is said twice");
    BOOST_TEST(problem_of({"-o", "result"}) ==
               "--output: expected a file that ends with one of .txt, .json, .csv, .html, .hgrm, .hlog, .svg, .log, "
               "got \"result\"");
    BOOST_TEST(problem_of({"-o", "/nowhere/a.json"}) ==
               "--output: expected a file in a folder that is there, got \"/nowhere/a.json\"");
    std::filesystem::create_directory(folder / "b.json");
    BOOST_TEST(problem_of({"-o", (folder / "b.json").string()}).ends_with("is a folder"));
}

BOOST_AUTO_TEST_CASE(a_config_of_an_earlier_load_tester_is_all_that_must_be_said) {
    const tollgate::test::TemporaryFolder folder;
    const std::string config = (folder / "config.json").string();
    std::ofstream{config} << R"({"tries": 100, "api_key": "s3cret", "proxy_url": "http://127.0.0.1:8000/proxy"})";
    const Options told = options_of(said({"--config", config}));
    BOOST_TEST((told.requests == 100u && !told.duration));
    BOOST_TEST(told.rate == 20);
    BOOST_TEST((told.arrival == Arrival::constant));
    BOOST_TEST((told.timeout == 10s));
    BOOST_TEST(told.most_in_flight == 200u);
    BOOST_TEST_REQUIRE(told.targets.size() == 1u);
    BOOST_TEST(told.targets[0].name() == "GET http://127.0.0.1:8000/proxy");
    BOOST_TEST_REQUIRE(told.keys.size() == 1u);
    BOOST_TEST(told.keys[0].value == "s3cret");
    BOOST_TEST(told.key_header == "X-API-Key");
    BOOST_TEST_REQUIRE(told.outputs.size() == 1u);
    BOOST_TEST((told.outputs[0].format == Format::summary && told.outputs[0].path == "logs/rate_limit.log"));
    BOOST_TEST(told.outputs[0].append);
    BOOST_TEST(told.shown_command.find("s3cret") == std::string::npos);
    const Options other = options_of(said({"--config", config, "-n", "7", "-R", "5", "--timeout", "1s", "-H", "A: b"}));
    BOOST_TEST((other.requests == 7u && other.rate == 5 && other.timeout == 1s && other.headers.size() == 1));
    BOOST_TEST(problem_of({"--config", config, "--keys", "5"}) == "--keys: the file of --config says that\n"
                                                                  "URL: the file of --config says that");
    BOOST_TEST(problem_without_url({"--config", config, "-o", "logs/rate_limit.log"}) ==
               "--output: \"logs/rate_limit.log\" is what --config writes to");
    BOOST_TEST(problem_without_url({"--config", "/nowhere"}) ==
               "--config: cannot read \"/nowhere\": No such file or directory");
}

BOOST_AUTO_TEST_CASE(the_shown_command_tells_no_secret) {
    const RunWords words = said({"http://user:s3cret@x/a?token=s3cret&page=2", "-H", "Authorization: s3cret", "-H",
                                 "cookie: s3cret", "-H", "s3cret", "-H", "Accept: it's", "--metrics", "x?key=s3cret",
                                 "--metrics-token", "s3cret", "-b", "password=s3cret", "-R", "4k", "-k"});
    BOOST_TEST(shown_command(words) ==
               "loadtester 'http://...@x/a?token=...&page=2' --rate 4k --header 'Authorization: ...' "
               "--header 'cookie: ...' --header ... --header 'Accept: it'\\''s' --body '(15 bytes)' --insecure "
               "--metrics 'x?key=...' --metrics-token ...");
    BOOST_TEST(shown_command(said({"-b", "@f", "x"})) == "loadtester x --body @f");
}

BOOST_AUTO_TEST_CASE(words_for_other_load_testers_have_hints) {
    BOOST_TEST(hint_for("-s") == "; there are no scripts; say --targets, --keys or --stages");
    BOOST_TEST(hint_for("--rps") == "; say --rate");
    BOOST_TEST(hint_for("--nonsense") == "");
}

BOOST_AUTO_TEST_CASE(the_manual_and_the_help_tell_of_the_same_flags) {
    std::ifstream page{tollgate::test::source_folder() + "/docs/load-testing.md"};
    BOOST_TEST_REQUIRE(page.good());
    std::multiset<std::string> documented, known;
    bool of_run = false;  // the other sections have other commands
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("## ")) of_run = line == "## What to ask for";
        if (of_run && line.starts_with("| `-")) documented.insert(line.substr(2, line.find(" |", 2) - 2));
    }
    for (const Flag& flag : run_flags()) {
        std::string names{flag.names};
        for (std::size_t at = 0; (at = names.find(',', at)) != names.npos; at += 4) names.replace(at, 1, "`, `");
        std::string value{flag.value};  // in a cell a bar ends it
        for (std::size_t at = 0; (at = value.find('|', at)) != value.npos; at += 2) value.replace(at, 1, "\\|");
        known.insert("`" + names + (value.empty() ? "" : " " + value) + "`");
    }
    BOOST_TEST(documented == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_help_tells_of_every_flag) {
    CLI::App app;
    RunWords run;
    run.attach(app);
    const std::string help = app.help();
    for (const Flag& flag : run_flags())
        BOOST_TEST(help.find("--" + std::string{flag.name}) != std::string::npos, flag.name);
    // Beside --help there is nothing else.
    BOOST_TEST(app.get_options().size() == run_flags().size() + 2);
}

BOOST_AUTO_TEST_SUITE_END()

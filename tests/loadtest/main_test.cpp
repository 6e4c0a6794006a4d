// tests/loadtest/main_test.cpp - the program's own command line: subcommands, an implied `run`, help, exit codes.
#include "loadtest/exit_codes.h"
#include "support/child_process.h"
#include "support/places.h"
#include "support/temporary_folder.h"
#include "support/upstream_process.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::loadtest;

namespace {

test::Finished loadtester(std::vector<std::string> words) {
    words.insert(words.begin(), test::build_folder() + "/bin/loadtester");
    return test::run(words);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_main)

BOOST_AUTO_TEST_CASE(help_and_version_go_to_stdout_and_are_no_mistakes) {
    for (const char* word : {"--help", "-h"}) {
        const test::Finished said = loadtester({word});
        BOOST_TEST(said.code == exit_passed);
        BOOST_TEST(said.out.find("run") != std::string::npos);
        BOOST_TEST(said.err == "");
    }
    const test::Finished version = loadtester({"--version"});
    BOOST_TEST(version.code == exit_passed);
    BOOST_TEST(version.out.starts_with("loadtester "));
    const test::Finished run = loadtester({"run", "--help"});
    BOOST_TEST(run.code == exit_passed);
    BOOST_TEST(run.out.find("URL") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_said_shows_the_help_as_a_mistake) {
    const test::Finished said = loadtester({});
    BOOST_TEST(said.code == exit_usage);
    BOOST_TEST(said.out == "");
    BOOST_TEST(said.err.find("loadtester run --help") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(unknown_commands_are_guessed) {
    const test::Finished slip = loadtester({"rnu", "http://127.0.0.1/"});
    BOOST_TEST(slip.code == exit_usage);
    BOOST_TEST(slip.err == "loadtester: unknown command \"rnu\"; did you mean \"run\"?\n");
    const test::Finished host = loadtester({"gateway"});
    BOOST_TEST(host.code == exit_usage);
    BOOST_TEST(host.err == "loadtester: unknown command \"gateway\"; a host of that name is written http://HOST/\n");
}

BOOST_AUTO_TEST_CASE(run_is_implied_before_a_url_and_before_an_option) {
    const std::string mistake = "loadtester: URL: expected a port of 1 to 65535, got \"http://127.0.0.1:0/\"\n";
    BOOST_TEST(loadtester({"http://127.0.0.1:0/"}).err == mistake);
    BOOST_TEST(loadtester({"run", "http://127.0.0.1:0/"}).err == mistake);
    BOOST_TEST(loadtester({"localhost:0"}).err ==
               "loadtester: URL: expected a port of 1 to 65535, got \"localhost:0\"\n");
    BOOST_TEST(loadtester({"--help"}).code == exit_passed);
}

BOOST_AUTO_TEST_CASE(unknown_options_are_guessed_also_those_of_other_load_testers) {
    const std::pair<std::vector<std::string>, std::string> rows[] = {
        {{"--conections", "5", "x.y"}, "unknown option \"--conections\"; did you mean \"--connections\"?"},
        {{"-s", "x.lua", "x.y"}, "unknown option \"-s\"; there are no scripts; say --targets, --keys or --stages"},
        {{"--rps=5", "x.y"}, "unknown option \"--rps\"; say --rate"},
        {{"x.y", "-R"}, "--rate: expected N, got none"},
    };
    for (const auto& [words, mistake] : rows) {
        const test::Finished said = loadtester(words);
        BOOST_TEST(said.code == exit_usage);
        BOOST_TEST(said.err == "loadtester: " + mistake + "\n");
    }
}

BOOST_AUTO_TEST_CASE(every_mistake_is_a_line_of_its_own) {
    BOOST_TEST(loadtester({"x.y", "-R", "fast", "-c", "none"}).err ==
               "loadtester: --connections: expected a whole number such as 1000 or 10k, got \"none\"\n"
               "loadtester: --rate: expected requests a second such as 4000 or 10k, got \"fast\"\n");
}

BOOST_AUTO_TEST_CASE(unknown_options_are_told_with_all_other_mistakes) {
    const std::string others = "loadtester: --connections: expected 1 to 1000000, got \"0\"\n"
                               "loadtester: --duration: expected a duration such as 30s, 1m30s or 250ms; did you mean "
                               "--body?\n";
    const test::Finished said = loadtester({"-d", "x", "-c", "0", "--foo", "http://127.0.0.1/"});
    BOOST_TEST(said.code == exit_usage);
    BOOST_TEST(said.err == "loadtester: unknown option \"--foo\"\n" + others);
    // Its value is no URL.
    BOOST_TEST(loadtester({"-d", "x", "-c", "0", "--data", R"({"password":"s3cret"})", "http://127.0.0.1/"}).err ==
               "loadtester: unknown option \"--data\"; say --body\n" + others);
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_told_in_our_words) {
    BOOST_TEST(loadtester({"report"}).err == "loadtester: report: expected RUN, got none\n");
    BOOST_TEST(loadtester({"compare", "a.json"}).err == "loadtester: compare: expected B, got none\n");
}

BOOST_AUTO_TEST_CASE(no_code_of_the_parser_leaks) {
    const std::vector<std::vector<std::string>> mistakes{
        {"run"}, {"run", "--nonsense", "http://127.0.0.1/"}, {"--nonsense"}, {"run", "http://127.0.0.1:x/"}, {""},
        {"-"},   {"--"},  {"run", "--version=3"}};
    for (const auto& words : mistakes) {
        const test::Finished said = loadtester(words);
        BOOST_TEST(said.code == exit_usage, words.front());
        BOOST_TEST(said.err.starts_with("loadtester: "), said.err);
        BOOST_TEST(said.out == "");
    }
}

BOOST_AUTO_TEST_CASE(a_config_of_an_earlier_load_tester_is_run_and_appended_to_its_log) {
    test::UpstreamProcess upstream{{"--echo"}};
    const test::TemporaryFolder folder;
    std::ofstream{folder / "config.json"} << R"({"tries": 3, "api_key": "s3cret", "proxy_url": "http://)"
                                          << upstream.address() << "/proxy\"}";
    const std::string command = "cd " + folder.path().string() + " && " + test::build_folder() +
                                "/bin/loadtester --config config.json";
    for (int times = 1; times <= 2; ++times) {
        const test::Finished run = test::run({"/bin/sh", "-c", command});
        BOOST_TEST(run.code == exit_passed, run.err);
        BOOST_TEST((run.out + run.err).find("s3cret") == std::string::npos);
        std::ifstream log{folder / "logs" / "rate_limit.log"};
        std::size_t lines = 0, totals = 0;
        for (std::string line; std::getline(log, line); ++lines) totals += line.ends_with(" Total requests: 3");
        BOOST_TEST(lines == 5u * times);
        BOOST_TEST(totals == 1u * times);
    }
}

BOOST_AUTO_TEST_SUITE_END()

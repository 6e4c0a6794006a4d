// tests/loadtest/main_test.cpp - the program's own command line: subcommands, an implied `run`, help, exit codes.
#include "loadtest/exit_codes.h"
#include "support/child_process.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>

using namespace tollgate;
using namespace tollgate::loadtest;

namespace {

struct Said {
    int code;
    std::string out, err;
};

Said loadtester(std::vector<std::string> words) {
    test::TemporaryFolder folder;
    words.insert(words.begin(), TOLLGATE_BINARY_DIR "/bin/loadtester");
    test::ChildProcess process{words, folder.path() / "stdout"};
    const int code = process.wait();
    std::stringstream out;
    out << std::ifstream{folder.path() / "stdout"}.rdbuf();
    return {code, out.str(), process.stderr_text()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_main)

BOOST_AUTO_TEST_CASE(help_and_version_go_to_stdout_and_are_no_mistakes) {
    for (const char* word : {"--help", "-h"}) {
        const Said said = loadtester({word});
        BOOST_TEST(said.code == exit_passed);
        BOOST_TEST(said.out.find("run") != std::string::npos);
        BOOST_TEST(said.err == "");
    }
    const Said version = loadtester({"--version"});
    BOOST_TEST(version.code == exit_passed);
    BOOST_TEST(version.out.starts_with("loadtester "));
    const Said run = loadtester({"run", "--help"});
    BOOST_TEST(run.code == exit_passed);
    BOOST_TEST(run.out.find("URL") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_said_shows_the_help_as_a_mistake) {
    const Said said = loadtester({});
    BOOST_TEST(said.code == exit_usage);
    BOOST_TEST(said.out == "");
    BOOST_TEST(said.err.find("loadtester run --help") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(unknown_commands_are_guessed) {
    const Said slip = loadtester({"rnu", "http://127.0.0.1/"});
    BOOST_TEST(slip.code == exit_usage);
    BOOST_TEST(slip.err == "loadtester: unknown command \"rnu\"; did you mean \"run\"?\n");
    const Said host = loadtester({"gateway"});
    BOOST_TEST(host.code == exit_usage);
    BOOST_TEST(host.err == "loadtester: unknown command \"gateway\"; a host of that name is written http://HOST/\n");
}

BOOST_AUTO_TEST_CASE(run_is_implied_before_a_url_and_before_an_option) {
    const std::string mistake = "loadtester: URL: expected a port of 1 to 65535, got \"http://127.0.0.1:0/\"\n";
    BOOST_TEST(loadtester({"http://127.0.0.1:0/"}).err == mistake);
    BOOST_TEST(loadtester({"run", "http://127.0.0.1:0/"}).err == mistake);
    BOOST_TEST(loadtester({"localhost:0"}).err == "loadtester: URL: expected a port of 1 to 65535, got \"localhost:0\"\n");
    BOOST_TEST(loadtester({"--help"}).code == exit_passed);
}

BOOST_AUTO_TEST_CASE(no_code_of_the_parser_leaks) {
    const std::vector<std::vector<std::string>> mistakes{
        {"run"}, {"run", "--nonsense", "http://127.0.0.1/"}, {"--nonsense"}, {"run", "http://127.0.0.1:x/"}, {""}, {"-"},
        {"--"},  {"run", "--version=3"}};
    for (const auto& words : mistakes) {
        const Said said = loadtester(words);
        BOOST_TEST(said.code == exit_usage, words.front());
        BOOST_TEST(said.err.starts_with("loadtester: "), said.err);
        BOOST_TEST(said.out == "");
    }
}

BOOST_AUTO_TEST_SUITE_END()

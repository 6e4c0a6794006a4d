// tests/loadtest/report_command_test.cpp - `loadtester report` and `compare`: saved runs, files, mistakes, exit codes.
#include "loadtest/exit_codes.h"
#include "loadtest/report.h"
#include "loadtest/sample_run.h"
#include "support/child_process.h"
#include "support/places.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_report_command)

namespace {

test::Finished loadtester(std::vector<std::string> words) {
    words.insert(words.begin(), test::build_folder() + "/bin/loadtester");
    return test::run(words);
}

struct Saved {
    Saved() {
        write_file(a, render(run(1), Format::json));
        write_file(b, render(run(2, 1.5), Format::json));
    }
    // One that ended well: others pass no limit.
    static Results run(unsigned seed, double slower = 1, int seconds = 10) {
        Results run = sample_run(seed, seconds, slower);
        run.exit_code = exit_passed;
        return run;
    }
    test::TemporaryFolder folder;
    std::string a = (folder / "a.json").string(), b = (folder / "b.json").string();
};

std::string content(const std::filesystem::path& path) {
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_saved_run_is_told_again_in_any_format, Saved) {
    const Results run = Saved::run(1);
    for (const auto& [name, format] : {std::pair{"text", Format::text}, {"json", Format::json}, {"csv", Format::csv},
                                       {"html", Format::html}, {"hgrm", Format::hgrm}, {"hlog", Format::hlog},
                                       {"svg", Format::svg}, {"summary", Format::summary}}) {
        const test::Finished said = loadtester({"report", a, "-f", name});
        BOOST_TEST(said.code == exit_passed);
        BOOST_TEST(said.err == "");
        BOOST_TEST((said.out == render(run, format)), name);
    }
    BOOST_TEST(loadtester({"report", a}).out == render(run, Format::text));
    BOOST_TEST(loadtester({"report", a, "-f", "hgrm", "--only", "429"}).out ==
               render(run, Format::hgrm, {.colour = false, .only = StatusClass::limited}));
}

BOOST_FIXTURE_TEST_CASE(files_are_written_instead_or_besides, Saved) {
    const std::string page = (folder / "run.html").string(), table = (folder / "run.csv").string();
    const test::Finished quiet = loadtester({"report", a, "-o", page, "-o", table});
    BOOST_TEST(quiet.code == exit_passed);
    BOOST_TEST(quiet.out == "");
    BOOST_TEST((content(page) == render(Saved::run(1), Format::html)));
    BOOST_TEST((content(table) == render(Saved::run(1), Format::csv)));
    BOOST_TEST(loadtester({"report", a, "-o", page, "-f", "summary"}).out ==
               render(Saved::run(1), Format::summary));
}

BOOST_FIXTURE_TEST_CASE(mistakes_are_one_line_and_exit_2, Saved) {
    const std::string torn = (folder / "torn.json").string(), missing = (folder / "missing.json").string();
    write_file(torn, content(a).substr(0, 5000));
    const std::pair<std::vector<std::string>, std::string> cases[] = {
        {{"report", missing}, "cannot read \"" + missing + "\": No such file or directory\n"},
        {{"report", a, "-f", "jsn"},
         "--format: expected one of text, json, csv, html, hgrm, hlog, svg, summary, got \"jsn\"; did you mean \"json\"?\n"},
        {{"report", a, "-o", "x.xml"},
         "--output: expected a file that ends with one of .txt, .json, .csv, .html, .hgrm, .hlog, .svg, .log, got \"x.xml\"\n"},
        {{"report", a, "--only", "2xx"}, "--only: expected -f hgrm with it\n"},
        {{"report", a, "-f", "hgrm", "--only", "6xx"},
         "--only: expected one of 1xx, 2xx, 3xx, 4xx, 429, 5xx, got \"6xx\"\n"},
        {{"compare", a, missing}, "cannot read \"" + missing + "\": No such file or directory\n"},
        {{"compare", a, b, "--max-regress", "5"}, "--max-regress: expected a percentage such as 5%, got \"5\"\n"},
        {{"compare", a, b, "--max-regress", "-1%"}, "--max-regress: expected a percentage such as 5%, got \"-1%\"\n"},
        {{"compare", a, b, "-f", "csv"}, "--format: expected text or json, got \"csv\"\n"},
    };
    for (const auto& [words, expected] : cases) {
        const test::Finished said = loadtester(words);
        BOOST_TEST(said.code == exit_usage);
        BOOST_TEST(said.out == "");
        BOOST_TEST(said.err == "loadtester: " + expected);
    }
    const test::Finished said = loadtester({"report", torn});
    BOOST_TEST(said.code == exit_usage);
    BOOST_TEST(
        said.err.starts_with("loadtester: " + torn + ": expected JSON as `loadtester -f json` writes it, whole: "));
}

BOOST_FIXTURE_TEST_CASE(what_stdout_does_not_take_is_an_error, Saved) {
    const std::string program = test::build_folder() + "/bin/loadtester";
    for (const std::string& words : {"report " + a, "report " + a + " -f csv", "compare " + a + ' ' + a,
                                     "compare " + a + ' ' + a + " -f json --max-regress 5%"}) {
        const test::Finished said = test::run({"/bin/sh", "-c", program + ' ' + words + " >/dev/full"});
        BOOST_TEST(said.code == exit_internal, words);
        BOOST_TEST(said.err == "loadtester: stdout took only a part of the report\n");
    }
}

BOOST_FIXTURE_TEST_CASE(regressions_exit_with_99, Saved) {
    const test::Finished said = loadtester({"compare", a, b});
    BOOST_TEST(said.code == exit_passed);
    BOOST_TEST(said.out.find("  slower\n") != std::string::npos);
    BOOST_TEST(loadtester({"compare", a, b, "--max-regress", "5%"}).code == exit_threshold);
    BOOST_TEST(loadtester({"compare", a, b, "--max-regress", "100%"}).code == exit_passed);
    BOOST_TEST(loadtester({"compare", b, a, "--max-regress", "5%"}).code == exit_passed);
    BOOST_TEST(loadtester({"compare", a, b, "--max-regress", "5%", "-f", "json"}).out.find("\n \"exit\":99\n") !=
               std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_judged_exits_with_4, Saved) {
    write_file(b, render(run(2, 1, 5), Format::json));
    BOOST_TEST(loadtester({"compare", a, b}).code == exit_passed);
    const test::Finished said = loadtester({"compare", a, b, "--max-regress", "5%"});
    BOOST_TEST(said.code == exit_invalid);
    BOOST_TEST(said.out.find("NOT JUDGED  throughput, ") != std::string::npos);
    const std::string json = loadtester({"compare", a, b, "--max-regress", "5%", "-f", "json"}).out;
    BOOST_TEST(json.find("\n \"exit\":4\n") != std::string::npos);
    BOOST_TEST(json.find("\"not_judged\":[\n  \"throughput\",") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(runs_that_were_told_differently_are_not_compared_unasked, Saved) {
    Results other = sample_run(2, 10);
    other.configuration["rate"] = "500";
    write_file(b, render(other, Format::json));
    const test::Finished said = loadtester({"compare", a, b});
    BOOST_TEST(said.code == exit_usage);
    BOOST_TEST(said.err == "loadtester: compare: the two runs were told differently, rate: \"400\" and \"500\"; "
                           "--force compares them all the same\n");
    const test::Finished forced = loadtester({"compare", a, b, "--force"});
    BOOST_TEST(forced.code == exit_passed);
    BOOST_TEST(forced.out.find("told differently: rate: \"400\" and \"500\"\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

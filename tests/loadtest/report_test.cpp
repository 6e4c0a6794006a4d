// tests/loadtest/report_test.cpp - names and endings of formats; CSV and the summary; files that cannot be written.
#include "loadtest/report.h"

#include "loadtest/sample_run.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_report)

namespace {

template <class Call>
std::string problem(Call call) {
    try {
        call();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "nothing";
}

std::string content(const std::filesystem::path& path) {
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(formats_have_names_and_endings) {
    BOOST_TEST((format_of_name("html") == Format::html));
    BOOST_TEST((format_of_path("runs/a.b.json") == Format::json));
    BOOST_TEST((format_of_path("logs/rate_limit.log") == Format::summary));
    BOOST_TEST(problem([] { format_of_name("jsn"); }) ==
               R"(--format: expected one of text, json, csv, html, hgrm, hlog, svg, summary, got "jsn"; did you mean "json"?)");
    BOOST_TEST(
        problem([] { format_of_path("run.xml"); }) ==
        R"(--output: expected a file that ends with one of .txt, .json, .csv, .html, .hgrm, .hlog, .svg, .log, got "run.xml")");
}

BOOST_AUTO_TEST_CASE(every_output_is_tried_and_each_failure_told) {
    const tollgate::test::TemporaryFolder folder;
    const std::string missing = (folder / "no" / "run.csv").string(), full = "/dev/full";
    const std::string good = (folder / "run.log").string();
    const Results run = sample_run();
    BOOST_TEST(
        problem([&] {
            write_outputs(run, {{Format::csv, missing}, {Format::json, full}, {Format::summary, good}});
        }) ==
        missing +
            ": cannot be written: No such file or directory\n/dev/full: cannot be written: No space left on device");
    BOOST_TEST(content(good) == render(run, Format::summary));
}

BOOST_AUTO_TEST_CASE(the_summary_has_five_lines) {
    BOOST_TEST(render(sample_run(), Format::summary) ==
R"(2026-11-21T09:00:00.123Z Total requests: 12005
2026-11-21T09:00:00.123Z Successful requests: 4350
2026-11-21T09:00:00.123Z Rate limited requests: 7530 (429); not 200: 8255
2026-11-21T09:00:00.123Z Average latency: 0.000589 seconds
2026-11-21T09:00:00.123Z Status codes: 200: 3750, 201: 600, 429: 7530, 503: 120, no answer: 5
)");
    BOOST_TEST(has(render(Results{}, Format::summary), "Status codes: none\n"));
}

BOOST_AUTO_TEST_CASE(csv_has_a_figure_a_row) {
    const std::string csv = render(sample_run(), Format::csv);
    BOOST_TEST(csv.starts_with("section,name,metric,value\r\nrun,,id,7f3a90c1\r\n"));
    for (const std::string_view row :
         {"run,,shape,\"open loop 400/s constant, 30 s, 2 threads, 64 connections, 2 keys\"\r\n",
          "ledger,,sent,12005\r\n", "ledger,,balanced,1\r\n", "status,2xx,count,4350\r\n", "status,3xx,count,0\r\n",
          "code,503,count,120\r\n", "error,refused,count,3\r\n", "target,GET http://127.0.0.1:8080/orders,2xx,3330\r\n",
          "key,key-2,unanswered,5\r\n", "timeline,4,unanswered,5\r\n", "gateway,GET /orders 429,server,8107\r\n",
          "gateway,,residual,101\r\n", "threshold,p99{2xx}<50ms,ok,1\r\n", "expected,,unexpected,125\r\n",
          "verdict,,exit,4\r\n"})
        BOOST_TEST_CONTEXT(row) BOOST_TEST(has(csv, row));
    // Four fields in each.
    std::size_t begin = 0, rows = 0;
    for (std::size_t end; (end = csv.find("\r\n", begin)) != csv.npos; begin = end + 2, ++rows) {
        std::size_t fields = 1;
        bool quoted = false;
        for (const char letter : csv.substr(begin, end - begin)) {
            if (letter == '"') quoted = !quoted;
            fields += letter == ',' && !quoted ? 1 : 0;
        }
        if (fields != 4) BOOST_TEST(csv.substr(begin, end - begin) == "");
    }
    BOOST_TEST(rows > 500u);
    BOOST_TEST(begin == csv.size());
}

BOOST_AUTO_TEST_CASE(csv_quotes_and_is_no_formula_and_no_escape) {
    Results run = small_run();
    run.keys.resize(3);
    run.keys[0].name = "=cmd|'/c calc'!A0";
    run.keys[1].name = "a \"b\", c";
    run.keys[2].name = "\x1b[2J\nd\t";
    run.url = "http://127.0.0.1/\x1b]0;title\a";
    const std::string csv = render(run, Format::csv);
    BOOST_TEST(has(csv, "\r\nkey,'=cmd|'/c calc'!A0,2xx,0\r\n"));
    BOOST_TEST(has(csv, "\r\nkey,\"a \"\"b\"\", c\",2xx,0\r\n"));
    BOOST_TEST(has(csv, "\r\nkey,\\x1b[2J\\nd\\t,2xx,0\r\n"));
    for (const char letter : csv)
        if (letter != '\r' && letter != '\n') BOOST_REQUIRE(static_cast<unsigned char>(letter) >= ' ');
}

BOOST_AUTO_TEST_SUITE_END()

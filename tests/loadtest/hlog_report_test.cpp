// tests/loadtest/hlog_report_test.cpp - the interval log has HistogramLogWriter's lines, and whole histograms in them.
#include "loadtest/hdr_encoding.h"
#include "loadtest/report.h"
#include "loadtest/sample_run.h"

#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_hlog_report)

BOOST_AUTO_TEST_CASE(there_is_a_tagged_line_for_each_interval_and_class) {
    const Results run = small_run();
    std::istringstream log{render(run, Format::hlog)};
    std::string line;
    for (const std::string& expected :
         {std::string{"#[loadtester 0.1.0, run 00c0ffee, http://127.0.0.1:8080/]"},
          std::string{"#[Histogram log format version 1.3]"},
          std::string{"#[StartTime: 1795251600.123 (seconds since epoch), 2026-11-21T09:00:00.123Z]"},
          std::string{"#[BaseTime: 1795251600.123 (seconds since epoch), 2026-11-21T09:00:00.123Z]"},
          std::string{R"("StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram")"},
          "Tag=2xx,0.000,1.000,3.000," + to_hdr(run.timeline[0].response[1]),
          "Tag=429,0.000,1.000,0.500," + to_hdr(run.timeline[0].response[4]),
          "Tag=2xx,1.000,1.000,4.000," + to_hdr(run.timeline[1].response[1])}) {
        BOOST_REQUIRE(std::getline(log, line));
        BOOST_TEST(line == expected);
    }
    BOOST_TEST(!std::getline(log, line));
}

BOOST_AUTO_TEST_CASE(all_answers_are_in_it) {
    const Results run = sample_run();
    std::istringstream log{render(run, Format::hlog)};
    std::uint64_t samples = 0;
    for (std::string line; std::getline(log, line);)
        if (line.starts_with("Tag=")) samples += from_hdr(line.substr(line.rfind(',') + 1)).count();
    BOOST_TEST(samples == run.ledger.answered);
}

BOOST_AUTO_TEST_CASE(a_file_from_elsewhere_breaks_no_line) {
    Results run = small_run();
    run.started = "yesterday\n";
    run.url = "http://h/\nTag=2xx";
    const std::string log = render(run, Format::hlog);
    BOOST_TEST(log.starts_with("#[loadtester 0.1.0, run 00c0ffee, http://h/\\nTag=2xx]\n#[Histogram log format version "
                               "1.3]\n\"StartTimestamp\""));
}

BOOST_AUTO_TEST_SUITE_END()

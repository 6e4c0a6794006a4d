// tests/loadtest/text_report_test.cpp - what a terminal shows of a run.
#include "loadtest/report.h"
#include "loadtest/sample_run.h"
#include "loadtest/text_table.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_text_report)

namespace {

std::string report(const Results& run, bool colour = false) {
    return render(run, Format::text, {.colour = colour, .only = std::nullopt});
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_small_run_is_told_whole) {
    BOOST_TEST(report(small_run()) ==
R"(loadtester 0.1.0   run 00c0ffee   2026-11-21T09:00:00.123Z
http://127.0.0.1:8080/
closed loop, 2 s, 1 thread, 2 connections

ledger      planned 5  = sent 5      + never sent 0
            sent 5     = answered 5  + connection errors 0  + timeouts 0  + aborted 0   balanced
throughput  2.50/s answered, 2/s with 2xx; 2 s, 4.10kB received
            █▃  answered
            ▆█  p99

  status     count       %      p50      p90      p99    p99.9      max
  2xx (200)      4  80.00%  2.00 ms  4.00 ms  4.00 ms  4.00 ms  4.00 ms
  429            1  20.00%   500 us   500 us   500 us   500 us   500 us
  5xx            0   0.00%
  % of all sent; times from sending to the last byte

generator   ok   CPU 25% of 1 thread, the busiest 25%

PASSED
)");
}

BOOST_AUTO_TEST_CASE(an_empty_run_is_told_too) {
    Results run;
    run.exit_code = 3;
    run.verdict = {"not one answer came"};
    const std::string text = report(run);
    BOOST_TEST(has(text, "planned 0"));
    BOOST_TEST(has(text, "  2xx         0  0.00%\n"));
    BOOST_TEST(text.ends_with("UNREACHABLE (exit 3): not one answer came\n"));
}

BOOST_AUTO_TEST_CASE(all_that_is_wrong_is_told) {
    const std::string text = report(sample_run());
    for (const std::string_view part :
         {"+ never sent 1\n",
          "+ connection errors 3  + timeouts 1  + aborted 1   balanced\n",
          "of 400/s planned",
          "  2xx          4350  36.23%",
          "    201         600   5.00%",
          "  5xx (503)     120   1.00%",
          "  unanswered      5   0.04%\n",
          "    refused 3, timeout 2\n",
          "times from the planned instant",
          "\nservice     p50 ",
          "\ngenerator   TOO SLOW   send lag p99 4.0 us",
          "17 requests waited for a free connection\n",
          "\ngateway     NOT RECONCILED, residual 101: foreign traffic   ratelimit refused 8107   http",
          "GET /orders     429  8000 to 8006        8107  DIFFERS\n",
          "GET /orders       12108  550 us  500 us  900 us  2.10 ms\n",
          "its histogram of GET /orders cannot be right\n",
          "GET http://127.0.0.1:8080/orders   3330  5550  120       0           0 ",
          "key-2  2340  3540  120       0           5\n",
          "Jain's index of their 2xx: 0.9943",
          "slowest     id ",
          "7f3a90c1-001-0000008812   61.2 ms  61.2 ms  12.5 s  503     GET",
          "timeout  POST",
          "pass  p99{2xx}<50ms         2.10 ms\n",
          "FAIL  abort:rate(5xx)<0.1%  1.00%, ended the run\n",
          "FAIL  expected 2xx, 429     125 otherwise\n",
          "INVALID (exit 4): the generator could not keep its schedule\n  threshold rate(5xx)<0.1%: 1.00%\n"})
        BOOST_TEST_CONTEXT(part) BOOST_TEST(has(text, part));
}

BOOST_AUTO_TEST_CASE(long_lists_are_cut_and_say_so) {
    Results run = small_run();
    run.keys.resize(100);
    run.slowest.resize(10);
    const std::string text = report(run);
    BOOST_TEST(has(text, "            ... and 80 more (all are in the JSON)\n"));
    BOOST_TEST(has(text, "            ... and 5 more (all are in the JSON)\n"));
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') < 60);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_was_not_asked_is_not_a_reconciled_one) {
    Results run = small_run();
    run.gateway.emplace();
    run.gateway->url = "http://127.0.0.1:9180/metrics";
    run.gateway->problem = "refused";
    BOOST_TEST(has(report(run), "\ngateway     NOT ASKED   http://127.0.0.1:9180/metrics: refused\n"));
    run.gateway->problem = "";
    BOOST_TEST(has(report(run), "\ngateway     not compared   http"));
    run.gateway->limited_by_plugin = 12'345;
    BOOST_TEST(has(report(run), "\ngateway     not compared   ratelimit refused 12345   http"));
    run.gateway->limited_by_plugin = 0;
    run.gateway->compared = run.gateway->reconciled = true;
    BOOST_TEST(has(report(run), "\ngateway     reconciled, residual 0   http"));
}

BOOST_AUTO_TEST_CASE(a_ledger_that_does_not_balance_says_so) {
    Results run = small_run();
    run.ledger.sent = 6;
    BOOST_TEST(has(report(run), "DOES NOT BALANCE"));
}

BOOST_AUTO_TEST_CASE(colours_change_no_word) {
    const std::string plain = report(sample_run());
    std::string coloured = report(sample_run(), true);
    BOOST_TEST(has(coloured, "\x1b[31mFAIL\x1b[0m"));
    BOOST_TEST(!has(plain, "\x1b"));
    for (std::size_t at = 0; (at = coloured.find('\x1b')) != coloured.npos;)
        coloured.erase(at, coloured.find('m', at) + 1 - at);
    BOOST_TEST(coloured == plain);
}

BOOST_AUTO_TEST_CASE(what_users_named_cannot_steer_a_terminal) {
    Results run = sample_run();
    run.url = run.shape = run.targets[0].name = run.keys[0].name = run.slowest[0].id = run.gateway->rows[0].route =
        run.gateway->cause = run.thresholds[0].expression = run.verdict[0] = "\x1b[2Jx\n\xff";
    run.errors["\x1b"] = 1;
    const std::string text = report(run);
    BOOST_TEST(!has(text, "\x1b"));
    BOOST_TEST(has(text, "\\x1b[2Jx\\n\\xff"));
}

BOOST_AUTO_TEST_CASE(names_are_cut_between_letters) {
    BOOST_TEST(shortened("abcdefgh", 8) == "abcdefgh");
    BOOST_TEST(shortened("abcdefghi", 8) == "abcde...");
    BOOST_TEST(shortened("äöüäöüäöü", 8) == "äöüäö...");
}

BOOST_AUTO_TEST_CASE(sparklines_begin_at_zero) {
    BOOST_TEST(sparkline({0, 7, 3.5, 7}, 10) == "▁█▅█");
    BOOST_TEST(sparkline({}, 10) == "");
    BOOST_TEST(sparkline({0, 0}, 10) == "▁▁");
    BOOST_TEST(sparkline(std::vector<double>(600, 5), 60) == sparkline(std::vector<double>(60, 1), 60));
}

BOOST_AUTO_TEST_SUITE_END()

// tests/loadtest/verdict_test.cpp - each exit code, by which it is beaten, and the words beside it.
#include "loadtest/verdict.h"

#include "loadtest/exit_codes.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_verdict)

namespace {

// 90 x 200, 10 x 503, all in 5 ms.
Results run() {
    Results results;
    for (const auto& [status, count] : {std::pair{200, 90u}, std::pair{503, 10u}}) {
        results.codes[status].response.record(5'000'000, count);
        results.codes[status].service.record(5'000'000, count);
    }
    results.ledger = {.planned = 100, .sent = 100, .answered = 100};
    results.seconds = 1;
    return results;
}

void lose(Results& results, std::uint64_t timeouts) {
    results.ledger.planned += timeouts;
    results.ledger.sent += timeouts;
    results.ledger.timeouts += timeouts;
    results.errors["timeout"] += timeouts;
}

Results nothing_answered() {
    Results results;
    results.ledger = {.planned = 7, .sent = 7, .connection_errors = 7};
    results.errors = {{"refused", 4}, {"reset", 3}};
    return results;
}

Options asking_metrics(Reconcile how) {
    Options options;
    options.metrics_url = "http://127.0.0.1:9180/metrics";
    options.reconcile = how;
    return options;
}

using Lines = std::vector<std::string>;

void check(const Results& results, int code, const Lines& lines) {
    BOOST_TEST(results.exit_code == code);
    BOOST_TEST(results.verdict == lines, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_that_nothing_is_asked_of_passes) {
    Results results = run();
    lose(results, 5);
    judge(results, {});
    check(results, exit_passed, {});
    BOOST_TEST(results.unexpected == 0);
}

BOOST_AUTO_TEST_CASE(no_answer_at_all_is_unreachable) {
    Results results = nothing_answered();
    judge(results, {});
    check(results, exit_unreachable, {"unreachable: of 7 requests not one was answered (refused 4, reset 3)"});
}

BOOST_AUTO_TEST_CASE(nothing_sent_is_not_unreachable) {
    Results results;
    results.interrupted = true;
    judge(results, {});
    check(results, exit_interrupted, {"interrupted"});
}

BOOST_AUTO_TEST_CASE(a_ledger_that_does_not_balance_is_invalid) {
    Results results = run();
    results.ledger.never_sent = 1;
    judge(results, {});
    check(results, exit_invalid,
          {"invalid: the ledger does not balance: planned 100, never sent 1, sent 100, answered 100, without an answer "
           "0"});
}

BOOST_AUTO_TEST_CASE(a_bottleneck_is_invalid_in_an_open_loop_only) {
    Results results = run();
    results.generator.bottleneck = true;
    results.generator.problems = {"generator: 98% of a CPU", "generator: 3% of the plan was never sent"};
    judge(results, {});
    check(results, exit_passed, {});
    results.open_loop = true;
    judge(results, {});
    check(results, exit_invalid,
          {"invalid: generator: 98% of a CPU", "invalid: generator: 3% of the plan was never sent"});
    results.generator.problems.clear();
    judge(results, {});
    check(results, exit_invalid, {"invalid: the generator could not keep its schedule"});
}

BOOST_AUTO_TEST_CASE(strict_reconciling_wants_figures_that_agree) {
    Results results = run();
    const Options strict = asking_metrics(Reconcile::strict);
    judge(results, strict);
    check(results, exit_unreconciled, {"not reconciled: http://127.0.0.1:9180/metrics was not read"});
    results.gateway.emplace().problem = "answered 401";
    results.gateway->url = "http://127.0.0.1:9180/metrics";
    judge(results, strict);
    check(results, exit_unreconciled, {"not reconciled: http://127.0.0.1:9180/metrics: answered 401"});
    results.gateway.emplace().cause = "foreign traffic: 3 requests";
    results.gateway->residual = 3;
    judge(results, strict);
    check(results, exit_unreconciled, {"not reconciled: residual 3: foreign traffic: 3 requests"});
    results.gateway->reconciled = true;
    judge(results, strict);
    check(results, exit_passed, {});
}

BOOST_AUTO_TEST_CASE(reconciling_for_the_report_alone_fails_nothing) {
    for (const Reconcile how : {Reconcile::report, Reconcile::off}) {
        Results results = run();
        results.gateway.emplace().cause = "foreign traffic: 3 requests";
        judge(results, asking_metrics(how));
        check(results, exit_passed, {});
    }
}

BOOST_AUTO_TEST_CASE(thresholds_are_evaluated_and_broken_ones_told) {
    Results results = run();
    Options options;
    options.thresholds = {"p99<50ms", "rate(5xx)<0.1%", "p99{404}<1s"};
    judge(results, options);
    check(results, exit_threshold, {"threshold rate(5xx)<0.1%: 10.00%", "threshold p99{404}<1s: no sample"});
    BOOST_REQUIRE_EQUAL(results.thresholds.size(), 3u);
    BOOST_TEST(results.thresholds[0].holds);
    BOOST_TEST(!results.thresholds[1].holds);
    BOOST_TEST(results.thresholds[0].shown == "5.00 ms");
}

BOOST_AUTO_TEST_CASE(a_threshold_that_ended_the_run_stays_broken_and_is_no_interruption) {
    Results results = run();
    results.interrupted = true;
    results.thresholds = {{"abort:rate(5xx)<50%", 0.6, "ratio", "60.00%", false, true}};
    Options options;
    options.thresholds = {"abort:rate(5xx)<50%"};
    judge(results, options);
    check(results, exit_threshold, {"threshold abort:rate(5xx)<50%: 10.00%; it ended the run"});
    BOOST_TEST(results.thresholds.at(0).aborted_run);
}

BOOST_AUTO_TEST_CASE(everything_but_what_is_expected_is_counted) {
    Results results = run();
    results.codes[404].response.record(1, 3);
    results.ledger.answered += 3;
    lose(results, 2);
    results.ledger.planned += 3;
    results.ledger.sent += 3;
    Options options;
    options.expected = {"2xx", "404"};
    judge(results, options);
    check(results, exit_threshold, {"expected 2xx, 404: 12 requests ended otherwise (503 10, timeout 2)"});
    BOOST_TEST(results.unexpected == 12);
    BOOST_TEST(results.expected == options.expected, boost::test_tools::per_element());
    results.ledger.timeouts = 0;
    options.expected.emplace_back("5xx");
    judge(results, options);
    BOOST_TEST(results.unexpected == 0);
}

BOOST_AUTO_TEST_CASE(thresholds_may_ask_for_the_unexpected) {
    Results results = run();
    Options options;
    options.expected = {"2xx"};
    options.thresholds = {"rate(unexpected)<=10%"};
    judge(results, options);
    check(results, exit_threshold, {"expected 2xx: 10 requests ended otherwise (503 10)"});
    BOOST_TEST(results.thresholds.at(0).holds);
}

BOOST_AUTO_TEST_CASE(of_several_the_worst_is_the_exit_code_and_all_are_told) {
    // Each takes one reason away from a run that has all of them.
    Results results = nothing_answered();
    results.open_loop = results.interrupted = results.generator.bottleneck = true;
    Options options = asking_metrics(Reconcile::strict);
    options.thresholds = {"count(all)>0"};
    const std::string unreachable = "unreachable: of 7 requests not one was answered (refused 4, reset 3)",
                      invalid = "invalid: the generator could not keep its schedule",
                      unreconciled = "not reconciled: http://127.0.0.1:9180/metrics was not read",
                      threshold = "threshold count(all)>0: 0", interrupted = "interrupted";
    judge(results, options);
    check(results, exit_unreachable, {unreachable, invalid, unreconciled, threshold, interrupted});
    results.ledger = {.planned = 1, .sent = 1, .answered = 1};
    options.thresholds = {"count(all)>1"};
    judge(results, options);
    check(results, exit_invalid, {invalid, unreconciled, "threshold count(all)>1: 1", interrupted});
    results.generator.bottleneck = false;
    judge(results, options);
    check(results, exit_unreconciled, {unreconciled, "threshold count(all)>1: 1", interrupted});
    options.reconcile = Reconcile::report;
    judge(results, options);
    check(results, exit_threshold, {"threshold count(all)>1: 1", interrupted});
    options.thresholds.clear();
    judge(results, options);
    check(results, exit_interrupted, {interrupted});
}

BOOST_AUTO_TEST_CASE(what_is_no_threshold_is_thrown) {
    Results results = run();
    Options options;
    options.thresholds = {"p99"};
    BOOST_CHECK_THROW(judge(results, options), UsageError);
    options.thresholds.clear();
    options.expected = {"fine"};
    BOOST_CHECK_THROW(judge(results, options), UsageError);
}

BOOST_AUTO_TEST_SUITE_END()

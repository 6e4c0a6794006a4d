// tests/loadtest/threshold_test.cpp - what thresholds say of a run, and what is said of thresholds that are none.
#include "loadtest/threshold.h"

#include "loadtest/options.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_threshold)

namespace {

constexpr std::uint64_t ms = 1'000'000;

void answer(Results& results, int status, std::uint64_t times, std::uint64_t response, std::uint64_t service) {
    results.codes[status].response.record(response, times);
    results.codes[status].service.record(service, times);
    results.codes[status].in_time += times;
    results.ledger.planned += times;
    results.ledger.sent += times;
    results.ledger.answered += times;
}

// 1,000 requests in 10 s: 900 x 200 in 10 ms (half of it before they were sent), 80 x 429 in 1 ms, 10 x 503 in 100 ms,
// 6 timeouts, 3 connection errors, 1 aborted.
Results run() {
    Results results;
    answer(results, 200, 900, 10 * ms, 5 * ms);
    answer(results, 429, 80, ms, ms);
    answer(results, 503, 10, 100 * ms, 100 * ms);
    results.ledger.planned += 10;
    results.ledger.sent += 10;
    results.ledger.timeouts = 6;
    results.ledger.connection_errors = 3;
    results.ledger.aborted = 1;
    results.unexpected = 20;
    results.seconds = 10;
    results.answered_in_time = 990;
    results.connecting.record(2 * ms, 5);
    results.generator.send_lag.record(3 * ms, 1000);
    return results;
}

std::string problem_of(const std::string& text) {
    try {
        Threshold::parse(text);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "(taken)";
}

}  // namespace

BOOST_AUTO_TEST_CASE(values_and_their_limits) {
    const struct {
        const char* text;
        double value;
        const char* shown;
        bool holds;
    } table[] = {
        {"p50<50ms", 10 * ms, "10.0 ms", true},
        {"p50{2xx}<10ms", 10 * ms, "10.0 ms", false},
        {"p50{2xx}<=10ms", 10 * ms, "10.0 ms", true},
        {" p99.9 { 2xx , 429 } > 1us ", 10 * ms, "10.0 ms", true},
        {"max>=100ms", 100 * ms, "100 ms", true},
        {"max{200}==10ms", 10 * ms, "10.0 ms", true},
        {"min{all}!=1ms", ms, "1.00 ms", false},
        {"mean{503}<0.2s", 100 * ms, "100 ms", true},
        {"service_p99{2xx}<9ms", 5 * ms, "5.00 ms", true},
        {"service_mean{200}<1ms", 5 * ms, "5.00 ms", false},
        {"send_lag_p99<1ms", 3 * ms, "3.00 ms", false},
        {"connect_max<1s", 2 * ms, "2.00 ms", true},
        {"rate(5xx)<0.1%", 0.01, "1.00%", false},
        {"rate(5xx)<=0.01", 0.01, "1.00%", true},
        {"rate(2xx,429)>=98%", 0.98, "98.00%", true},
        {"rate(4xx)==0", 0, "0.00%", true},
        {"rate(all)<100%", 0.99, "99.00%", true},
        {"rate(errors)<1%", 0.01, "1.00%", false},
        {"count(errors)==10", 10, "10", true},
        {"count(timeout)<=6", 6, "6", true},
        {"count(conn_error)==0", 3, "3", false},
        {"count(aborted,timeout)<7", 7, "7", false},
        {"count(5xx,errors)<=20", 20, "20", true},
        {"count(all)>1k", 990, "990", false},
        {"count(unexpected)==0", 20, "20", false},
        {"rate(unexpected)<5%", 0.02, "2.00%", true},
        {"rps>98", 99, "99/s", true},
        {"rps(2xx)>=90/s", 90, "90/s", true},
    };
    const Results results = run();
    for (const auto& row : table) {
        const ThresholdResult got = Threshold::parse(row.text).evaluate(results);
        BOOST_TEST(got.value == row.value, boost::test_tools::tolerance(0.001));
        BOOST_TEST(got.shown == row.shown, row.text << ": shown as " << got.shown);
        BOOST_TEST(got.holds == row.holds, row.text);
    }
}

BOOST_AUTO_TEST_CASE(values_have_units) {
    for (const auto& [text, unit] : {std::pair{"p99{2xx}<50ms", "ns"}, {"send_lag_max<1s", "ns"},
                                     {"rate(5xx)<1%", "ratio"}, {"rps>1", "1/s"}, {"count(429)>1", ""}})
        BOOST_TEST(Threshold::parse(text).evaluate(run()).unit == unit);
}

BOOST_AUTO_TEST_CASE(the_expression_is_kept_as_written) {
    const Threshold threshold = Threshold::parse("  abort:p99{2xx} < 50ms ");
    BOOST_TEST(threshold.text() == "abort:p99{2xx} < 50ms");
    BOOST_TEST(threshold.aborts());
    BOOST_TEST(threshold.evaluate(run()).expression == "abort:p99{2xx} < 50ms");
    BOOST_TEST(!Threshold::parse("p99<50ms").aborts());
}

BOOST_AUTO_TEST_CASE(without_a_sample_latencies_and_shares_fail_and_counts_are_0) {
    Results nothing;
    for (const char* text : {"p99<50ms", "max{5xx}<1s", "min>=0", "send_lag_p99<1s", "rate(5xx)<1%", "rps>=0"}) {
        const ThresholdResult got = Threshold::parse(text).evaluate(nothing);
        BOOST_TEST(!got.holds, text);
        BOOST_TEST(got.shown == "no sample");
    }
    BOOST_TEST(Threshold::parse("count(5xx)==0").evaluate(nothing).holds);
    BOOST_TEST(Threshold::parse("p99{404}<1s").evaluate(run()).shown == "no sample");
}

BOOST_AUTO_TEST_CASE(an_abort_needs_what_cannot_get_better_or_enough_of_it) {
    Results early;
    answer(early, 503, 1, 100 * ms, 100 * ms);
    early.seconds = 0.1;
    const Results later = run();
    const struct {
        const char* text;
        bool early, later;
    } table[] = {
        {"rate(5xx)<0.1%", false, false},          // does not say abort
        {"abort:rate(5xx)<0.1%", false, true},     // 1 request is no share
        {"abort:rate(5xx)<50%", false, false},
        {"abort:p99<50ms", false, true},
        {"abort:p99.99<50ms", false, false},       // 990 answers have no 1 in 10,000
        {"abort:p99{503}<50ms", false, false},     // nor have 10 a 1 in 100
        {"abort:max<50ms", true, true},
        {"abort:min>200ms", true, true},
        {"abort:min<1us", false, false},
        {"abort:max>1s", false, false},
        {"abort:count(5xx)==0", true, true},
        {"abort:count(5xx)<2", false, true},
        {"abort:count(2xx)>=5k", false, false},    // may still come
        {"abort:count(5xx)==20", false, false},
        {"abort:rps>1000", false, true},           // from the first second on
        {"abort:p99{404}<1s", false, false},
    };
    for (const auto& row : table) {
        BOOST_TEST(Threshold::parse(row.text).calls_for_abort(early) == row.early, row.text << ", early");
        BOOST_TEST(Threshold::parse(row.text).calls_for_abort(later) == row.later, row.text << ", later");
    }
}

BOOST_AUTO_TEST_CASE(mistakes_say_what_was_wanted) {
    const std::string form = "expected FIGURE OP VALUE such as p99{2xx}<50ms or rate(5xx)<0.1%";
    const std::string figures = "expected p50, p99.9, min, max, mean, service_..., send_lag_..., connect_..., "
                                "rate(...), count(...) or rps, got ";
    const std::string filters = "expected 2xx, 404, all, errors, timeout, conn_error, aborted, unexpected, got ";
    const std::pair<std::string, std::string> table[] = {
        {"", form},
        {"p99", form},
        {"p99<", form},
        {"<50ms", form},
        {"pp99<50ms", figures + "\"pp99\"; did you mean \"p99\"?"},
        {"p<50ms", figures + "\"p\""},
        {"avg<50ms", figures + "\"avg\"; did you mean \"mean\"?"},
        {"5xx<1%", figures + "\"5xx\"; did you mean \"rate(5xx)\" or \"count(5xx)\"?"},
        {"service_rate(5xx)<1%", figures + "\"service_rate\"; did you mean \"service_max\"?"},
        {"p100<50ms", "expected a percentile above p0 and below p100, got \"p100\"; the largest is max"},
        {"p0<50ms", "expected a percentile above p0 and below p100, got \"p0\"; the largest is max"},
        {"rate<1%", "expected which requests, rate(5xx)"},
        {"p99(2xx)<50ms", "expected p99{...}, got (...)"},
        {"rate{5xx}<1%", "expected rate(...), got {...}"},
        {"p99{2xx<50ms", "expected \"}\" before the operator"},
        {"send_lag_p99{2xx}<1ms", "send_lag_p99 is of all requests and takes no filter"},
        {"p99{2x}<50ms", filters + "\"2x\"; did you mean \"2xx\"?"},
        {"count(timeouts)==0", filters + "\"timeouts\"; did you mean \"timeout\"?"},
        {"rate(2xx,)<1%", filters + "\"\""},
        {"p99{timeout}<50ms", "requests without an answer have no latency, got \"timeout\""},
        {"rps(errors)>5", "rps is of answers, got \"errors\""},
        {"rate(unexpected,5xx)<5%", "expected \"unexpected\" alone, got \"unexpected,5xx\""},
        {"p99=50ms", "expected one of <, <=, >, >=, ==, !=, got \"=\"; did you mean \"==\"?"},
        {"p99<>50ms", "expected one of <, <=, >, >=, ==, !=, got \"<>\""},
        {"p99<50", "expected a duration with its unit such as 50ms, got \"50\""},
        {"p99<50parsecs", "expected a duration such as 30s, 1m30s or 250ms, got \"50parsecs\""},
        {"rate(5xx)<5", "expected a share such as 0.1% or 0.001, got \"5\""},
        {"rate(5xx)<101%", "expected a share such as 0.1% or 0.001, got \"101%\""},
        {"rate(5xx)<-1%", "expected a share such as 0.1% or 0.001, got \"-1%\""},
        {"count(5xx)<1.5", "expected a whole number such as 1000 or 10k, got \"1.5\""},
    };
    for (const auto& [text, problem] : table)
        BOOST_TEST(problem_of(text) == "--threshold: \"" + text + "\": " + problem);
}

BOOST_AUTO_TEST_CASE(where_is_who_asked) {
    BOOST_CHECK_EXCEPTION(Threshold::parse("p99", "line 3"), UsageError,
                          [](const UsageError& error) {
                              return std::string_view{error.what()}.starts_with("line 3: \"p99\": ");
                          });
}

BOOST_AUTO_TEST_SUITE_END()

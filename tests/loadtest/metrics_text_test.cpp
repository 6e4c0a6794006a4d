// tests/loadtest/metrics_text_test.cpp - pages as Prometheus' documentation has them, and every way to get one wrong.
#include "loadtest/metrics_text.h"

#include "plugins/metrics.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <random>
#include <string>

using tollgate::loadtest::label;
using tollgate::loadtest::MetricsText;

BOOST_AUTO_TEST_SUITE(loadtest_metrics_text)

namespace {

MetricsText parsed(const std::string& page) {
    std::string problem;
    auto text = MetricsText::parse(page, problem);
    BOOST_REQUIRE_MESSAGE(text, problem);
    return *std::move(text);
}

std::string problem_of(const std::string& page) {
    std::string problem;
    BOOST_TEST(!MetricsText::parse(page, problem), page << " was taken");
    return problem;
}

const MetricsText::Series& only_series(const MetricsText& text, const std::string& name) {
    const auto* family = text.find(name);
    BOOST_REQUIRE(family);
    BOOST_REQUIRE_EQUAL(family->series.size(), 1u);
    return family->series[0];
}

const std::string of_histogram = "# TYPE t histogram\n";

}  // namespace

// The example of "Exposition formats", whole.
BOOST_AUTO_TEST_CASE(the_documented_example_is_read) {
    const auto text = parsed(R"(# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A weird metric from before the epoch:
something_weird{problem="division by zero"} +Inf -3982045

# A histogram, which has a pretty complex representation in the text format:
# HELP http_request_duration_seconds A histogram of the request duration.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="0.1"} 33444
http_request_duration_seconds_bucket{le="0.2"} 100392
http_request_duration_seconds_bucket{le="0.5"} 129389
http_request_duration_seconds_bucket{le="1"} 133988
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320

# Finally a summary, which has a complex representation, too:
# HELP rpc_duration_seconds A summary of the RPC duration in seconds.
# TYPE rpc_duration_seconds summary
rpc_duration_seconds{quantile="0.01"} 3102
rpc_duration_seconds{quantile="0.99"} 76656
rpc_duration_seconds_sum 1.7560473e+07
rpc_duration_seconds_count 2693
)");
    const auto* requests = text.find("http_requests_total");
    BOOST_REQUIRE(requests);
    BOOST_TEST((requests->type == MetricsText::Type::counter));
    BOOST_TEST(requests->help == "The total number of HTTP requests.");
    BOOST_REQUIRE_EQUAL(requests->series.size(), 2u);
    BOOST_TEST(label(requests->series[1].labels, "code") == "400");
    BOOST_TEST(label(requests->series[1].labels, "absent") == "");
    BOOST_TEST(requests->series[0].timestamp.value() == 1395066363000);
    BOOST_TEST(text.sum("http_requests_total").value() == 1030);
    BOOST_TEST(label(only_series(text, "msdos_file_access_time_seconds").labels, "path") == "C:\\DIR\\FILE.TXT");
    BOOST_TEST(label(only_series(text, "msdos_file_access_time_seconds").labels, "error") ==
               "Cannot find file:\n\"FILE.TXT\"");
    BOOST_TEST(std::isinf(only_series(text, "something_weird").value));
    const auto* durations = text.find("http_request_duration_seconds");
    BOOST_REQUIRE(durations);
    BOOST_TEST(durations->series.empty());
    BOOST_REQUIRE_EQUAL(durations->histograms.size(), 1u);
    BOOST_TEST(durations->histograms[0].buckets.size() == 6u);
    BOOST_TEST(durations->histograms[0].buckets[1].upper == 0.1);
    BOOST_TEST(durations->histograms[0].buckets[1].at_most == 33444);
    BOOST_TEST(durations->histograms[0].sum == 53423);
    BOOST_TEST(text.find("rpc_duration_seconds")->series.size() == 4u);
    BOOST_TEST(!text.find("http_request_duration_seconds_bucket"));
}

BOOST_AUTO_TEST_CASE(what_is_allowed_beside_the_usual_is_read) {
    const auto text = parsed("\n  \t\n#\n#a comment\n# HELPLESS a comment\n\t a\t{ x = \"1\" , y=\"\", }\t1e3\nb{}NaN\n"
                             "c:d -Inf -5\n");
    BOOST_TEST(only_series(text, "a").value == 1000);
    BOOST_TEST(label(only_series(text, "a").labels, "x") == "1");
    BOOST_TEST(std::isnan(only_series(text, "b").value));
    BOOST_TEST(only_series(text, "c:d").value == -INFINITY);
    BOOST_TEST(only_series(text, "c:d").timestamp.value() == -5);
}

BOOST_AUTO_TEST_CASE(buckets_are_sorted_and_kept_apart_by_labels) {
    const auto text = parsed(of_histogram + "t_bucket{le=\"+Inf\",r=\"a\"} 3\nt_bucket{r=\"a\",le=\"0.5\"} 1\n"
                                            "t_sum{r=\"a\"} 2\n"
                                            "t_count{r=\"a\"} 3\nt_bucket{le=\"+Inf\",r=\"b\"} 0\nt_sum{r=\"b\"} 0\n"
                                            "t_count{r=\"b\"} 0\n");
    const auto& all = text.find("t")->histograms;
    BOOST_REQUIRE_EQUAL(all.size(), 2u);
    BOOST_TEST(label(all[0].labels, "r") == "a");
    BOOST_TEST(label(all[0].labels, "le") == "");
    BOOST_REQUIRE_EQUAL(all[0].buckets.size(), 2u);
    BOOST_TEST(all[0].buckets[0].upper == 0.5);
    BOOST_TEST(all[1].count == 0);
}

BOOST_AUTO_TEST_CASE(what_the_gateway_prints_is_read) {
    tollgate::plugins::Metrics metrics{1};
    metrics.counter("c_total", "With \\ and\na line end.", {{"route", "GET /\"x\"\n\\"}}).add(7);
    metrics.gauge("g", "A gauge.", {}).set(0.25);
    constexpr std::array<std::chrono::nanoseconds, 2> bounds{std::chrono::milliseconds{1}, std::chrono::seconds{1}};
    metrics.histogram("h_seconds", "Times.", bounds, {{"route", "r"}}).observe(std::chrono::milliseconds{20});
    const auto text = parsed(metrics.prometheus());
    BOOST_TEST(text.find("c_total")->help == "With \\ and\na line end.");
    BOOST_TEST(label(only_series(text, "c_total").labels, "route") == "GET /\"x\"\n\\");
    BOOST_TEST(only_series(text, "g").value == 0.25);
    const auto& histogram = text.find("h_seconds")->histograms.at(0);
    BOOST_TEST(histogram.buckets.at(0).at_most == 0);
    BOOST_TEST(histogram.buckets.at(1).at_most == 1);
    BOOST_TEST(histogram.sum == 0.02, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_with_their_line) {
    const std::pair<const char*, const char*> table[] = {
        {"a 1", "line 1: expected a line end: is the page cut off?"},
        {"a 1\nb\n", "line 2: expected a number as the value, got the end of the line"},
        {"<html>\n", "line 1: expected the name of a metric, got \"<html>\""},
        {"1a 1\n", "line 1: expected the name of a metric, got \"1a 1\""},
        {"a one\n", "line 1: expected a number as the value, got \"one\""},
        {"a +-1\n", "line 1: expected a number as the value, got \"+-1\""},
        {"a 1\r\n", "line 1: expected a number as the value, got \"1\\r\""},
        {"a 1 2.5\n", "line 1: expected a timestamp in milliseconds behind the value, got \"2.5\""},
        {"a 1 2 3\n", "line 1: expected the end of the line behind the timestamp, got \"3\""},
        {"a{ 1\n", "line 1: expected a label or \"}\", got \"1\""},
        {"a{x} 1\n", "line 1: expected \"=\", got \"} 1\""},
        {"a{x=1} 1\n", "line 1: expected \"\"\", got \"1} 1\""},
        {"a{x=\"1} 1\n", "line 1: expected the end of a label's value, a \", got the end of the line"},
        {"a{x=\"1\" y=\"2\"} 1\n", "line 1: expected \",\" or \"}\" behind a label, got \"y=\"2\"} 1\""},
        {"a{x=\"\\t\"} 1\n", "line 1: expected \\\\, \\\" or \\n, got a \\ and then \"t\"} 1\""},
        {"a{x:y=\"1\"} 1\n", "line 1: expected \"=\", got \":y=\"1\"} 1\""},
        {"a{x=\"1\",x=\"2\"} 1\n", "line 1: label \"x\" is there twice"},
        {"a{x=\"1\"} 1\na{x=\"1\"} 2\n", "line 2: a{x=\"1\"} is there twice"},
        {"# TYPE a counters\n",
         "line 1: type of \"a\": expected one of untyped, counter, gauge, histogram, summary, got \"counters\"; did you "
         "mean \"counter\"?"},
        {"# TYPE a counter b\n", "line 1: expected the end of the line behind the type, got \"b\""},
        {"# TYPE a counter\n# TYPE a counter\n", "line 2: a second TYPE of \"a\""},
        {"# HELP a x\n# HELP a x\n", "line 2: a second HELP of \"a\""},
        {"# HELP a x\\y\n", "line 1: expected \\\\ or \\n, got a \\ and then \"y\""},
        {"# HELP a-b x\n", "line 1: expected a blank behind the name, got \"-b x\""},
        {"a 1\n# TYPE a counter\n", "line 2: the TYPE of \"a\" stands behind its first value"},
    };
    for (const auto& [page, problem] : table) BOOST_TEST(problem_of(page) == problem);
}

BOOST_AUTO_TEST_CASE(histograms_that_do_not_add_up_are_refused) {
    const std::pair<const char*, const char*> table[] = {
        {"t 1\n", "line 2: histogram \"t\": expected _bucket, _sum or _count behind its name"},
        {"t_bucket{r=\"a\"} 1\n", "line 2: t_bucket{r=\"a\"}: expected a label \"le\""},
        {"t_bucket{le=\"x\"} 1\n", "line 2: expected a number as the value of \"le\", got \"x\""},
        {"t_bucket{le=\"1\"} 1\nt_bucket{le=\"1.0\"} 1\n", "line 3: a second bucket of one bound"},
        {"t_bucket{le=\"1\"} 1\nt_sum 1\nt_count 1\n", "histogram t: expected a bucket of le=\"+Inf\""},
        {"t_bucket{le=\"+Inf\"} 1\nt_count 1\n", "histogram t: expected a _sum"},
        {"t_bucket{le=\"+Inf\"} 1\nt_sum 1\n", "histogram t: expected a _count"},
        {"t_bucket{le=\"1\",r=\"a\"} 3\nt_bucket{le=\"+Inf\",r=\"a\"} 2\nt_sum{r=\"a\"} 1\nt_count{r=\"a\"} 2\n",
         "histogram t{r=\"a\"}: expected buckets that do not fall, got 3 and then 2"},
        {"t_bucket{le=\"+Inf\"} 1\nt_sum 1\nt_count 2\n", "histogram t: expected a _count that is its last bucket"},
        {"t_bucket{le=\"+Inf\"} NaN\nt_sum 1\nt_count 2\n",
         "histogram t: expected buckets that do not fall, got 0 and then NaN"},
    };
    for (const auto& [lines, problem] : table) BOOST_TEST(problem_of(of_histogram + lines) == problem);
}

// Bytes of a page changed, dropped and doubled at random: it is read, or there is a word on why not.
BOOST_AUTO_TEST_CASE(damaged_pages_are_read_or_refused) {
    const std::string page = "# HELP t Times.\\n\n" + of_histogram +
                             "t_bucket{r=\"a\\\"b\",le=\"0.5\"} 1\nt_bucket{r=\"a\\\"b\",le=\"+Inf\"} 2\n"
                             "t_sum{r=\"a\\\"b\"} 1.5e-3\nt_count{r=\"a\\\"b\"} 2\nc{x=\"1\"} NaN 17\n";
    std::mt19937 random{7};
    int read = 0, refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string damaged = page;
        for (unsigned damages = 1 + random() % 3; damages > 0; --damages) {
            const auto at = random() % damaged.size();
            const auto what = random() % 3;
            if (what == 0) damaged[at] = page[random() % page.size()];
            if (what == 1) damaged.erase(at, 1 + random() % 4);
            if (what == 2) damaged.insert(at, page, random() % page.size(), 1 + random() % 8);
        }
        std::string problem;
        const bool whole = MetricsText::parse(damaged, problem).has_value();
        ++(whole ? read : refused);
        if (!whole) BOOST_REQUIRE(!problem.empty());
    }
    BOOST_TEST(read > 100);
    BOOST_TEST(refused > 10'000);
}

BOOST_AUTO_TEST_CASE(labels_are_bounded) {
    std::string labels;
    for (std::size_t i = 0; i <= MetricsText::most_labels; ++i) labels += "l" + std::to_string(i) + "=\"\",";
    BOOST_TEST(problem_of("a{" + labels + "} 1\n") == "line 1: expected at most 64 labels");
}

BOOST_AUTO_TEST_SUITE_END()

// tests/loadtest/gateway_counts_test.cpp - reading a gateway's page, differences of two, percentiles of buckets.
#include "loadtest/gateway_counts.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_gateway_counts)

namespace {

std::optional<GatewayCounts> read(const std::string& page, std::string& problem) {
    const auto text = MetricsText::parse(page, problem);
    BOOST_REQUIRE_MESSAGE(text, problem);
    return GatewayCounts::of(*text, problem);
}

std::string problem_of(const std::string& page) {
    std::string problem;
    BOOST_TEST(!read(page, problem));
    return problem;
}

GatewayCounts counts(std::map<std::string, GatewayCounts::ByStatus> requests) {
    GatewayCounts made;
    made.requests = std::move(requests);
    return made;
}

// 10 within 1 s, 20 within 2 s, 4 beyond 4 s.
const Durations some{{1, 2, 4, INFINITY}, {10, 30, 30, 34}, 60};

}  // namespace

BOOST_AUTO_TEST_CASE(figures_are_found_by_their_names) {
    std::string problem;
    const auto got = read(R"page(# TYPE tollgate_request_duration_seconds histogram
tollgate_request_duration_seconds_bucket{route="GET /a",le="0.5"} 1
tollgate_request_duration_seconds_bucket{route="GET /a",le="+Inf"} 3
tollgate_request_duration_seconds_sum{route="GET /a"} 4.5
tollgate_request_duration_seconds_count{route="GET /a"} 3
tollgate_requests_in_flight 2
tollgate_requests_total{method="GET",route="GET /a",status="200"} 3
tollgate_requests_total{method="HEAD",route="GET /a",status="200"} 4
tollgate_requests_total{method="GET",route="GET /a",status="other"} 5
tollgate_requests_total{method="GET",route="(none)",status="404"} 6
tollgate_ratelimit_refused_total{limit="a"} 7
tollgate_ratelimit_refused_total{limit="b"} 8
tollgate_reloads_total{result="ok"} 1
process_start_time_seconds 1790000000.25
)page",
                          problem);
    BOOST_REQUIRE_MESSAGE(got, problem);
    BOOST_TEST((got->requests.at("GET /a") == GatewayCounts::ByStatus{{0, 5}, {200, 7}}));
    BOOST_TEST((got->requests.at("(none)") == GatewayCounts::ByStatus{{404, 6}}));
    BOOST_TEST(got->all() == 18u);
    BOOST_TEST(got->in_flight == 2u);
    BOOST_TEST(got->limited == 15u);
    BOOST_TEST(got->reloads == 1u);
    BOOST_TEST(got->started == 1790000000.25);
    BOOST_TEST(got->durations.at("GET /a").count() == 3u);
    BOOST_TEST(got->durations.at("GET /a").mean() == 1.5);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_has_served_nothing_has_no_requests) {
    std::string problem;
    const auto got = read("tollgate_build_info{version=\"1\"} 1\n", problem);
    BOOST_REQUIRE_MESSAGE(got, problem);
    BOOST_TEST(got->all() == 0u);
}

BOOST_AUTO_TEST_CASE(other_pages_are_refused) {
    BOOST_TEST(problem_of("go_goroutines 8\n") == "expected tollgate_requests_total, got metrics of something else");
    BOOST_TEST(problem_of("tollgate_requests_total{route=\"a\"} 8\n") ==
               "tollgate_requests_total: expected labels \"route\" and \"status\"");
    for (const char* number : {"NaN", "-1", "1.5", "+Inf"})
        BOOST_TEST(problem_of(std::string{"tollgate_requests_total{route=\"a\",status=\"200\"} "} + number + '\n')
                       .starts_with("tollgate_requests_total: expected whole numbers, got "),
                   number);
}

BOOST_AUTO_TEST_CASE(a_difference_has_what_came_since) {
    const auto earlier = counts({{"a", {{200, 5}, {404, 1}}}, {"b", {{200, 2}}}});
    auto later = counts({{"a", {{200, 8}, {404, 1}, {500, 2}}}, {"b", {{200, 2}}}, {"c", {{204, 1}}}});
    later.limited = 3;
    BOOST_TEST(later.continues(earlier));
    const auto since = later.since(earlier);
    BOOST_TEST((since.requests == std::map<std::string, GatewayCounts::ByStatus>{{"a", {{200, 3}, {500, 2}}},
                                                                                 {"c", {{204, 1}}}}));
    BOOST_TEST(since.limited == 3u);
}

BOOST_AUTO_TEST_CASE(what_falls_or_began_later_does_not_continue) {
    const auto earlier = counts({{"a", {{200, 5}}}});
    BOOST_TEST(earlier.continues(earlier));
    BOOST_TEST(counts({{"a", {{200, 5}}}, {"b", {{200, 1}}}}).continues(earlier));
    BOOST_TEST(!counts({{"a", {{200, 4}}}}).continues(earlier));
    BOOST_TEST(!counts({{"a", {{404, 9}}}}).continues(earlier));
    BOOST_TEST(!counts({}).continues(earlier));
    auto other = counts({{"a", {{200, 6}}}});
    other.started = 1;
    BOOST_TEST(!other.continues(earlier));
}

BOOST_AUTO_TEST_CASE(quantiles_are_interpolated_as_prometheus_does_it) {
    BOOST_TEST(some.quantile(0) == 0);
    BOOST_TEST(some.quantile(5.0 / 34) == 0.5, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(some.quantile(10.0 / 34) == 1, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(some.quantile(15.0 / 34) == 1.25, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(some.quantile(30.0 / 34) == 2, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(some.quantile(0.99) == 4);  // beyond the last bound nobody knows
    BOOST_TEST(Durations{}.quantile(0.5) == 0);
    BOOST_TEST(Durations{}.mean() == 0);
}

BOOST_AUTO_TEST_CASE(durations_are_added_and_taken_away_bucket_by_bucket) {
    Durations sum;
    sum.add(some);
    sum.add(some);
    BOOST_TEST(sum.count() == 68u);
    BOOST_TEST(sum.sum == 120);
    sum.subtract(some);
    BOOST_TEST(sum.at_most == some.at_most, boost::test_tools::per_element());
    sum.subtract({});
    sum.add({{1, INFINITY}, {5, 5}, 2});  // other bounds: nothing can be said
    BOOST_TEST(sum.count() == 34u);
}

BOOST_AUTO_TEST_SUITE_END()

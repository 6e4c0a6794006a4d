// tests/loadtest/latency_check_test.cpp - latencies from histograms, and histograms that cannot be right.
#include "loadtest/latency_check.h"
#include "loadtest/report_words.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace tollgate::loadtest;

BOOST_AUTO_TEST_SUITE(loadtest_latency_check)

namespace {

constexpr std::uint64_t ms = 1'000'000;

// Of one route: how many within 10 ms, 25 ms, 100 ms, 1 s and any time.
GatewayCounts counted(std::vector<std::uint64_t> at_most) {
    GatewayCounts counts;
    counts.requests["GET /a"][200] = at_most.back();
    Durations& durations = counts.durations["GET /a"] = {{0.01, 0.025, 0.1, 1, INFINITY}, std::move(at_most), 0};
    for (std::size_t i = 1; i < durations.uppers.size(); ++i)  // each as fast as its bucket allows
        durations.sum += durations.uppers[i - 1] * double(durations.at_most[i] - durations.at_most[i - 1]);
    return counts;
}

Results answered_within(std::uint64_t time, std::uint64_t count) {
    Results results;
    results.codes[200].service.record(time, count);
    return results;
}

std::vector<std::string> notes_of(const GatewayCounts& counts, const Results& results) {
    GatewayView view;
    check_latencies(counts, results, view);
    return view.notes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(latencies_are_told_by_route) {
    GatewayCounts counts = counted({50, 100, 100, 100, 100});
    counts.durations["GET /idle"];
    counts.own = {{0.001, INFINITY}, {4, 4}, 0.002};
    counts.upstreams["orders"] = {{0.001, INFINITY}, {3, 3}, 0.003};
    GatewayView view;
    add_latencies(counts, view);
    BOOST_REQUIRE_EQUAL(view.latencies.size(), 3u);
    BOOST_TEST(view.latencies[1].route == "(gateway alone)");
    BOOST_TEST(view.latencies[1].mean == 0.0005, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(view.latencies[2].route == "(upstream orders)");
    BOOST_TEST(view.latencies[2].count == 3u);
    const auto& of_route = view.latencies[0];
    BOOST_TEST(of_route.route == "GET /a");
    BOOST_TEST(of_route.count == 100u);
    BOOST_TEST(of_route.mean == 0.005, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(of_route.p50 == 0.01, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(of_route.p90 == 0.022, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(of_route.p99 == 0.0247, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(of_the_first_bucket_only_its_bound_is_known) {
    GatewayView view;
    add_latencies(counted({95, 100, 100, 100, 100}), view);
    BOOST_REQUIRE_EQUAL(view.latencies.size(), 1u);
    const auto& of_route = view.latencies[0];
    BOOST_TEST(of_route.bound == 0.01);
    BOOST_TEST(of_route.p50 == 0.01);  // not 0.0053
    BOOST_TEST(of_route.p90 == 0.01);
    BOOST_TEST(of_route.p99 == 0.022, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(shown_percentile(of_route, of_route.p90) == "<10.0 ms");
    BOOST_TEST(shown_percentile(of_route, of_route.p99) == "22.0 ms");
    GatewayCounts one_bucket;
    one_bucket.own = {{INFINITY}, {4}, 1};
    GatewayView nothing_known;
    add_latencies(one_bucket, nothing_known);
    BOOST_REQUIRE_EQUAL(nothing_known.latencies.size(), 1u);
    BOOST_TEST(nothing_known.latencies[0].bound == 0);
    BOOST_TEST(nothing_known.latencies[0].mean == 0.25);
}

BOOST_AUTO_TEST_CASE(times_shorter_than_ours_are_in_order) {
    BOOST_TEST(notes_of(counted({100, 100, 100, 100, 100}), answered_within(5 * ms, 100)).empty());
    BOOST_TEST(notes_of(counted({100, 100, 100, 100, 100}), answered_within(500 * ms, 100)).empty());
}

BOOST_AUTO_TEST_CASE(times_longer_than_ours_cannot_be_right) {
    // 60 us taken for 60 ms.
    const auto notes = notes_of(counted({0, 0, 100, 100, 100}), answered_within(60'000, 100));
    BOOST_REQUIRE_EQUAL(notes.size(), 1u);
    BOOST_TEST(notes[0] == "its histograms cannot be right: 0 requests within 25.0 ms, and of ours 100 took less");
}

BOOST_AUTO_TEST_CASE(what_a_busy_machine_does_is_allowed_for) {
    const std::uint64_t time = 9'900'000;
    BOOST_TEST(notes_of(counted({0, 100, 100, 100, 100}), answered_within(time, 100)).empty());  // later than ours
    BOOST_TEST(notes_of(counted({0, 90, 100, 100, 100}), answered_within(time, 100)).empty());   // a few, much later
    BOOST_TEST(notes_of(counted({0, 89, 100, 100, 100}), answered_within(time, 100)).size() == 1u);
    BOOST_TEST(notes_of(counted({0, 0, 100, 100, 100}), answered_within(22 * ms, 100)).empty());
}

BOOST_AUTO_TEST_CASE(a_mean_longer_than_ours_cannot_be_right) {
    // All within 25 ms, where no bucket is told apart: 10 ms and more for what took 300 us.
    const GatewayCounts counts = counted({0, 100, 100, 100, 100});
    const auto notes = notes_of(counts, answered_within(300'000, 100));
    BOOST_REQUIRE_EQUAL(notes.size(), 1u);
    BOOST_TEST(notes[0] == "its histograms cannot be right: a request took 10.0 ms in the mean, and ours 300 us");
    BOOST_TEST(notes_of(counts, answered_within(8 * ms, 100)).empty());  // 10% and 1.5 ms are allowed
    BOOST_TEST(notes_of(counts, answered_within(7 * ms, 100)).size() == 1u);
    Results others = answered_within(300'000, 99);
    others.ledger.timeouts = 1;  // it may have taken long
    BOOST_TEST(notes_of(counts, others).empty());
    others = answered_within(300'000, 99);
    others.warmup.ledger.sent = 1;
    BOOST_TEST(notes_of(counts, others).empty());
}

BOOST_AUTO_TEST_CASE(a_sum_fits_its_own_buckets) {
    const auto notes_with = [](std::vector<std::uint64_t> at_most, double sum) {
        GatewayCounts counts = counted(std::move(at_most));
        counts.durations["GET /a"].sum = sum;
        return notes_of(counts, answered_within(500 * ms, 100));
    };
    BOOST_TEST(notes_with({50, 100, 100, 100, 100}, 0.5).empty());
    BOOST_TEST(notes_with({50, 100, 100, 100, 100}, 1.75).empty());
    BOOST_TEST(notes_with({50, 100, 100, 100, 100}, 0.49).size() == 1u);
    BOOST_TEST(notes_with({50, 100, 100, 100, 100}, 1.76).at(0) ==
               "its histogram of \"GET /a\" cannot be right: a sum of 1.76 s, and buckets for 500 ms to 1.75 s");
    BOOST_TEST(notes_with({50, 50, 50, 50, 100}, 49).at(0) ==
               "its histogram of \"GET /a\" cannot be right: a sum of 49 s, and buckets for 50 s or more");
    GatewayCounts others;
    others.own = {{0.001, INFINITY}, {4, 4}, 0.01};
    others.upstreams["orders"] = others.own;
    const auto notes = notes_of(others, {});
    BOOST_REQUIRE_EQUAL(notes.size(), 2u);
    BOOST_TEST(notes[0].starts_with("its histogram of \"(gateway alone)\" cannot be right: "));
    BOOST_TEST(notes[1].starts_with("its histogram of \"(upstream orders)\" cannot be right: "));
}

BOOST_AUTO_TEST_CASE(a_histogram_has_as_many_requests_as_the_counters) {
    GatewayCounts counts = counted({98, 99, 99, 99, 99});
    counts.requests["GET /a"][500] = 2;
    const auto notes = notes_of(counts, answered_within(ms, 101));
    BOOST_REQUIRE_EQUAL(notes.size(), 1u);
    BOOST_TEST(notes[0] == "its histogram of \"GET /a\" has 99 requests, its counters have 101");
}

BOOST_AUTO_TEST_SUITE_END()

// tests/loadtest/latency_check_test.cpp - latencies from histograms, and histograms that cannot be right.
#include "loadtest/latency_check.h"

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
    counts.durations["GET /a"] = {{0.01, 0.025, 0.1, 1, INFINITY}, std::move(at_most), 2};
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
    BOOST_TEST(of_route.mean == 0.02, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(of_route.p50 == 0.01, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(of_route.p90 == 0.022, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(of_route.p99 == 0.0247, boost::test_tools::tolerance(1e-9));
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
    BOOST_TEST(notes_of(counted({0, 100, 100, 100, 100}), answered_within(1 * ms, 100)).empty());  // some ms later
    BOOST_TEST(notes_of(counted({0, 90, 100, 100, 100}), answered_within(1 * ms, 100)).empty());   // a few, more
    BOOST_TEST(notes_of(counted({0, 89, 100, 100, 100}), answered_within(1 * ms, 100)).size() == 1u);
    BOOST_TEST(notes_of(counted({0, 0, 100, 100, 100}), answered_within(11 * ms, 100)).empty());
}

BOOST_AUTO_TEST_CASE(a_histogram_has_as_many_requests_as_the_counters) {
    GatewayCounts counts = counted({98, 99, 99, 99, 99});
    counts.requests["GET /a"][500] = 2;
    const auto notes = notes_of(counts, answered_within(ms, 101));
    BOOST_REQUIRE_EQUAL(notes.size(), 1u);
    BOOST_TEST(notes[0] == "its histogram of \"GET /a\" has 99 requests, its counters have 101");
}

BOOST_AUTO_TEST_SUITE_END()

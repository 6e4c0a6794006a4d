// tests/loadtest/reconcile_test.cpp - both sides of each bound, and each cause by its name, in constructed cases.
#include "loadtest/reconcile.h"

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

using namespace tollgate::loadtest;

namespace tollgate::loadtest {
std::ostream& operator<<(std::ostream& out, const ReconciledRow& row) {
    return out << row.route << ' ' << row.status << ": " << row.answered << " <= " << row.counted << " <= " << row.most
               << (row.holds ? "" : " (does not hold)");
}
bool operator==(const ReconciledRow& a, const ReconciledRow& b) {
    return a.route == b.route && a.status == b.status && a.answered == b.answered && a.most == b.most &&
           a.counted == b.counted && a.holds == b.holds;
}
}  // namespace tollgate::loadtest

BOOST_AUTO_TEST_SUITE(loadtest_reconcile)

namespace {

using Requests = std::map<std::string, GatewayCounts::ByStatus>;

GatewayCounts counts(Requests requests) {
    GatewayCounts made;
    made.requests = std::move(requests);
    made.started = 1000;
    return made;
}

struct Seen {
    std::map<int, std::uint64_t> codes;
    std::uint64_t unanswered = 0;
};

// A run of as many targets.
Results run(const std::vector<Seen>& targets) {
    Results results;
    for (const Seen& seen : targets) {
        auto& target = results.targets.emplace_back();
        target.codes = seen.codes;
        target.unanswered = seen.unanswered;
        for (const auto& [status, count] : seen.codes) results.ledger.answered += count;
        results.ledger.timeouts += seen.unanswered;
    }
    results.ledger.sent = results.ledger.planned = results.ledger.answered + results.ledger.timeouts;
    return results;
}

// Of one target that only GET /a takes, with nothing counted before.
GatewayView of_one(const Seen& seen, Requests counted) {
    return reconcile(counts({}), counts(std::move(counted)), {{"GET /a"}}, run({seen}));
}

using Rows = std::vector<ReconciledRow>;

void check_rows(const GatewayView& view, const Rows& rows) {
    BOOST_TEST(view.rows == rows, boost::test_tools::per_element());
}

void check_holds(const GatewayView& view) {
    BOOST_TEST(view.reconciled);
    BOOST_TEST(view.residual == 0);
    BOOST_TEST(view.cause == "");
}

void check_cause(const GatewayView& view, std::int64_t residual, const std::string& cause) {
    BOOST_TEST(!view.reconciled);
    BOOST_TEST(view.residual == residual);
    BOOST_TEST(view.cause == cause);
}

}  // namespace

// Bounds ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(equal_counts_reconcile) {
    const GatewayView view = of_one({{{200, 90}, {404, 10}}}, {{"GET /a", {{200, 90}, {404, 10}}}});
    check_holds(view);
    check_rows(view, {{"GET /a", 200, 90, 90, 90, true}, {"GET /a", 404, 10, 10, 10, true}});
    BOOST_TEST((view.codes == std::map<int, std::uint64_t>{{200, 90}, {404, 10}}));
    BOOST_TEST(view.notes.empty());
}

BOOST_AUTO_TEST_CASE(what_was_counted_before_the_run_is_no_part_of_it) {
    const GatewayView view = reconcile(counts({{"GET /a", {{200, 7}}}, {"GET /b", {{200, 3}}}}),
                                       counts({{"GET /a", {{200, 17}}}, {"GET /b", {{200, 3}}}}), {{"GET /a"}},
                                       run({{{{200, 10}}}}));
    check_holds(view);
    check_rows(view, {{"GET /a", 200, 10, 10, 10, true}});
}

BOOST_AUTO_TEST_CASE(warm_up_requests_are_ours) {
    Results results = run({{{{200, 10}}}});
    results.warmup.codes = {{{200, 3}, {503, 1}}};
    results.warmup.unanswered = {1};
    const auto with = [&](std::uint64_t failed) {
        return reconcile(counts({}), counts({{"GET /a", {{200, 13}, {503, failed}}}}), {{"GET /a"}}, results);
    };
    check_holds(with(1));
    check_holds(with(2));
    check_cause(with(3), 1, "foreign traffic: 1 request beyond ours: GET /a 503 +1");
}

BOOST_AUTO_TEST_CASE(one_more_than_answered_is_foreign_traffic) {
    const GatewayView view = of_one({{{200, 10}}}, {{"GET /a", {{200, 11}}}});
    check_cause(view, 1, "foreign traffic: 1 request beyond ours: GET /a 200 +1");
    check_rows(view, {{"GET /a", 200, 10, 10, 11, false}});
}

BOOST_AUTO_TEST_CASE(one_less_than_answered_is_a_counter_bug) {
    const GatewayView view = of_one({{{200, 10}}}, {{"GET /a", {{200, 9}}}});
    check_cause(view, -1, "counter bug: 1 answer not counted: GET /a 200 -1");
    check_rows(view, {{"GET /a", 200, 10, 10, 9, false}});
}

BOOST_AUTO_TEST_CASE(nothing_counted_at_all_looks_like_another_gateway) {
    check_cause(of_one({{{200, 10}}}, {}), -10,
                "counter bug: 10 answers not counted: GET /a 200 -10; is this the gateway that was asked?");
}

BOOST_AUTO_TEST_CASE(unanswered_requests_may_be_counted_or_not) {
    const auto counted = [](std::uint64_t ok, std::uint64_t left) {
        return of_one({{{200, 10}}, 3}, {{"GET /a", {{200, ok}, {499, left}}}});
    };
    check_holds(counted(10, 0));
    check_holds(counted(10, 3));
    check_holds(counted(12, 1));
    check_rows(counted(12, 1), {{"GET /a", 200, 10, 13, 12, true}, {"GET /a", 499, 0, 3, 1, true}});
    check_cause(counted(10, 4), 1, "foreign traffic: 1 request beyond ours: GET /a 499 +1");
    check_cause(counted(9, 3), -1, "counter bug: 1 answer not counted: GET /a 200 -1");
}

BOOST_AUTO_TEST_CASE(each_unanswered_request_accounts_for_one_count_only) {
    // Each row by itself is within its bound; together they are one too many.
    const GatewayView view = of_one({{{200, 10}}, 3}, {{"GET /a", {{200, 12}, {499, 2}}}});
    check_cause(view, 1, "foreign traffic: 1 request beyond ours: GET /a 200 +1");
    check_rows(view, {{"GET /a", 200, 10, 13, 12, false}, {"GET /a", 499, 0, 3, 2, true}});
}

BOOST_AUTO_TEST_CASE(what_can_be_accounted_for_whole_is) {
    const GatewayView view = of_one({{{200, 10}}, 3}, {{"GET /a", {{200, 12}, {504, 6}}}});
    check_cause(view, 5, "foreign traffic: 5 requests beyond ours: GET /a 504 +5");
    check_rows(view, {{"GET /a", 200, 10, 13, 12, true}, {"GET /a", 504, 0, 3, 6, false}});
}

BOOST_AUTO_TEST_CASE(foreign_requests_that_began_before_the_run_are_told) {
    auto before = counts({});
    before.in_flight = 2;
    check_cause(reconcile(before, counts({{"GET /a", {{200, 10}, {504, 2}}}}), {{"GET /a"}}, run({{{{200, 10}}}})), 2,
                "foreign traffic: 2 requests beyond ours: GET /a 504 +2; 2 requests of others' began before");
}

BOOST_AUTO_TEST_CASE(lost_answers_are_named) {
    const GatewayView view = of_one({{{200, 10}}, 5}, {{"GET /a", {{200, 11}, {499, 3}}}});
    check_holds(view);
    BOOST_REQUIRE_EQUAL(view.notes.size(), 1u);
    BOOST_TEST(view.notes[0] == "lost: 4 requests without a whole answer here, counted there as 200 1, 499 3");
}

BOOST_AUTO_TEST_CASE(as_many_too_many_as_too_few_are_counted_elsewhere) {
    check_cause(of_one({{{200, 10}, {502, 2}}}, {{"GET /a", {{200, 9}, {502, 3}}}}), 1,
                "counter bug: 1 answer counted elsewhere: GET /a 200 -1, GET /a 502 +1");
}

BOOST_AUTO_TEST_CASE(two_causes_at_once_are_both_named) {
    const GatewayView view = reconcile(counts({}), counts({{"GET /a", {{200, 7}}}, {"GET /b", {{200, 6}}}}),
                                       {{"GET /a"}, {"GET /b"}}, run({{{{200, 10}}}, {{{200, 5}}}}));
    check_cause(view, -3,
                "foreign traffic: 1 request beyond ours: GET /b 200 +1; "
                "counter bug: 3 answers not counted: GET /a 200 -3");
}

BOOST_AUTO_TEST_CASE(routes_that_nobody_was_sent_to_are_foreign_traffic) {
    const GatewayView view = of_one({{{200, 10}}}, {{"GET /a", {{200, 10}}}, {"GET /z", {{204, 2}}}});
    check_cause(view, 2, "foreign traffic: 2 requests beyond ours: GET /z 204 +2");
    check_rows(view, {{"GET /a", 200, 10, 10, 10, true}, {"GET /z", 204, 0, 0, 2, false}});
}

BOOST_AUTO_TEST_CASE(many_places_are_cut_short) {
    Requests counted;
    for (int i = 0; i < 7; ++i) counted["GET /" + std::to_string(i)][200] = 1;
    check_cause(of_one({}, counted), 7,
                "foreign traffic: 7 requests beyond ours: GET /0 200 +1, GET /1 200 +1, GET /2 200 +1, GET /3 200 +1, "
                "GET /4 200 +1, ...");
}

// Groups ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_target_and_the_routes_it_may_fall_to_are_one_group) {
    const GatewayView view = reconcile(counts({}), counts({{"GET /a", {{200, 4}}}, {"* /**", {{200, 5}, {404, 1}}}}),
                                       {{"GET /a", "* /**"}}, run({{{{200, 9}, {404, 1}}}}));
    check_holds(view);
    check_rows(view, {{"GET /a | * /**", 200, 9, 9, 9, true}, {"GET /a | * /**", 404, 1, 1, 1, true}});
}

BOOST_AUTO_TEST_CASE(targets_that_share_a_route_are_one_group) {
    // The third brings the first two together; the fourth stays apart.
    const CandidatesByTarget candidates{{"GET /a", "* /**"}, {"GET /b", "* /x"}, {"* /**", "GET /b"}, {"GET /z"}};
    const Results results = run({{{{200, 1}}}, {{{200, 2}}, 1}, {{{200, 3}}}, {{{200, 4}}}});
    const Requests counted{{"GET /a", {{200, 3}}}, {"GET /b", {{200, 3}}}, {"GET /z", {{200, 4}}}};
    const GatewayView view = reconcile(counts({}), counts(counted), candidates, results);
    check_holds(view);
    check_rows(view, {{"GET /a | * /** | GET /b | * /x", 200, 6, 7, 6, true}, {"GET /z", 200, 4, 4, 4, true}});
}

BOOST_AUTO_TEST_CASE(long_names_of_groups_are_cut_short) {
    const GatewayView view = reconcile(counts({}), counts({{"f", {{200, 1}}}}), {{"a", "b", "c", "d", "e", "f"}},
                                       run({{{{200, 1}}}}));
    check_rows(view, {{"a | b | c | d | and 2 more", 200, 1, 1, 1, true}});
}

BOOST_AUTO_TEST_CASE(without_routes_everything_is_one_group) {
    const GatewayView view = reconcile(counts({}), counts({{"GET /a", {{200, 3}}}, {"GET /b", {{200, 5}}}}), {},
                                       run({{{{200, 6}}}, {{{200, 2}}}}));
    check_holds(view);
    check_rows(view, {{"(all routes)", 200, 8, 8, 8, true}});
}

BOOST_AUTO_TEST_CASE(requests_refused_before_they_had_a_route_are_found_under_none) {
    const Requests counted{{"GET /a", {{200, 8}}}, {"(none)", {{431, 2}}}};
    check_holds(of_one({{{200, 8}, {431, 2}}}, counted));
    check_rows(of_one({{{200, 8}, {431, 2}}}, counted),
               {{"GET /a", 200, 8, 8, 8, true}, {"GET /a", 431, 2, 2, 2, true}});
    check_cause(of_one({{{200, 8}, {431, 1}}}, counted), 1, "foreign traffic: 1 request beyond ours: (none) 431 +1");
    check_cause(of_one({{{200, 8}, {431, 3}}}, counted), -1, "counter bug: 1 answer not counted: GET /a 431 -1");
    // What is answered below 400 had a route.
    check_cause(of_one({{{200, 8}}}, {{"GET /a", {{200, 7}}}, {"(none)", {{200, 1}}}}), 1,
                "counter bug: 1 answer counted elsewhere: GET /a 200 -1, (none) 200 +1");
}

BOOST_AUTO_TEST_CASE(targets_without_a_route_keep_theirs) {
    const Requests counted{{"GET /a", {{500, 1}}}, {"(none)", {{404, 5}, {500, 2}}}};
    const CandidatesByTarget candidates{{"GET /a"}, {"(none)"}};
    check_holds(reconcile(counts({}), counts(counted), candidates, run({{{{500, 1}}}, {{{404, 5}, {500, 2}}}})));
    check_holds(reconcile(counts({}), counts(counted), candidates, run({{{{500, 3}}}, {{{404, 5}}}})));
    check_cause(reconcile(counts({}), counts(counted), candidates, run({{{{500, 2}}}, {{{404, 5}, {500, 2}}}})), -1,
                "counter bug: 1 answer not counted: GET /a 500 -1");
}

BOOST_AUTO_TEST_CASE(unanswered_requests_may_be_cut_off_before_they_had_a_route) {
    const auto counted = [](std::uint64_t none, int status) {
        return of_one({{{200, 8}}, 2}, {{"GET /a", {{200, 8}, {499, 1}}}, {"(none)", {{status, none}}}});
    };
    check_holds(counted(1, 499));
    BOOST_TEST(counted(1, 499).notes.at(0) ==
               "lost: 2 requests without a whole answer here, counted there as 499 2");
    check_cause(counted(2, 499), 1, "foreign traffic: 1 request beyond ours: (none) 499 +1");
    check_cause(counted(1, 200), 1, "foreign traffic: 1 request beyond ours: (none) 200 +1");
}

BOOST_AUTO_TEST_CASE(routes_beyond_those_with_a_name_share_their_figures) {
    const GatewayView view = reconcile(counts({}), counts({{"(other)", {{200, 5}}}, {"GET /b", {{200, 1}}}}),
                                       {{"GET /a"}, {"GET /b"}}, run({{{{200, 5}}}, {{{200, 1}}}}));
    check_holds(view);
    check_rows(view, {{"GET /a | (other)", 200, 5, 5, 5, true}, {"GET /b", 200, 1, 1, 1, true}});
}

BOOST_AUTO_TEST_CASE(statuses_beyond_those_that_are_told_fill_what_is_missing) {
    check_holds(of_one({{{200, 5}, {299, 2}}}, {{"GET /a", {{200, 5}, {0, 2}}}}));
    check_cause(of_one({{{200, 5}, {299, 3}}}, {{"GET /a", {{200, 5}, {0, 2}}}}), -1,
                "counter bug: 1 answer not counted: GET /a 299 -1");
    check_cause(of_one({{{200, 5}, {299, 1}}}, {{"GET /a", {{200, 5}, {0, 2}}}}), 1,
                "foreign traffic: 1 request beyond ours: GET /a 0 +1");
}

// Time -----------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(another_process_is_a_restart) {
    auto after = counts({{"GET /a", {{200, 10}}}});
    after.started = 2000;
    const std::string cause =
        "restart: the gateway began to count anew during the run, and what it had counted is gone";
    check_cause(reconcile(counts({}), after, {{"GET /a"}}, run({{{{200, 10}}}})), 0, cause);
    check_cause(reconcile(counts({{"GET /a", {{200, 50}}}}), after, {{"GET /a"}}, run({{{{200, 12}}}})), -2, cause);
}

BOOST_AUTO_TEST_CASE(a_counter_that_fell_is_a_restart) {
    const GatewayView fell = reconcile(counts({{"GET /a", {{200, 50}}}}), counts({{"GET /a", {{200, 49}}}}),
                                       {{"GET /a"}}, run({{{{200, 10}}}}));
    BOOST_TEST(fell.cause.starts_with("restart: "));
    BOOST_TEST(!fell.reconciled);
    const GatewayView gone = reconcile(counts({{"GET /b", {{200, 1}}}}), counts({{"GET /a", {{200, 10}}}}),
                                       {{"GET /a"}}, run({{{{200, 10}}}}));
    BOOST_TEST(gone.cause.starts_with("restart: "));
}

BOOST_AUTO_TEST_CASE(a_reload_is_noted) {
    auto after = counts({{"GET /a", {{200, 10}}}});
    after.reloads = 2;
    const GatewayView view = reconcile(counts({}), after, {{"GET /a"}}, run({{{{200, 10}}}}));
    check_holds(view);
    BOOST_REQUIRE_EQUAL(view.notes.size(), 1u);
    BOOST_TEST(view.notes[0] == "it was reloaded during the run (2 times)");
}

BOOST_AUTO_TEST_CASE(what_the_rate_limit_refused_stands_beside_our_429) {
    const auto limited = [](std::uint64_t refused) {
        auto after = counts({{"GET /a", {{200, 4}, {429, 6}}}});
        after.limited = 5 + refused;
        auto before = counts({});
        before.limited = 5;
        return reconcile(before, after, {{"GET /a"}}, run({{{{200, 4}, {429, 6}}}}));
    };
    BOOST_TEST(limited(6).limited_by_plugin == 6);
    BOOST_TEST(limited(6).notes.empty());
    BOOST_REQUIRE_EQUAL(limited(2).notes.size(), 1u);
    BOOST_TEST(limited(2).notes[0] == "6 requests of ours had a 429, and its ratelimit refused 2: the others are an "
                                      "upstream's or a route's own");
    BOOST_TEST(limited(2).reconciled);
    BOOST_REQUIRE_EQUAL(limited(7).notes.size(), 1u);
    BOOST_TEST(limited(7).notes[0] ==
               "its ratelimit refused 7 requests, and only 6 of ours can have been answered 429");
}

BOOST_AUTO_TEST_SUITE_END()

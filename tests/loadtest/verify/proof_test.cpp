// tests/loadtest/verify/proof_test.cpp - beyond what `finds` says errors are found, and unseen bursts are told.
#include "loadtest/verify/findings.h"
#include "simulation.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::loadtest::verify;
using namespace std::chrono_literals;

namespace {

Declared declared(const Limit& limit) {
    DeclaredLimit one;
    one.by = {{By::Kind::caller}};
    one.algorithm = limit.algorithm;
    one.rate = Rate{limit.count, limit.window};
    DeclaredRoute route;
    route.name = "GET /";
    route.uses = {0};
    return {{}, {}, {{"routes.lua:1", "", "enforce", {}, true, 0, true, {one}}}, {route}};
}

// What is found of a limiter, asked in the stages that are planned for `limit`.
Finding found(const Limit& limit, const Limit& held, const VerifySettings& settings, unsigned seed = 1,
              double latency = 0.003, double phase = 0) {
    Drive drive;
    drive.routes = {0};
    drive.identities = {{"alice", "alice", {}, {}}};
    drive.limits = {{0, 0, limit, {{By::Kind::caller}}, ""}};
    set_stages(drive, 1, settings, 0);
    std::mt19937 random{seed};
    std::uniform_real_distribution<double> share{0, 1};
    struct Asked {
        double sent, decided, done;
    };
    std::vector<Asked> all;
    for (const loadtest::verify::Stage& stage : drive.stages)
        for (double at = loadtest::seconds(stage.from); at < loadtest::seconds(stage.to); at += 1 / stage.rate) {
            const double time = share(random) * latency;
            all.push_back({at, at + share(random) * time, at + time});
        }
    std::sort(all.begin(), all.end(), [](const Asked& a, const Asked& b) { return a.decided < b.decided; });
    test::Limiter limiter{held, phase};
    Driven driven{{Answers{}}};
    for (const Asked& asked : all) {
        const Outcome outcome = limiter.admits(asked.decided) ? Outcome::admitted : Outcome::refused;
        driven.by_identity[0].all.push_back(
            {{std::int64_t(asked.sent * 1e9), std::int64_t(asked.done * 1e9) + 1, outcome}});
    }
    return judge(declared(limit), drive, driven).at(0);
}

std::string said(const Finding& finding) {
    return std::string{finding.verdict()} + ", finds " + std::to_string(finding.seen_from) + ' ' + finding.unproven;
}

Limit bucket(double rate, double burst) { return {Algorithm::token_bucket, rate, 1s, burst}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify_proof)

BOOST_AUTO_TEST_CASE(a_burst_that_is_not_there_is_found_and_a_right_one_conforms) {
    VerifySettings usual, quick;
    quick.precision = 0.1;
    quick.longest = 15s;
    struct Case {
        double rate, burst, held;
        const VerifySettings& settings;
    };
    for (const Case& one : {Case{20, 200, 52, usual}, Case{20, 200, 190, usual}, Case{20, 200, 30, quick},
                            Case{1, 60, 20, usual}, Case{100, 20, 17, usual}}) {
        for (unsigned seed = 1; seed < 6; ++seed) {
            const Limit limit = bucket(one.rate, one.burst);
            const Finding wrong = found(limit, bucket(one.rate, one.held), one.settings, seed);
            BOOST_TEST(wrong.verdict() == "TOO LITTLE", limit.text() << ", really " << one.held << ": " << said(wrong));
            const Finding right = found(limit, limit, one.settings, seed);
            BOOST_TEST(right.verdict() == "conforms", limit.text() << ": " << said(right));
            BOOST_TEST(right.notes.empty(), limit.text() << ": " << (right.notes.empty() ? "" : right.notes.front()));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_burst_that_has_no_time_to_fill_is_told_as_not_proven) {
    VerifySettings quick;
    quick.precision = 0.1;
    quick.longest = 15s;
    const Finding most = found(bucket(20, 400), bucket(20, 400), quick);
    BOOST_TEST(most.verdict() == "conforms", said(most));
    BOOST_TEST((most.seen_from > 0.2 && most.seen_from < 0.3), said(most));
    BOOST_TEST_REQUIRE(most.notes.size() == 1u);
    BOOST_TEST(most.notes[0].starts_with("a burst above 3"), most.notes[0]);
    BOOST_TEST(most.notes[0].ends_with(" is not proven, as it takes 20 s to fill"), most.notes[0]);
    const Finding least = found(bucket(20, 1000), bucket(20, 350), quick);
    BOOST_TEST(least.verdict() == "not verified", said(least));
    BOOST_TEST(least.unproven.starts_with("a burst above 3"), said(least));
}

BOOST_AUTO_TEST_CASE(a_burst_that_answers_hide_is_told_as_not_proven_from_below) {
    const Finding slow = found(bucket(100, 5), bucket(100, 5), {}, 1, 0.1);
    BOOST_TEST(slow.verdict() == "conforms", said(slow));
    BOOST_TEST_REQUIRE(slow.notes.size() == 1u);
    BOOST_TEST(slow.notes[0].starts_with("answers took up to "), slow.notes[0]);
    BOOST_TEST(slow.notes[0].ends_with(" ms, which hides a whole burst: that it lets enough through is not proven"),
               slow.notes[0]);
    VerifySettings longer;
    longer.duration = 30s;
    BOOST_TEST(found(bucket(100, 5), bucket(102, 5), longer, 1, 0.1).verdict() == "TOO MUCH");
    BOOST_TEST(found(bucket(100, 50), bucket(98, 50), longer, 1, 0.1).verdict() == "TOO LITTLE");
}

// Shorter or longer windows are hidden by what answers and clocks hide, and that is told.
BOOST_AUTO_TEST_CASE(a_window_that_is_wrong_by_more_than_finds_says_is_found) {
    const Limit limits[] = {{Algorithm::sliding_log, 400, 1s}, {Algorithm::sliding_log, 50, 100ms},
                            {Algorithm::fixed_window, 400, 1s}};
    for (const Limit& limit : limits)
        for (const double latency : {0.001, 0.005, 0.02})
            for (unsigned seed = 1; seed < 6; ++seed) {
                const Finding right = found(limit, limit, {}, seed, latency);
                if (right.seen_from > 0.5) continue;
                BOOST_TEST(right.verdict() == "conforms", limit.text() << ": " << said(right));
                const double beyond = right.seen_from * 1.1;
                const Finding shorter = found(limit, test::longer_by(limit, -beyond), {}, seed, latency);
                BOOST_TEST(shorter.over.has_value(), limit.text() << ", -" << beyond << ": " << said(shorter));
            }
    // An error that is hidden is below what is told.
    const Finding hidden = found(limits[1], test::longer_by(limits[1], -0.2), {}, 1, 0.02);
    BOOST_TEST((hidden.over || hidden.seen_from > 0.2), said(hidden));
}

BOOST_AUTO_TEST_SUITE_END()

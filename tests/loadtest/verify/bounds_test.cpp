// tests/loadtest/verify/bounds_test.cpp - limiters that are right raise nothing, whatever the clients do; those that
// are wrong by a hundredth or two are found, and within the time that is promised.
#include "loadtest/verify/pace.h"
#include "loadtest/verify/too_little.h"
#include "loadtest/verify/too_much.h"
#include "simulation.h"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace tollgate;
using namespace tollgate::loadtest::verify;
using namespace std::chrono_literals;

namespace {

constexpr unsigned seeds = 40;

std::vector<bool> refusals(const Evidence& evidence) {
    std::vector<bool> all;
    for (const Record& record : evidence.records()) all.push_back(record.outcome == Outcome::refused);
    return all;
}

std::optional<Offence> over(const Limit& limit, const Evidence& evidence) {
    return too_much(limit, evidence, refusals(evidence), {});
}

double most_room(const Limit& limit, const Evidence& evidence) {
    double most = 0;
    for (const Room& one : room(limit, evidence, {})) most = std::max(most, one.requests);
    return most;
}

const Limit bucket{Algorithm::token_bucket, 100, 1s, 20};
const Limit small_bucket{Algorithm::token_bucket, 10, 1s, 5};
const Limit log_limit{Algorithm::sliding_log, 100, 1s};
const Limit fixed{Algorithm::fixed_window, 100, 1s};
const Limit sliding{Algorithm::sliding_window, 100, 1s};

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify_bounds)

BOOST_AUTO_TEST_CASE(right_limiters_raise_nothing) {
    for (const Limit& limit : {bucket, small_bucket, log_limit, fixed, sliding})
        for (unsigned seed = 0; seed < seeds; ++seed)
            for (const double demand : {0.7, 1.0, 3.0, 10.0}) {
                const test::Load load{demand * limit.per_second(), 6, 0.02, 3, 3 + 0.05 * seed};
                for (const bool first_use : {false, true}) {
                    const test::Limiter limiter{limit, 0.037 * seed, first_use};
                    const Evidence evidence{test::drive(limiter, load, seed)};
                    const std::string what = limit.text() + ", seed " + std::to_string(seed);
                    const auto offence = over(limit, evidence);
                    BOOST_TEST(!offence, what << ": " << (offence ? offence->by() : 0) << " too many");
                    BOOST_TEST(most_room(limit, evidence) < 1, what);
                    if (limit.algorithm != Algorithm::sliding_window) continue;
                    const Pace pace = pace_of(limit, evidence, refusals(evidence), {});
                    BOOST_TEST(!pace.offence, what << ": " << (pace.offence ? pace.offence->by() : 0) << " too few");
                }
            }
}

BOOST_AUTO_TEST_CASE(a_bucket_that_was_not_full_at_first_raises_nothing) {
    for (unsigned seed = 0; seed < seeds; ++seed) {
        Limit spent = bucket;
        spent.burst = 3;  // as if others had spent the rest
        const Evidence evidence{test::drive(test::Limiter{spent}, {300, 0.5, 0.02}, seed)};
        BOOST_TEST(!over(bucket, evidence));
        BOOST_TEST(most_room(bucket, evidence) < 1);
    }
}

BOOST_AUTO_TEST_CASE(one_that_admits_two_percent_more_is_found) {
    for (const Limit& limit : {bucket, log_limit, fixed, sliding})
        for (unsigned seed = 0; seed < seeds; ++seed) {
            const test::Limiter wrong{test::wrong_by(limit, 0.02), 0.037 * seed};
            const Evidence evidence{test::drive(wrong, {3 * limit.per_second(), 5, 0.02}, seed)};
            const auto offence = over(limit, evidence);
            BOOST_TEST(offence.has_value(), limit.text() << ", seed " << seed);
            if (offence) BOOST_TEST(offence->admitted > offence->bound);
        }
}

BOOST_AUTO_TEST_CASE(one_that_admits_two_percent_less_is_found) {
    for (const Limit& limit : {bucket, log_limit, fixed})
        for (unsigned seed = 0; seed < seeds; ++seed) {
            const test::Limiter wrong{test::wrong_by(limit, -0.02), 0.037 * seed};
            const Evidence evidence{test::drive(wrong, {3 * limit.per_second(), 5, 0.02}, seed)};
            BOOST_TEST(most_room(limit, evidence) >= 1, limit.text() << ", seed " << seed);
            BOOST_TEST(!over(limit, evidence));
        }
}

// Of a sliding window it is each window's own shortage that counts; how much each may lack is told.
BOOST_AUTO_TEST_CASE(a_sliding_window_that_is_too_strict_is_found_once_its_windows_lack_more_than_they_may) {
    const Limit limit{Algorithm::sliding_window, 1000, 2s};
    for (unsigned seed = 0; seed < seeds; ++seed) {
        const test::Load load{3 * limit.per_second(), 12, 0.001};
        const Evidence right{test::drive(test::Limiter{limit, 0.037 * seed}, load, seed)};
        const Pace pace = pace_of(limit, right, refusals(right), {});
        BOOST_TEST(!pace.offence);
        BOOST_TEST(pace.seen_from < 0.02, pace.seen_from);
        const Evidence wrong{test::drive(test::Limiter{test::wrong_by(limit, -0.02), 0.037 * seed}, load, seed)};
        BOOST_TEST(pace_of(limit, wrong, refusals(wrong), {}).offence.has_value(), "seed " << seed);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_beside_requests_under_way_is_theirs_only_if_it_can_be) {
    const auto at = [](double ms, Outcome outcome, double time = 1) {
        return Record{std::int64_t(ms * 1e6), std::int64_t((ms + time) * 1e6), outcome};
    };
    const Limit two{Algorithm::concurrency, 2};
    const Evidence evidence{std::vector<Record>{at(0, Outcome::admitted, 100), at(10, Outcome::admitted, 10),
                                                at(15, Outcome::refused), at(50, Outcome::refused),
                                                at(60, Outcome::admitted), at(300, Outcome::refused)}};
    const std::vector<Room> beside = room(two, evidence, {});
    BOOST_TEST(beside[2].requests < 1);
    BOOST_TEST(beside[3].requests == 1);
    BOOST_TEST(beside[5].requests == 2);
}

// How long it takes is no luck: an error of a share e shows once e * rate * T exceeds one request and what the answers'
// times and the clocks may hide.
BOOST_AUTO_TEST_CASE(a_hundredth_is_found_as_soon_as_it_is_more_than_one_request_and_what_latency_hides) {
    const double hidden = 1 + bucket.per_second() * (0.02 + 0.02 + 0.005);
    const double needed = 1.2 * hidden / (0.01 * bucket.per_second()) + 0.5;
    for (unsigned seed = 0; seed < seeds; ++seed)
        for (const double share : {0.01, -0.01}) {
            const test::Limiter wrong{test::wrong_by(bucket, share)};
            const Evidence evidence{test::drive(wrong, {300, needed, 0.02}, seed)};
            BOOST_TEST((share > 0 ? over(bucket, evidence).has_value() : most_room(bucket, evidence) >= 1),
                       share << ", seed " << seed);
        }
}

BOOST_AUTO_TEST_CASE(a_burst_that_is_two_too_large_or_too_small_is_found) {
    for (const double error : {2.0, -2.0}) {
        Limit wrong = bucket;
        wrong.burst += error;
        // Full again after a pause; then all at once.
        test::Load load{3000, 2, 0.0002, 1.2, 2.5};
        const Evidence evidence{test::drive(test::Limiter{wrong}, load, 1)};
        const Clocks sharp{100us, 0};
        if (error > 0) BOOST_TEST(too_much(bucket, evidence, refusals(evidence), sharp).has_value());
        double most = 0;
        for (const Room& one : room(bucket, evidence, sharp)) most = std::max(most, one.requests);
        if (error < 0) BOOST_TEST(most >= 1);
    }
}

BOOST_AUTO_TEST_CASE(the_offending_interval_is_told) {
    // Three within 10 ms where two and a tenth of one are allowed.
    const Limit limit{Algorithm::token_bucket, 10, 1s, 2};
    const auto at = [](double ms, Outcome outcome = Outcome::admitted) {
        return Record{std::int64_t(ms * 1e6), std::int64_t(ms * 1e6) + 1'000'000, outcome};
    };
    const std::vector<Record> records{at(0), at(500), at(505), at(509), at(900)};
    const auto offence = over(limit, Evidence{records});
    BOOST_REQUIRE(offence.has_value());
    BOOST_TEST(offence->from == 500'000'000);
    BOOST_TEST(offence->to == 510'000'000);
    BOOST_TEST(offence->admitted == 3);
    BOOST_TEST(offence->bound == 2.15, boost::test_tools::tolerance(0.001));

    // Two seconds after the last one was admitted a bucket of two is full, whoever asked before.
    const std::vector<Record> refused{at(0), at(2000, Outcome::refused)};
    const Room left = room(limit, Evidence{refused}, {})[1];
    BOOST_TEST(left.requests == 2);
    BOOST_TEST(left.admitted == 0);
}

BOOST_AUTO_TEST_CASE(what_is_unclear_proves_nothing) {
    const Limit limit{Algorithm::sliding_log, 2, 1s};
    std::vector<Record> records;
    for (int i = 0; i < 10; ++i) records.push_back({i * 1000, i * 1000 + 500, Outcome::unclear});
    records.push_back({1'500'000'000, 1'500'000'500, Outcome::unclear});
    records.push_back({1'600'000'000, 1'600'000'500, Outcome::unclear});
    records.push_back({1'700'000'000, 1'700'000'500, Outcome::refused});
    BOOST_TEST(!over(limit, Evidence{records}));       // they may all have been refused
    BOOST_TEST(most_room(limit, Evidence{records}) < 1);  // they may all have been admitted
    BOOST_TEST(!over(limit, Evidence{{}}));
}

// An upstream stands still for two seconds: a concurrency of 2 refuses all meanwhile, and the sliding window forgets.
BOOST_AUTO_TEST_CASE(what_another_limit_refuses_is_not_asked_of_a_sliding_window) {
    const Limit sliding{Algorithm::sliding_window, 40, 1s};
    for (unsigned seed = 1; seed < 20; ++seed) {
        test::Limiter limiter{sliding, 0.037 * seed};
        std::mt19937 random{seed};
        std::uniform_real_distribution<double> share{0, 1};
        std::vector<Record> records;
        std::vector<bool> by_this;
        for (double at = 1; at < 31; at += 1. / 120) {
            const double sent = at + share(random) / 1000, done = sent + 0.002;
            const bool still = at > 12 && at < 14;
            const bool admitted = !still && limiter.admits(sent + 0.001);
            records.push_back({std::int64_t(sent * 1e9), std::int64_t(done * 1e9),
                               admitted ? Outcome::admitted : Outcome::refused});
            by_this.push_back(!admitted && !still);
        }
        const Pace pace = pace_of(sliding, Evidence{records}, by_this, {});
        BOOST_TEST(!pace.offence, "seed " << seed << ": " << (pace.offence ? pace.offence->by() : 0) << " too few");
        BOOST_TEST(pace.seen_from < 0.5, pace.seen_from);
    }
}

// Two gateways with leases: what they hold is the bound's slack, and an error shows when it is more than that.
BOOST_AUTO_TEST_CASE(gateways_with_leases_are_never_accused_and_found_when_they_are_wrong) {
    for (const Limit& exact : {bucket, log_limit, fixed, Limit{Algorithm::sliding_window, 400, 2s}})
        for (unsigned seed = 0; seed < seeds; ++seed) {
            Limit leased = exact;
            leased.leased = 6;
            const test::Load load{3 * exact.per_second(), 14, 0.005};
            const Evidence right{test::drive(test::Leasing{test::Limiter{exact, 0.037 * seed}, 2, 3}, load, seed)};
            const auto offence = over(leased, right);
            BOOST_TEST(!offence, exact.text() << ": " << (offence ? offence->by() : 0));
            BOOST_TEST(most_room(leased, right) < 1, exact.text());
            const bool sliding_one = exact.algorithm == Algorithm::sliding_window;
            if (sliding_one) BOOST_TEST(!pace_of(leased, right, refusals(right), {}).offence);
            // Of a log or a window it has to be more than the leases; of the others they count once.
            const double share = exact.algorithm == Algorithm::token_bucket ? 0.02 : 0.1;
            const test::Limiter more{test::wrong_by(exact, share), 0.037 * seed};
            const Evidence much{test::drive(test::Leasing{more, 2, 3}, load, seed)};
            BOOST_TEST(over(leased, much).has_value(), exact.text());
            const test::Limiter less{test::wrong_by(exact, -share), 0.037 * seed};
            const Evidence little{test::drive(test::Leasing{less, 2, 3}, load, seed)};
            BOOST_TEST((most_room(leased, little) >= 1 ||
                        (sliding_one && pace_of(leased, little, refusals(little), {}).offence)), exact.text());
        }
}

BOOST_AUTO_TEST_CASE(a_line_is_never_accused_and_one_that_is_wrong_is_found) {
    Limit line = bucket;
    line.longest_delay = 200ms;
    for (unsigned seed = 0; seed < seeds; ++seed) {
        const test::Load load{300, 20, 0.01, 5, 5.8};  // in between the line empties, and the bucket fills
        const Evidence right{test::drive(test::Limiter{line}, load, seed)};
        BOOST_TEST(!over(line, right));
        BOOST_TEST(most_room(line, right) < 1);
        const auto wrong = [&](double share) {
            return Evidence{test::drive(test::Limiter{test::wrong_by(line, share)}, load, seed)};
        };
        BOOST_TEST(over(line, wrong(0.02)).has_value());
        BOOST_TEST(most_room(line, wrong(-0.02)) >= 1);
        Limit shorter = line;
        shorter.longest_delay = 150ms;  // it refuses who would have to wait for less than was declared
        BOOST_TEST(most_room(line, Evidence{test::drive(test::Limiter{shorter}, load, seed)}) >= 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()

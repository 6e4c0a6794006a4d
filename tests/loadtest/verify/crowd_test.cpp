// tests/loadtest/verify/crowd_test.cpp - what was under way for sure, and that it is never more than there was.
#include "loadtest/verify/crowd.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace tollgate::loadtest::verify;
using namespace std::chrono_literals;

namespace {

const Limit five{Algorithm::concurrency, 5, 100ms};

Record asked(double from_ms, double to_ms, Outcome outcome = Outcome::admitted) {
    return {std::int64_t(from_ms * 1e6), std::int64_t(to_ms * 1e6), outcome};
}

// A gateway that lets `places` in, asked more often than that; each takes 100 ms behind it.
std::vector<Record> drive(int places, unsigned seed, double latency_ms) {
    std::mt19937 random{seed};
    std::uniform_real_distribution<double> share{0, 1};
    std::vector<double> ends;
    std::vector<Record> records;
    for (double at = 0; at < 3000; at += 5) {
        const double sent = at + share(random), decided = sent + share(random) * latency_ms;
        ends.erase(std::remove_if(ends.begin(), ends.end(), [&](double end) { return end <= decided; }), ends.end());
        const bool in = int(ends.size()) < places;
        const double over = decided + (in ? 100 : 0);
        if (in) ends.push_back(over);
        records.push_back(asked(sent, over + share(random) * latency_ms, in ? Outcome::admitted : Outcome::refused));
    }
    return records;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loadtest_verify_crowd)

BOOST_AUTO_TEST_CASE(only_what_overlaps_for_sure_is_a_crowd) {
    // The second may have been let in when the first was gone: it was answered 110 ms after that.
    const std::vector<Record> apart{asked(0, 101), asked(50, 211)};
    BOOST_TEST(crowd_of(five, Evidence{apart}, {}).most == 1);
    const std::vector<Record> together{asked(0, 101), asked(10, 111), asked(20, 300, Outcome::refused),
                                       asked(20, 130, Outcome::unclear)};
    BOOST_TEST(crowd_of(five, Evidence{together}, {}).most == 2);
    BOOST_TEST(crowd_of(five, Evidence{std::vector<Record>{asked(0, 250)}}, {}).most == 0);  // it took too long to say
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_sooner_than_is_said_proves_nothing) {
    std::vector<Record> one_by_one;
    for (int i = 0; i < 10; ++i) one_by_one.push_back(asked(i * 11, i * 11 + 10));  // never two at a time
    const Crowd crowd = crowd_of(five, Evidence{one_by_one}, {});
    BOOST_TEST(crowd.most == 0);
    BOOST_TEST(crowd.sooner == 10U);
    BOOST_TEST(!crowd.offence);
    for (int i = 0; i < 6; ++i) one_by_one.push_back(asked(i, i + 101));
    BOOST_TEST(crowd_of(five, Evidence{one_by_one}, {}).most == 6);
}

BOOST_AUTO_TEST_CASE(one_too_many_is_found_and_when) {
    std::vector<Record> six;
    for (int i = 0; i < 6; ++i) six.push_back(asked(i * 10, i * 10 + 102));
    const Crowd crowd = crowd_of(five, Evidence{six}, {});
    BOOST_TEST_REQUIRE(crowd.offence.has_value());
    BOOST_TEST(crowd.offence->admitted == 6);
    BOOST_TEST(crowd.offence->bound == 5);
    BOOST_TEST((crowd.offence->from > 50'000'000 && crowd.offence->to < 101'000'000));
    six.pop_back();
    BOOST_TEST(!crowd_of(five, Evidence{six}, {}).offence);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_holds_to_it_is_never_accused_and_one_place_too_many_is_found) {
    for (unsigned seed = 1; seed < 40; ++seed)
        for (const double latency : {1.0, 10.0, 40.0}) {
            BOOST_TEST(!crowd_of(five, Evidence{drive(5, seed, latency)}, {}).offence);
            if (latency < 20) BOOST_TEST(crowd_of(five, Evidence{drive(6, seed, latency)}, {}).offence.has_value());
        }
}

BOOST_AUTO_TEST_SUITE_END()

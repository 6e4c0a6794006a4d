// tests/loadtest/upstream/fates_test.cpp - fates by number: reproducible, in the shares asked for, in step with nobody.
#include "loadtest/upstream/fates.h"

#include <boost/test/unit_test.hpp>

#include <map>
#include <vector>

using namespace tollgate::loadtest;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(loadtest_upstream_fates)

namespace {

constexpr std::uint64_t many = 100'000;

Behaviour troubled() {
    Behaviour behaviour;
    std::string problem;
    behaviour.delay = *Delay::parse("exp:5ms", problem);
    behaviour.statuses = {{200, 90}, {503, 10}};
    behaviour.shares = {0, 0.01, 0.02, 0.03, 0.04};
    behaviour.fail_health = 0.1;
    return behaviour;
}

bool same(const Fate& a, const Fate& b) {
    return a.fault == b.fault && a.delay == b.delay && a.status == b.status && a.variant == b.variant;
}

// How many of the first thousand requests have the same fate.
int agreements(const Fates& a, const Fates& b) {
    int same_fates = 0;
    for (std::uint64_t number = 0; number < 1000; ++number) same_fates += same(a.of(number), b.of(number));
    return same_fates;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_fates) {
    BOOST_TEST(agreements(Fates{troubled(), 0}, Fates{troubled(), 0}) == 1000);
}

BOOST_AUTO_TEST_CASE(another_seed_or_instance_gives_others) {
    Behaviour other = troubled();
    other.seed = 2;
    BOOST_TEST(agreements(Fates{troubled(), 0}, Fates{other, 0}) == 0);
    BOOST_TEST(agreements(Fates{troubled(), 0}, Fates{troubled(), 1}) == 0);
}

BOOST_AUTO_TEST_CASE(shares_come_out_as_asked) {
    const Fates fates{troubled(), 0};
    std::map<Fault, int> faults;
    int failed = 0, unhealthy = 0;
    for (std::uint64_t number = 0; number < many; ++number) {
        const Fate fate = fates.of(number);
        ++faults[fate.fault];
        failed += fate.status == 503;
        unhealthy += !fates.healthy(number);
    }
    // Six standard deviations of a share of 10%: 570 of 100,000; of 1%: 190.
    BOOST_TEST(std::abs(faults[Fault::hang] - 1000) < 190);
    BOOST_TEST(std::abs(faults[Fault::reset] - 2000) < 270);
    BOOST_TEST(std::abs(faults[Fault::cut] - 3000) < 330);
    BOOST_TEST(std::abs(faults[Fault::garbage] - 4000) < 380);
    BOOST_TEST(std::abs(failed - 10'000) < 570);
    BOOST_TEST(std::abs(unhealthy - 10'000) < 570);
}

BOOST_AUTO_TEST_CASE(neighbours_do_not_fail_together) {
    const Fates fates{troubled(), 0};
    int both = 0;  // 10% of 10% of 99,999 pairs
    for (std::uint64_t number = 0; number + 1 < many; ++number)
        both += fates.of(number).status == 503 && fates.of(number + 1).status == 503;
    BOOST_TEST(std::abs(both - 1000) < 200);
}

BOOST_AUTO_TEST_CASE(a_share_of_one_is_every_request) {
    Behaviour behaviour;
    behaviour.shares[static_cast<std::size_t>(Fault::cut)] = 1;
    behaviour.fail_health = 1;
    const Fates fates{behaviour, 0};
    for (std::uint64_t number = 0; number < many; ++number) {
        BOOST_REQUIRE((fates.of(number).fault == Fault::cut));
        BOOST_REQUIRE(!fates.healthy(number));
    }
}

BOOST_AUTO_TEST_CASE(without_anything_told_all_fates_are_the_same) {
    const Fates fates{Behaviour{}, 0};
    BOOST_TEST(!fates.vary());
    BOOST_TEST(same(fates.of(0), Fate{}));
    BOOST_TEST(same(fates.of(1), Fate{}));
    BOOST_TEST(fates.healthy(0));
}

BOOST_AUTO_TEST_SUITE_END()

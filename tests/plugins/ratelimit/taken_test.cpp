// tests/plugins/ratelimit/taken_test.cpp - what comes back when a request is over, whether its end was logged or not.
#include "taken.h"

#include "memory_store.h"
#include "plugins/metrics.h"
#include "plugins/named_states.h"
#include "plugins/plugin_host.h"
#include "plugins/ratelimit/declared.h"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

using namespace tollgate;
using namespace tollgate::ratelimit;
using tollgate::test::Declared;
using tollgate::test::one_of_each;

namespace {

struct Site {
    plugins::NoLoops none;
    plugins::Metrics metrics{1};
    plugins::NamedStates states;
    plugins::Pages pages;
    plugins::PluginHost host{"ratelimit", {none, metrics, states, pages, {}}};
    MemoryStore store;
    const std::vector<Declared> limits = one_of_each(3);

    // Takes two of each limit, or one place.
    std::optional<Taken> taken;
    void take() {
        std::vector<Claim> claims;
        for (const auto& declared : limits) claims.push_back(declared.claim("alice", 2));
        BOOST_TEST_REQUIRE(!store.take(claims, now()));
        BOOST_TEST_REQUIRE(all_admitted(claims));
        taken.emplace().hold(store, host, claims, false);
    }
    Moment now() const { return {host.now(), host.wall_clock()}; }
    std::vector<int> left() {
        std::vector<int> all;
        for (const auto& declared : limits) {
            Claim claim = declared.claim("alice", 0);
            BOOST_TEST_REQUIRE(!store.take({&claim, 1}, now()));
            all.push_back(int(claim.decision.remaining));
        }
        return all;
    }
    bool has_left(const std::vector<int>& expected) { return left() == expected; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_taken)

BOOST_AUTO_TEST_CASE(the_place_comes_back_and_what_was_spent_stays_spent) {
    Site site;
    site.take();
    BOOST_TEST(site.has_left({1, 1, 1, 1, 1, 2}));
    site.taken.reset();
    BOOST_TEST(site.has_left({1, 1, 1, 1, 1, 3}));
}

BOOST_AUTO_TEST_CASE(of_what_was_refused_after_all_everything_comes_back_once) {
    Site site;
    site.take();
    std::vector<Claim> other{site.limits[5].claim("alice")};
    BOOST_TEST_REQUIRE(!site.store.take(other, site.now()));  // a place that somebody else has
    site.taken->undo();
    site.taken.reset();
    BOOST_TEST(site.has_left({3, 3, 3, 3, 3, 2}));
}

BOOST_AUTO_TEST_CASE(of_what_waits_for_its_turn_everything_comes_back) {
    Site site;
    site.take();
    site.taken->waits = true;
    site.taken.reset();
    BOOST_TEST(site.has_left({3, 3, 3, 3, 3, 3}));
}

BOOST_AUTO_TEST_SUITE_END()

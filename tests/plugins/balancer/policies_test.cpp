// tests/plugins/balancer/policies_test.cpp - each name makes its policy, and what outlives it goes on.
#include "policies.h"

#include "hash.h"
#include "picks.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::balancer;
using namespace std::chrono_literals;

namespace {

const TimePoint now{1h};
const std::vector<Member> three{{"a:1", 2}, {"b:1", 1}, {"c:1", 1}};

std::unique_ptr<Policy> made(const std::string& policy, Memory& memory, std::string_view upstream = "u",
                             const std::vector<Member>& members = three) {
    return make_policy({policy, 0, 10s}, upstream, members, memory, now);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(balancer_policies)

BOOST_AUTO_TEST_CASE(every_name_makes_a_policy_that_picks) {
    for (const char* name : policy_names) {
        Memory memory;
        BOOST_TEST(made(name, memory)->pick(All{}).has_value(), name);
        BOOST_TEST(!made(name, memory)->pick(Without{0, 1, 2}).has_value(), name);
    }
}

BOOST_AUTO_TEST_CASE(names_make_different_policies) {
    Memory memory;
    BOOST_TEST(letters(*made("round_robin", memory, "r"), All{}, 4) == "abca");
    BOOST_TEST(letters(*made("weighted", memory, "w"), All{}, 4) == "abca");
    BOOST_TEST(letters(*made("weighted", memory, "w"), All{}, 4) == "abca");
    const Scene busy{{9, 9, 0}};
    BOOST_TEST(shares(*made("least_requests", memory), busy, 3, 1000)[2] > 300);
    BOOST_TEST(made("ewma", memory)->reason(0, busy) == "nothing known yet, 9 under way");
    Scene known{{0, 0, 0}};
    known.asked_by = hash("192.0.2.7");
    const Counts counts = shares(*made("consistent_hash", memory), known, 3, 100);
    BOOST_TEST(std::ranges::max(counts) == 100);
}

BOOST_AUTO_TEST_CASE(turns_and_latencies_outlive_their_policy_by_upstream_and_address) {
    Memory memory;
    const Scene scene{{0, 0, 0}};
    letters(*made("round_robin", memory), All{}, 1);
    made("ewma", memory)->observe(1, {300ms}, now);

    BOOST_TEST(letters(*made("round_robin", memory), All{}, 3) == "bca");
    const std::vector<Member> moved{{"b:1", 1}, {"d:1", 1}};
    BOOST_TEST(made("ewma", memory, "u", moved)->reason(0, scene) == "expected to take 300000 us, 0 under way");
    BOOST_TEST(made("ewma", memory, "u", moved)->reason(1, scene) == "nothing known yet, 0 under way");
    BOOST_TEST(made("ewma", memory, "other")->reason(1, scene) == "nothing known yet, 0 under way");
}

BOOST_AUTO_TEST_SUITE_END()

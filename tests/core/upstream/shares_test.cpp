// tests/core/upstream/shares_test.cpp - who gets what share, and whom a change of shares moves.
#include "upstream/shares.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using tollgate::upstream::Shares;

namespace {

Shares made(const std::vector<std::pair<std::string, double>>& all) {
    Shares shares;
    for (const auto& [name, weight] : all) shares.add(name, weight);
    return shares;
}

constexpr int keys = 20'000;

std::vector<std::size_t> of_keys(const Shares& shares) {
    std::vector<std::size_t> all;
    for (int key = 0; key < keys; ++key) all.push_back(shares.of_key("user-" + std::to_string(key)));
    return all;
}

// The share of the keys that `index` has.
double share_of(const Shares& shares, std::size_t index) {
    const auto all = of_keys(shares);
    return double(std::count(all.begin(), all.end(), index)) / keys;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_shares)

BOOST_AUTO_TEST_CASE(draws_follow_the_weights) {
    const Shares shares = made({{"a", 1}, {"b", 0.5}, {"c", 2.5}});
    std::vector<int> counts(3);
    for (int i = 0; i < 4000; ++i) ++counts[shares.drawn(i / 4000.0)];
    BOOST_TEST(counts == (std::vector<int>{1000, 500, 2500}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_weighs_nothing_gets_nothing) {
    const Shares shares = made({{"a", 0}, {"b", 3}, {"c", 0}});
    for (const double point : {0.0, 0.5, 1.0}) BOOST_TEST(shares.drawn(point) == 1u);
    BOOST_TEST(share_of(shares, 1) == 1.0);
}

BOOST_AUTO_TEST_CASE(keys_are_shared_by_weight) {
    const Shares shares = made({{"orders", 90}, {"canary", 7}, {"lab", 3}});
    BOOST_TEST(share_of(shares, 0) == 0.90, boost::test_tools::tolerance(0.01));
    BOOST_TEST(share_of(shares, 1) == 0.07, boost::test_tools::tolerance(0.1));
    BOOST_TEST(share_of(shares, 2) == 0.03, boost::test_tools::tolerance(0.15));
}

BOOST_AUTO_TEST_CASE(who_grows_takes_from_all_and_gives_nothing_away) {
    const auto before = of_keys(made({{"orders", 90}, {"canary", 5}, {"lab", 5}}));
    const auto after = of_keys(made({{"orders", 80}, {"canary", 10}, {"lab", 10}}));
    int moved = 0;
    for (int key = 0; key < keys; ++key) {
        if (before[std::size_t(key)] == after[std::size_t(key)]) continue;
        ++moved;
        BOOST_REQUIRE(before[std::size_t(key)] == 0u);  // only those of who shrank
    }
    BOOST_TEST(moved > keys / 20);
    BOOST_TEST(moved < keys / 6);  // a tenth, about
}

BOOST_AUTO_TEST_CASE(who_leaves_takes_only_its_own_along) {
    const auto before = of_keys(made({{"a", 1}, {"b", 1}, {"c", 1}}));
    const auto after = of_keys(made({{"a", 1}, {"b", 0}, {"c", 1}}));
    for (std::size_t key = 0; key < before.size(); ++key)
        if (before[key] != 1) BOOST_REQUIRE(before[key] == after[key]);
}

BOOST_AUTO_TEST_CASE(the_order_and_the_sum_of_the_weights_make_no_difference) {
    const auto one = of_keys(made({{"a", 1}, {"b", 3}})), other = of_keys(made({{"b", 60}, {"a", 20}}));
    for (std::size_t key = 0; key < one.size(); ++key) BOOST_REQUIRE(one[key] == 1 - other[key]);
}

// Another release that moved everybody's users would not be noticed by any other case.
BOOST_AUTO_TEST_CASE(keys_stay_where_earlier_releases_had_them) {
    const Shares shares = made({{"orders", 1}, {"canary", 1}});
    std::string home;
    for (const char* key : {"alice", "bob", "carol", "dave", "", "a much longer key than eight bytes"})
        home += std::to_string(shares.of_key(key));
    BOOST_TEST(home == "100001");
}

BOOST_AUTO_TEST_SUITE_END()

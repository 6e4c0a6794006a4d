// tests/plugins/ratelimit/regions/tally_test.cpp - nothing is lost between those who add and the one who collects.
#include "regions/tally.h"

#include "support/background.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <deque>
#include <map>

using namespace tollgate::ratelimit::regions;
using tollgate::test::Background;

namespace {

using Sums = std::map<std::pair<std::uint64_t, Window>, std::int64_t>;

void collect(Tally& tally, Sums& sums) {
    tally.collect([&](const Tally::Entry& entry) { sums[{entry.key, entry.window}] += entry.amount; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_regions_tally)

BOOST_AUTO_TEST_CASE(what_was_added_is_collected_once_by_key_and_window) {
    Tally tally;
    const Window first{1000, 1000}, second{2000, 1000};
    tally.add(5, first, 1000);
    tally.add(5, first, 500);
    tally.add(5, second, 1000);
    tally.add(5 + 64, first, 1000);  // the same place in a table of 64
    tally.add(6, first, -1000);
    Sums sums;
    collect(tally, sums);
    const Sums expected{{{5, first}, 1500}, {{5, second}, 1000}, {{69, first}, 1000}, {{6, first}, -1000}};
    BOOST_TEST((sums == expected));
    sums.clear();
    collect(tally, sums);
    BOOST_TEST(sums.empty());
}

BOOST_AUTO_TEST_CASE(a_flood_of_keys_finds_room_up_to_a_bound_and_the_rest_is_counted) {
    Tally tally;
    constexpr std::uint64_t flood = 100'000;
    for (std::uint64_t key = 1; key <= flood; ++key) tally.add(key * 0x9e3779b97f4a7c15, {1000, 1000}, 1);
    Sums sums;
    collect(tally, sums);
    BOOST_TEST(sums.size() >= 30'000U);
    BOOST_TEST(sums.size() + tally.take_left_out() == flood);
    BOOST_TEST(tally.take_left_out() == 0U);
    tally.add(1, {1000, 1000}, 1);  // and once more from the beginning
    sums.clear();
    collect(tally, sums);
    BOOST_TEST(sums.size() == 1U);
}

BOOST_AUTO_TEST_CASE(threads_add_while_another_collects) {
    Tally tally;
    constexpr std::size_t threads = 20;  // more than there are desks
    constexpr std::uint64_t each = 20'000;
    std::atomic<std::size_t> ended{0};
    Sums sums;
    {
        std::deque<Background> adding;
        for (std::size_t i = 0; i < threads; ++i)
            adding.emplace_back([&] {
                for (std::uint64_t k = 0; k < each; ++k) tally.add(1 + k % 100, {1000, 1000}, 1);
                ++ended;
            });
        while (ended < threads) collect(tally, sums);
        for (auto& one : adding) one.wait();
    }
    collect(tally, sums);
    std::int64_t sum = 0;
    for (const auto& [key, amount] : sums) sum += amount;
    BOOST_TEST(sum == std::int64_t(threads * each));
    BOOST_TEST(sums.size() == 100U);
    BOOST_TEST(tally.take_left_out() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

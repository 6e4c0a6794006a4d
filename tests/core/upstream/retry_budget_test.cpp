// tests/core/upstream/retry_budget_test.cpp - how many retries an upstream's requests allow.
#include "upstream/retry_budget.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;
using upstream::RetryBudget;

namespace {

const net::TimePoint start{1h};

upstream::RetrySettings settings_with(double budget, std::uint32_t floor) {
    upstream::RetrySettings settings;
    settings.budget = budget;
    settings.budget_floor = floor;
    return settings;
}

int taken(RetryBudget& budget, const upstream::RetrySettings& settings, net::TimePoint now) {
    int taken = 0;
    while (taken < 10'000 && budget.take(settings, now)) ++taken;
    return taken;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_retry_budget)

BOOST_AUTO_TEST_CASE(the_floor_is_there_without_a_request) {
    RetryBudget budget;
    BOOST_TEST(taken(budget, settings_with(0.2, 10), start) == 10);
    BOOST_TEST(!budget.take(settings_with(0.2, 10), start + 8s));
    BOOST_TEST(taken(budget, settings_with(0.2, 10), start + 10s) == 10);
}

BOOST_AUTO_TEST_CASE(beyond_the_floor_it_is_a_share_of_all_loops_requests) {
    RetryBudget budget;
    for (std::size_t request = 0; request < 1000; ++request) budget.count_request(request % 40, start);
    BOOST_TEST(budget.requests(start) == 1000u);
    BOOST_TEST(taken(budget, settings_with(0.2, 10), start) == 200);
    BOOST_TEST(budget.retries(start) == 200u);
    BOOST_TEST(taken(budget, settings_with(1, 0), start) == 800);
}

BOOST_AUTO_TEST_CASE(without_floor_and_share_there_is_none) {
    RetryBudget budget;
    for (int request = 0; request < 1000; ++request) budget.count_request(0, start);
    BOOST_TEST(taken(budget, settings_with(0, 0), start) == 0);
}

BOOST_AUTO_TEST_CASE(requests_of_long_ago_give_nothing) {
    RetryBudget budget;
    for (int request = 0; request < 1000; ++request) budget.count_request(0, start);
    BOOST_TEST(taken(budget, settings_with(0.2, 0), start + 10s) == 0);
}

BOOST_AUTO_TEST_CASE(threads_take_no_more_than_there_is_but_for_one_each) {
    RetryBudget budget;
    for (int request = 0; request < 1000; ++request) budget.count_request(0, start);
    std::atomic<int> all{0};
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 500; ++i) {
                budget.count_request(thread, start);
                all += budget.take(settings_with(0.1, 0), start);
            }
        });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(budget.requests(start) == 3000u);
    BOOST_TEST(all <= 300 + 4);
    all += taken(budget, settings_with(0.1, 0), start);
    BOOST_TEST(all >= 300);
}

BOOST_AUTO_TEST_SUITE_END()

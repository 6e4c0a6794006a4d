// tests/plugins/ratelimit/sliding_log_test.cpp - the exact window against brute force, by a virtual clock.
#include "sliding_log.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <barrier>
#include <random>
#include <thread>
#include <vector>

using namespace tollgate::ratelimit;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr Time start{1'000'000s};

struct Log : SlidingLog {
    ~Log() { discard(); }
};

Limit log_of(double count, nanoseconds per) { return Limit::windowed(Algorithm::sliding_log, count, per); }

int drain(SlidingLog& log, Time now, const Limit& limit) {
    int count = 0;
    while (log.take(1, now, limit).admitted) ++count;
    return count;
}

struct Admitted {
    std::int64_t when;
    double cost;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_sliding_log)

BOOST_AUTO_TEST_CASE(decisions_are_those_of_brute_force) {
    std::mt19937_64 random{3};
    for (const auto& [count, per] : {std::pair{1, 1s}, {5, 60s}, {100, 10s}, {1000, 3600s}}) {
        const Limit limit = log_of(count, per);
        std::exponential_distribution<double> gap{2.0 * count / double(nanoseconds{per}.count())};
        std::uniform_int_distribution<int> cost_of{1, 3};
        Log log;
        std::vector<Admitted> all;
        std::int64_t now = 0;
        for (int i = 0; i < 4000; ++i) {
            const double cost = cost_of(random);
            double used = 0;
            for (const auto& one : all) used += now - one.when < nanoseconds{per}.count() ? one.cost : 0;
            const bool expected = used + cost <= count;

            const Decision decision = log.take(cost, start + nanoseconds{now}, limit);

            BOOST_TEST_REQUIRE(decision.admitted == expected);
            BOOST_TEST_REQUIRE(decision.remaining == std::int64_t(count - used - (expected ? cost : 0)));
            if (!expected && cost <= count) {
                const nanoseconds wait = decision.retry_after;
                BOOST_TEST_REQUIRE(!log.decide_while([] { return true; },
                                                     {limit, limit.price(cost), start + nanoseconds{now} + wait - 1ns},
                                                     false)
                                        ->admitted);
                BOOST_TEST_REQUIRE(log.decide_while([] { return true; },
                                                    {limit, limit.price(cost), start + nanoseconds{now} + wait}, false)
                                       ->admitted);
            }
            if (expected) all.push_back({now, cost});
            now += static_cast<std::int64_t>(gap(random));
        }
    }
}

BOOST_AUTO_TEST_CASE(each_place_is_free_again_when_its_request_is_old) {
    const Limit limit = log_of(5, 60s);
    Log log;
    for (int i = 0; i < 5; ++i) BOOST_TEST(log.take(1, start + i * 1s, limit).admitted);

    BOOST_TEST((log.take(1, start + 30s, limit).retry_after == 30s));
    for (int i = 0; i < 5; ++i) {
        BOOST_TEST(!log.take(1, start + 60s + i * 1s - 1ns, limit).admitted);
        BOOST_TEST(log.take(1, start + 60s + i * 1s, limit).admitted);
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_costs_more_than_all_is_never_admitted) {
    Log log;
    BOOST_TEST((log.take(6, start, log_of(5, 60s)).retry_after == Decision::never));
}

BOOST_AUTO_TEST_CASE(fractions_are_held_to_the_sum_and_never_admit_more) {
    const Limit limit = log_of(2, 60s);
    Log log;
    for (int i = 0; i < 20; ++i) BOOST_TEST(log.take(0.1, start + i * 1s, limit).admitted);

    BOOST_TEST(!log.take(0.1, start + 21s, limit).admitted);
    BOOST_TEST(!log.take(0.1, start + 60s - 1ns, limit).admitted);
    BOOST_TEST(log.take(2, start + 80s, limit).admitted);
}

BOOST_AUTO_TEST_CASE(a_changed_limit_keeps_what_was_admitted) {
    Log log;
    drain(log, start, log_of(10, 60s));

    BOOST_TEST(drain(log, start + 1s, log_of(15, 60s)) == 5);
    BOOST_TEST(drain(log, start + 2s, log_of(5, 60s)) == 0);
    BOOST_TEST(drain(log, start + 3s, log_of(15, 3600s)) == 0);
    BOOST_TEST(drain(log, start + 10s, log_of(15, 5s)) == 15);
}

BOOST_AUTO_TEST_CASE(what_is_given_back_was_never_taken) {
    const Limit limit = log_of(10, 60s);
    Log log;
    const Decision decision = log.take(4, start, limit);
    BOOST_TEST(log.take(3, start + 1s, limit).admitted);

    log.give_back_while([] { return true; }, {limit, limit.price(4), start + 2s}, decision.receipt);

    BOOST_TEST(drain(log, start + 3s, limit) == 7);
}

BOOST_AUTO_TEST_CASE(two_hundred_parallel_takes_at_ten_admit_ten) {
    constexpr int threads = 8, takes = 25;
    const Limit limit = log_of(10, 3600s);
    for (int round = 0; round < 100; ++round) {
        Log log;
        std::atomic<int> count{0};
        std::barrier together{threads};
        {
            std::vector<std::jthread> crowd;
            for (int i = 0; i < threads; ++i)
                crowd.emplace_back([&] {
                    together.arrive_and_wait();
                    for (int k = 0; k < takes; ++k) count += log.take(1, start + nanoseconds{k}, limit).admitted;
                });
        }
        BOOST_TEST_REQUIRE(count == 10);
    }
}

BOOST_AUTO_TEST_SUITE_END()

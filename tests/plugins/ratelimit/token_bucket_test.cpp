// tests/plugins/ratelimit/token_bucket_test.cpp - what a bucket admits, promises and keeps, by a virtual clock.
#include "token_bucket.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cmath>
#include <iterator>
#include <ostream>
#include <random>
#include <thread>
#include <vector>

using namespace tollgate::ratelimit;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr Time start{1'000'000s};  // a machine that has been up for eleven days

struct Declared {
    double count;
    nanoseconds per;
    std::int64_t burst;
    Limit limit() const { return {count, per, burst}; }
    long double rate() const { return refilled(1ns); }
    long double refilled(nanoseconds time) const {
        return static_cast<long double>(count) * static_cast<long double>(time.count()) /
               static_cast<long double>(per.count());
    }
    friend std::ostream& operator<<(std::ostream& out, const Declared& d) {
        return out << d.count << " per " << d.per.count() << " ns, burst " << d.burst;
    }
};

const std::vector<Declared> limits{
    {1, 720h, 1},      {1, 720h, 5},  {10'000, 720h, 100}, {7, 24h, 3},         {60, 1min, 10},        {5, 1min, 1},
    {1200, 1min, 200}, {3, 1s, 2},    {0.5, 1s, 1},        {333'333, 1s, 17},   {1'000'000, 1s, 1000}, {7, 1s, 1},
    {1, 1s, 1},        {1000, 1s, 1}, {999'999, 1s, 1},    {1'000'000, 1s, 1},
};

// Virtual time stays within what a steady clock can reach.
constexpr nanoseconds longest = 24h * 365 * 20;

// Moments at which takes of cost 1 were admitted; `next` says after each decision how long the client waits.
template <class Next>
std::vector<nanoseconds> admitted(const Limit& limit, int asks, Next next) {
    TokenBucket bucket;
    std::vector<nanoseconds> moments;
    nanoseconds at{0};
    for (int i = 0; i < asks && at < longest; ++i) {
        const Decision decision = bucket.take(1, start + at, limit);
        if (decision.admitted) moments.push_back(at);
        at += next(decision);
    }
    return moments;
}

std::vector<Declared> roomy_limits() {
    std::vector<Declared> roomy;
    std::copy_if(limits.begin(), limits.end(), std::back_inserter(roomy),
                 [](const Declared& declared) { return declared.burst > 1; });
    return roomy;
}

int drain(TokenBucket& bucket, Time now, const Limit& limit) {
    int count = 0;
    while (bucket.take(1, now, limit).admitted) ++count;
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_token_bucket)

BOOST_DATA_TEST_CASE(a_new_bucket_holds_the_burst_and_no_more, limits, declared) {
    TokenBucket bucket;

    BOOST_TEST(drain(bucket, start, declared.limit()) == declared.burst);
}

BOOST_AUTO_TEST_CASE(a_decision_tells_what_is_left_and_when_it_is_full_again) {
    const Limit limit{60, 1min, 10};
    TokenBucket bucket;

    const Decision first = bucket.take(1, start, limit), second = bucket.take(3, start, limit);

    BOOST_TEST(first.admitted);
    BOOST_TEST(first.remaining == 9);
    BOOST_TEST((first.reset == 1s));
    BOOST_TEST((first.retry_after == 0s));
    BOOST_TEST(second.remaining == 6);
    BOOST_TEST((second.reset == 4s));
}

BOOST_AUTO_TEST_CASE(a_refused_take_consumes_nothing) {
    const Limit limit{600, 1min, 1};
    TokenBucket bucket;
    BOOST_TEST(bucket.take(1, start, limit).admitted);

    for (int i = 0; i < 1000; ++i) BOOST_TEST(!bucket.take(1, start + 99ms, limit).admitted);

    BOOST_TEST(bucket.take(1, start + 100ms, limit).admitted);
}

// Any window of time between two admissions, not only from the beginning.
BOOST_DATA_TEST_CASE(no_interval_admits_more_than_burst_and_rate_allow, limits, declared) {
    std::mt19937_64 random{7};
    const auto mean = static_cast<double>(declared.per.count()) / declared.count / 3;
    std::exponential_distribution<double> gap{1 / mean};
    std::bernoulli_distribution pause{0.01};

    const auto moments = admitted(declared.limit(), 4000, [&](const Decision&) {
        const double burst_time = mean * 3 * static_cast<double>(declared.burst);
        return nanoseconds{static_cast<std::int64_t>(pause(random) ? burst_time * 0.7 : gap(random))};
    });

    BOOST_TEST_REQUIRE(moments.size() > static_cast<std::size_t>(declared.burst));
    std::size_t offending = 0;
    for (std::size_t from = 0; from < moments.size(); ++from)
        for (std::size_t to = from; to < moments.size(); ++to) {
            const auto most = static_cast<long double>(declared.burst) + declared.refilled(moments[to] - moments[from]);
            offending += static_cast<long double>(to - from + 1) > most;
        }
    BOOST_TEST(offending == 0u);
}

BOOST_DATA_TEST_CASE(a_client_that_always_asks_gets_all_that_was_declared, limits, declared) {
    const auto moments =
        admitted(declared.limit(), 20'000, [](const Decision& decision) { return decision.retry_after; });

    // A token may come late by the sixteenth of a nanosecond to which its interval is rounded, and a client that has
    // only nanoseconds to wait in comes late by up to one more: visible at the largest rates alone.
    const long double exact = static_cast<long double>(declared.burst) + declared.refilled(moments.back());
    const long double lost = exact * declared.rate() * (1 + 1.0L / ticks_per_nanosecond);
    BOOST_TEST(static_cast<long double>(moments.size()) >= std::floor(exact - lost));
    BOOST_TEST(static_cast<long double>(moments.size()) <= exact);
}

BOOST_DATA_TEST_CASE(retry_after_is_the_first_moment_at_which_the_same_cost_fits, limits, declared) {
    const Limit limit = declared.limit();
    const double cost = declared.burst > 1 ? 2 : 1;
    TokenBucket bucket;
    drain(bucket, start, limit);

    const Decision refused = bucket.take(cost, start + 17ns, limit);

    BOOST_TEST_REQUIRE(!refused.admitted);
    const Time then = start + 17ns + refused.retry_after;
    BOOST_TEST(!bucket.take(cost, then - 1ns, limit).admitted);
    BOOST_TEST(bucket.take(cost, then, limit).admitted);
}

BOOST_DATA_TEST_CASE(reset_is_the_moment_at_which_the_whole_burst_is_there_again, limits, declared) {
    const Limit limit = declared.limit();
    TokenBucket bucket;
    const Decision taken = bucket.take(1, start, limit);
    const auto whole = static_cast<double>(declared.burst);

    BOOST_TEST(!bucket.take(whole, start + taken.reset - 1ns, limit).admitted);
    BOOST_TEST(bucket.take(whole, start + taken.reset, limit).admitted);
}

// With tokens to spare, the client's own coarse clock costs nothing: only the sixteenths are left.
BOOST_DATA_TEST_CASE(a_client_that_keeps_the_bucket_from_filling_loses_no_token, roomy_limits(), declared) {
    const Limit limit = declared.limit();
    const auto half = nanoseconds{static_cast<std::int64_t>(static_cast<double>(declared.burst) * 0.5 /
                                                            static_cast<double>(declared.rate()))};
    TokenBucket bucket;
    nanoseconds at{0};
    std::int64_t count = drain(bucket, start, limit);
    for (int i = 0; i < 400 && at < longest; ++i) count += drain(bucket, start + (at += half), limit);

    const long double exact = static_cast<long double>(declared.burst) + declared.refilled(at);
    const long double lost = exact * declared.rate() / ticks_per_nanosecond;
    BOOST_TEST(static_cast<long double>(count) >= std::floor(exact - lost));
    BOOST_TEST(static_cast<long double>(count) <= exact);
}

BOOST_AUTO_TEST_CASE(costs_may_be_fractions) {
    const Limit limit{3, 1s, 2};
    TokenBucket bucket;

    int count = 0;
    while (bucket.take(0.25, start, limit).admitted) ++count;

    BOOST_TEST(count == 7);  // eight quarters, each rounded up: against the client
    BOOST_TEST(bucket.take(0.25, start + 1ns, limit).admitted);
}

BOOST_AUTO_TEST_CASE(a_cost_of_nothing_is_admitted_even_by_an_empty_bucket) {
    const Limit limit{1, 1min, 1};
    TokenBucket bucket;
    drain(bucket, start, limit);

    BOOST_TEST(bucket.take(0, start, limit).admitted);
    BOOST_TEST((bucket.take(1, start, limit).retry_after == 1min));
}

BOOST_AUTO_TEST_CASE(a_cost_above_the_burst_is_never_promised) {
    const Limit limit{60, 1min, 10};
    TokenBucket bucket;

    const Decision refused = bucket.take(10.001, start, limit);

    BOOST_TEST(!refused.admitted);
    BOOST_TEST((refused.retry_after == Decision::never));
    BOOST_TEST(refused.remaining == 10);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_a_little_behind_admits_no_more) {
    const Limit limit{10, 1s, 5};
    TokenBucket bucket;
    drain(bucket, start, limit);

    BOOST_TEST(!bucket.take(1, start - 3ms, limit).admitted);
    BOOST_TEST(!bucket.take(1, start + 99ms, limit).admitted);
    BOOST_TEST(bucket.take(1, start + 100ms, limit).admitted);
}

BOOST_AUTO_TEST_CASE(extreme_limits_saturate_instead_of_wrapping) {
    const Limit slow{1, nanoseconds::max(), 1'000'000'000}, fast{1e18, 1ns, 1};
    TokenBucket one, other;

    BOOST_TEST(slow.window() <= longest_window);
    BOOST_TEST(one.take(1, start, slow).admitted);
    BOOST_TEST(!one.take(1, start, slow).admitted);
    BOOST_TEST(fast.interval() == 1u);
    BOOST_TEST(other.take(1, Time::max(), fast).admitted);
    BOOST_TEST(other.take(1e300, start, fast).admitted == false);
}

// What a change of limit keeps: the share by which the bucket is full.

BOOST_AUTO_TEST_CASE(a_changed_rate_keeps_the_tokens) {
    TokenBucket bucket;
    bucket.take(7, start, Limit{60, 1min, 10});

    BOOST_TEST(drain(bucket, start, Limit{1200, 1min, 10}) == 3);
    BOOST_TEST(drain(bucket, start + 50ms, Limit{1200, 1min, 10}) == 1);
}

BOOST_AUTO_TEST_CASE(a_changed_burst_keeps_the_share) {
    TokenBucket grown, shrunk;
    grown.take(4, start, Limit{60, 1min, 10});
    shrunk.take(40, start, Limit{60, 1min, 100});

    BOOST_TEST(drain(grown, start, Limit{60, 1min, 100}) == 60);
    BOOST_TEST(drain(shrunk, start, Limit{60, 1min, 10}) == 6);
}

BOOST_AUTO_TEST_CASE(rate_and_burst_changed_together_keep_the_share) {
    TokenBucket bucket;
    bucket.take(4, start, Limit{10, 1s, 10});

    BOOST_TEST(drain(bucket, start, Limit{20, 1s, 20}) == 12);
}

BOOST_AUTO_TEST_CASE(an_empty_bucket_stays_empty_and_a_full_one_full) {
    TokenBucket empty, full;
    drain(empty, start, Limit{60, 1min, 10});
    full.take(1, start, Limit{60, 1min, 10});

    BOOST_TEST(drain(empty, start, Limit{1'000'000, 1s, 1000}) == 0);
    BOOST_TEST(drain(full, start + 1s, Limit{1, 720h, 30}) == 30);
}

BOOST_AUTO_TEST_CASE(time_before_a_change_counts_at_the_rate_before_it) {
    const Limit before{1, 1s, 10}, after{100, 1s, 10};
    TokenBucket bucket;
    drain(bucket, start, before);

    bucket.take(0, start + 3s, after);

    BOOST_TEST(drain(bucket, start + 3s, after) == 3);
}

BOOST_AUTO_TEST_CASE(limits_that_alternate_on_one_bucket_leak_nothing) {
    const Limit small{7, 1s, 3}, large{333'333, 1min, 100};
    TokenBucket bucket;
    drain(bucket, start, small);

    for (int i = 0; i < 10'000; ++i) {
        BOOST_TEST(!bucket.take(1, start, large).admitted);
        BOOST_TEST(!bucket.take(1, start, small).admitted);
    }
}

// Takes in parallel.

BOOST_AUTO_TEST_CASE(two_hundred_parallel_takes_at_burst_ten_admit_ten) {
    constexpr int threads = 8, takes = 25;
    const Limit limit{1, 1h, 10};
    for (int round = 0; round < 200; ++round) {
        TokenBucket bucket;
        std::atomic<int> count{0};
        std::barrier together{threads};
        {
            std::vector<std::jthread> crowd;
            for (int i = 0; i < threads; ++i)
                crowd.emplace_back([&] {
                    together.arrive_and_wait();
                    for (int k = 0; k < takes; ++k) count += bucket.take(1, start, limit).admitted;
                });
        }
        BOOST_TEST_REQUIRE(count == 10);
    }
}

BOOST_AUTO_TEST_CASE(a_limit_that_changes_under_parallel_takes_admits_no_more_than_the_larger) {
    const Limit one{1, 1h, 10}, other{1, 2h, 40};
    for (int round = 0; round < 200; ++round) {
        TokenBucket bucket;
        std::atomic<int> small{0}, large{0};
        // Time goes on: where it stands still, the word may come back to what it was under the other limit, and
        // take_while() says what that costs.
        std::atomic<int> moment{0};
        const auto now = [&] { return start + nanoseconds{++moment}; };
        std::barrier together{2};
        {
            std::jthread first{[&] {
                together.arrive_and_wait();
                for (int k = 0; k < 200; ++k) small += bucket.take(1, now(), one).admitted;
            }};
            std::jthread second{[&] {
                together.arrive_and_wait();
                for (int k = 0; k < 200; ++k) large += bucket.take(1, now(), other).admitted;
            }};
        }
        // Each take costs its share of a bucket: a tenth, or a fortieth.
        BOOST_TEST_REQUIRE(4 * small + large <= 40);
        BOOST_TEST_REQUIRE(4 * small + large >= 36);
    }
}

BOOST_AUTO_TEST_SUITE_END()

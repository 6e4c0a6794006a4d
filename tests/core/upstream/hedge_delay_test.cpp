// tests/core/upstream/hedge_delay_test.cpp - quantiles of times, what is forgotten of them, and several threads.
#include "upstream/hedge_delay.h"

#include "upstream/upstream_state.h"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;
using upstream::HedgeDelay;

namespace {
const net::TimePoint start{1h};

void add(HedgeDelay& delay, int times, net::Duration time, net::TimePoint now = start) {
    for (int i = 0; i < times; ++i) delay.add(time, now);
}

// Not before the time, and at most an eighth after.
void check_near(std::optional<net::Duration> found, net::Duration time) {
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->count() >= time.count());
    BOOST_TEST(found->count() <= time.count() + time.count() / 8 + 1);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_hedge_delay)

BOOST_AUTO_TEST_CASE(nothing_is_said_of_fewer_than_a_hundred) {
    HedgeDelay delay;
    BOOST_TEST(!delay.quantile(0.5, start));
    add(delay, 99, 10ms);
    BOOST_TEST(!delay.quantile(0.5, start + 1s));
    add(delay, 1, 10ms, start + 1s);
    check_near(delay.quantile(0.5, start + 2s), 10ms);
}

BOOST_AUTO_TEST_CASE(any_time_is_found_to_an_eighth) {
    for (net::Duration time = 20us; time < 60s; time = time * 11 / 10) {
        HedgeDelay delay;
        add(delay, 100, time);
        check_near(delay.quantile(0.5, start), time);
        HedgeDelay other;
        add(other, 100, time);
        check_near(other.quantile(0.999, start), time);
    }
}

BOOST_AUTO_TEST_CASE(what_is_beyond_its_range_is_at_its_ends) {
    HedgeDelay fast, slow;
    add(fast, 100, 0ns);
    add(slow, 100, 24h);
    BOOST_TEST((fast.quantile(0.5, start).value() <= 20us));
    BOOST_TEST((slow.quantile(0.5, start).value() > 60s));
}

BOOST_AUTO_TEST_CASE(so_large_a_share_was_within_the_quantile) {
    HedgeDelay delay;
    add(delay, 950, 10ms);
    add(delay, 40, 200ms);
    add(delay, 10, 3s);
    check_near(delay.quantile(0.95, start), 10ms);
    check_near(delay.quantile(0.951, start + 1s), 200ms);
    check_near(delay.quantile(0.99, start + 2s), 200ms);
    check_near(delay.quantile(0.991, start + 3s), 3s);
}

BOOST_AUTO_TEST_CASE(what_is_older_than_ten_seconds_is_forgotten) {
    HedgeDelay delay;
    add(delay, 1000, 1s);
    check_near(delay.quantile(0.95, start + 9s), 1s);
    BOOST_TEST(!delay.quantile(0.95, start + 10s));
    add(delay, 100, 1ms, start + 10s);  // where the old ones were
    check_near(delay.quantile(0.95, start + 11s), 1ms);
    BOOST_TEST(!delay.quantile(0.95, start + 10h));
}

BOOST_AUTO_TEST_CASE(it_is_reckoned_at_most_ten_times_a_second) {
    HedgeDelay delay;
    add(delay, 100, 1ms);
    check_near(delay.quantile(0.5, start), 1ms);
    add(delay, 1000, 1s);
    check_near(delay.quantile(0.5, start + 99ms), 1ms);
    check_near(delay.quantile(0.5, start + 100ms), 1s);
}

// Where a slot begins anew, and while somebody reckons.
BOOST_AUTO_TEST_CASE(no_time_is_lost_among_threads) {
    HedgeDelay delay;
    add(delay, 5000, 1h);  // in the slots of ten seconds before
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&delay, thread] {
            for (int i = 0; i < 25; ++i) delay.add(1ms, start + 10s);
            if (thread == 0) delay.quantile(0.5, start + 10s);
        });
    for (auto& thread : threads) thread.join();
    check_near(delay.quantile(0.999, start + 11s), 1ms);  // a hundred: none less
}

BOOST_AUTO_TEST_CASE(an_upstream_keeps_one) {
    upstream::UpstreamState state;
    const auto delay = state.hedge_delay();
    BOOST_TEST(state.hedge_delay().get() == delay.get());
    BOOST_TEST(upstream::UpstreamState{}.hedge_delay().get() != delay.get());
}

BOOST_AUTO_TEST_SUITE_END()

// tests/plugins/ratelimit/window_counter_test.cpp - windows against brute force, by a virtual clock.
#include "window_counter.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cmath>
#include <ostream>
#include <random>
#include <thread>
#include <vector>

using namespace tollgate::ratelimit;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr WallTime midnight{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

Moment at(nanoseconds since_midnight) {
    return {Time{}, midnight + std::chrono::duration_cast<WallTime::duration>(since_midnight)};
}

struct Declared {
    Algorithm algorithm;
    double count;
    nanoseconds per;
    Align align;
    Limit limit() const { return Limit::windowed(algorithm, count, per, align); }
    friend std::ostream& operator<<(std::ostream& out, const Declared& d) {
        return out << (d.algorithm == Algorithm::fixed_window ? "fixed " : "sliding ") << d.count << " per "
                   << d.per.count() << (d.align == Align::clock ? " by the clock" : " from first use");
    }
};

std::vector<Declared> every_limit() {
    std::vector<Declared> all;
    for (const auto algorithm : {Algorithm::fixed_window, Algorithm::sliding_window})
        for (const auto align : {Align::clock, Align::first_use})
            for (const auto& [count, per] : std::initializer_list<std::pair<double, nanoseconds>>{
                     {1, 1s}, {5, 60s}, {10, 60s}, {100, 1s}, {1000, 1h}, {7, 1ms}, {3, 24h}, {1'000'000, 1s}})
                all.push_back({algorithm, count, per, align});
    return all;
}
const std::vector<Declared> limits = every_limit();

int drain(WindowCounter& counter, nanoseconds when, const Limit& limit) {
    int count = 0;
    while (counter.take(1, at(when), limit).admitted) ++count;
    return count;
}

// Moments at which a client that asks at random was admitted.
std::vector<nanoseconds> admitted(const Declared& declared, int asks, double eagerness) {
    std::mt19937_64 random{7};
    std::exponential_distribution<double> gap{declared.count * eagerness / double(declared.per.count())};
    std::bernoulli_distribution pause{0.01};
    const Limit limit = declared.limit();
    WindowCounter counter;
    std::vector<nanoseconds> moments;
    nanoseconds now{0};
    for (int i = 0; i < asks; ++i) {
        if (counter.take(1, at(now), limit).admitted) moments.push_back(now);
        now += nanoseconds{static_cast<std::int64_t>(pause(random) ? double(declared.per.count()) * 0.7 : gap(random))};
    }
    return moments;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_window_counter)

BOOST_DATA_TEST_CASE(a_new_key_may_ask_as_often_as_declared_and_no_more, limits, declared) {
    if (declared.count > 1000) return;
    WindowCounter counter;

    BOOST_TEST(drain(counter, 17s, declared.limit()) == int(declared.count));
}

// Both algorithms admit at most `count` in each of their windows; of these a stretch of time touches one more than fit
// in.
BOOST_DATA_TEST_CASE(no_interval_admits_more_than_its_windows_hold, limits, declared) {
    const auto moments = admitted(declared, 3000, 4);
    const double per = double(declared.per.count());

    for (std::size_t i = 0; i < moments.size(); ++i)
        for (std::size_t j = i; j < moments.size(); j += 1 + j / 16) {
            const double windows = std::floor(double((moments[j] - moments[i]).count()) / per) + 2;
            BOOST_TEST_REQUIRE(double(j - i + 1) <= declared.count * windows);
        }
}

BOOST_DATA_TEST_CASE(sliding_windows_admit_at_most_their_count_and_their_rate, limits, declared) {
    if (declared.algorithm != Algorithm::sliding_window) return;
    const auto moments = admitted(declared, 3000, 4);
    const double per = double(declared.per.count());

    for (std::size_t i = 0; i < moments.size(); ++i)
        for (std::size_t j = i; j < moments.size(); ++j) {
            // From a first use a window is up to a millisecond longer than declared, and the next one begins at its
            // end.
            const double time = double((moments[j] - moments[i]).count());
            BOOST_TEST_REQUIRE(double(j - i + 1) <= declared.count * (1 + time / per) + 1e-6);
        }
}

// A client that always asks gets what was declared in each window, but for what the rounding against it costs.
BOOST_DATA_TEST_CASE(who_always_asks_gets_all_of_it, limits, declared) {
    if (declared.count > 1000 || (declared.align == Align::first_use && declared.per < 10ms))
        return;  // a millisecond longer
    const Limit limit = declared.limit();
    WindowCounter counter;
    int count = 0;
    const int windows = 20, steps = int(declared.count) * 8;
    for (int i = 0; i < windows * steps; ++i) {
        const nanoseconds now = declared.per * i / steps;
        while (counter.take(1, at(now), limit).admitted) ++count;
    }
    const bool sliding = declared.algorithm == Algorithm::sliding_window;
    const int each = int(declared.count) - sliding;
    BOOST_TEST(count >= (each > 0 ? each * (windows - 2) : windows / 2 - 1));
    BOOST_TEST(count <= int(declared.count) * (windows + 1));
}

BOOST_DATA_TEST_CASE(decisions_are_those_of_brute_force, limits, declared) {
    if (declared.align == Align::first_use) return;
    std::mt19937_64 random{11};
    std::exponential_distribution<double> gap{declared.count * 3 / double(declared.per.count())};
    std::uniform_int_distribution<int> cost_of{1, 3};
    const Limit limit = declared.limit();
    WindowCounter counter;
    std::vector<std::pair<std::int64_t, double>> taken;  // admitted: when, and its cost
    std::int64_t now = 0;
    for (int i = 0; i < 2000; ++i) {
        const double cost = cost_of(random);
        const std::int64_t per = declared.per.count(), window = now / per;
        double current = 0, previous = 0;
        for (const auto& [when, price] : taken) {
            if (when / per == window) current += price;
            if (when / per == window - 1) previous += price;
        }
        const long double weight = 1 - static_cast<long double>(now % per) / static_cast<long double>(per);
        const auto used = declared.algorithm == Algorithm::fixed_window
                              ? static_cast<long double>(current)
                              : static_cast<long double>(current) +
                                    std::ceil(static_cast<long double>(previous) * 1000 * weight - 1e-6L) / 1000;
        const bool expected = used + cost <= declared.count;

        const Decision decision = counter.take(cost, at(nanoseconds{now}), limit);
        BOOST_TEST_REQUIRE(decision.admitted == expected);
        if (expected) taken.emplace_back(now, cost);
        if (taken.size() > 4 * std::size_t(declared.count) + 8) taken.erase(taken.begin());
        now += static_cast<std::int64_t>(gap(random));
    }
}

BOOST_DATA_TEST_CASE(retry_after_is_the_first_moment_that_admits, limits, declared) {
    if (declared.count > 1000) return;
    std::mt19937_64 random{13};
    std::exponential_distribution<double> gap{declared.count * 3 / double(declared.per.count())};
    std::uniform_int_distribution<int> cost_of{1, 2};
    const Limit limit = declared.limit();
    WindowCounter counter;
    nanoseconds now{0};
    int refused = 0;
    for (int i = 0; i < 1000; ++i) {
        const double cost = cost_of(random);
        const Decision decision = counter.take(cost, at(now), limit);
        if (!decision.admitted && decision.retry_after != Decision::never) {
            ++refused;
            WindowCounter early = counter, late = counter;
            BOOST_TEST_REQUIRE(late.take(cost, at(now + decision.retry_after), limit).admitted);
            BOOST_TEST_REQUIRE(decision.retry_after.count() > 0);
            // Thousandths round: a hair earlier it may be admitted, a thousandth of what it has to wait for it may not.
            const nanoseconds before = decision.retry_after - declared.per / 1000 - 2ms;
            if (before > 0ns) BOOST_TEST_REQUIRE(!early.take(cost, at(now + before), limit).admitted);
        }
        BOOST_TEST_REQUIRE((decision.retry_after == Decision::never) == (cost > declared.count));
        now += nanoseconds{static_cast<std::int64_t>(gap(random))};
    }
    BOOST_TEST((refused > 0 || declared.count == 1));
}

BOOST_AUTO_TEST_CASE(a_refused_take_counts_nothing) {
    const Limit limit = Limit::windowed(Algorithm::sliding_window, 1, 1s);
    WindowCounter counter;
    BOOST_TEST(counter.take(1, at(0s), limit).admitted);
    for (int i = 0; i < 1000; ++i) BOOST_TEST(!counter.take(1, at(500ms), limit).admitted);

    BOOST_TEST(counter.take(1, at(2s), limit).admitted);
}

BOOST_AUTO_TEST_CASE(a_decision_tells_what_is_left_and_when_it_is_back) {
    const Limit fixed = Limit::windowed(Algorithm::fixed_window, 5, 60s),
                sliding = Limit::windowed(Algorithm::sliding_window, 5, 60s);
    WindowCounter one, other;

    const Decision first = one.take(2, at(15s), fixed), second = other.take(2, at(15s), sliding);

    BOOST_TEST(first.remaining == 3);
    BOOST_TEST((first.reset == 45s));
    BOOST_TEST(second.remaining == 3);
    BOOST_TEST((second.reset == 105s));
    BOOST_TEST(other.take(1, at(60s + 30s), sliding).remaining == 3);  // half of two still counts
}

BOOST_AUTO_TEST_CASE(fractions_and_costs_above_one_count_as_what_they_are) {
    const Limit limit = Limit::windowed(Algorithm::fixed_window, 1, 60s);
    WindowCounter counter;

    for (int i = 0; i < 10; ++i) BOOST_TEST(counter.take(0.1, at(0s), limit).admitted);

    BOOST_TEST(!counter.take(0.001, at(0s), limit).admitted);
    BOOST_TEST(counter.take(0, at(0s), limit).admitted);
    BOOST_TEST((counter.take(1.001, at(0s), limit).retry_after == Decision::never));
}

BOOST_AUTO_TEST_CASE(windows_by_the_clock_begin_with_the_minute_and_from_first_use_with_the_request) {
    const Limit clock = Limit::windowed(Algorithm::fixed_window, 2, 60s),
                own = Limit::windowed(Algorithm::fixed_window, 2, 60s, Align::first_use);
    WindowCounter one, other;
    BOOST_TEST(drain(one, 50s, clock) == 2);
    BOOST_TEST(drain(other, 50s, own) == 2);

    BOOST_TEST(drain(one, 60s, clock) == 2);
    BOOST_TEST(drain(other, 109s, own) == 0);
    BOOST_TEST(drain(other, 111s, own) == 2);
}

// What a change of limit, or of the clock, keeps.

BOOST_AUTO_TEST_CASE(a_changed_count_keeps_what_was_counted) {
    for (const auto algorithm : {Algorithm::fixed_window, Algorithm::sliding_window}) {
        WindowCounter counter;
        drain(counter, 1s, Limit::windowed(algorithm, 10, 60s));

        BOOST_TEST(drain(counter, 2s, Limit::windowed(algorithm, 15, 60s)) == 5);
        BOOST_TEST(drain(counter, 3s, Limit::windowed(algorithm, 5, 60s)) == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_changed_length_frees_nobody) {
    for (const auto algorithm : {Algorithm::fixed_window, Algorithm::sliding_window})
        for (const auto align : {Align::clock, Align::first_use}) {
            const Limit minute = Limit::windowed(algorithm, 10, 60s, align),
                        hour = Limit::windowed(algorithm, 10, 1h, align);
            WindowCounter grown, shrunk;
            drain(grown, 90s, minute);
            drain(shrunk, 90s, hour);

            BOOST_TEST(drain(grown, 91s, hour) == 0);
            BOOST_TEST(drain(shrunk, 91s, minute) == 0);
            BOOST_TEST(drain(shrunk, 240s, minute) == 10);
        }
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_frees_nobody_and_locks_nobody_out) {
    const Limit limit = Limit::windowed(Algorithm::fixed_window, 10, 60s);
    WindowCounter counter;
    drain(counter, 10h, limit);

    BOOST_TEST(drain(counter, 1h, limit) == 0);
    BOOST_TEST(drain(counter, 1h + 60s, limit) == 10);
}

BOOST_AUTO_TEST_CASE(what_is_given_back_was_never_taken) {
    const Limit limit = Limit::windowed(Algorithm::sliding_window, 10, 60s);
    WindowCounter counter;
    const Decision decision = counter.take(4, at(59s), limit);
    const auto give_back = [&](nanoseconds when, std::uint64_t receipt) {
        counter.give_back_while([] { return true; }, {limit, limit.price(4), at(when)}, receipt);
    };

    give_back(61s, decision.receipt);
    BOOST_TEST(drain(counter, 61s, limit) == 10);

    give_back(400s, decision.receipt);  // of a window long gone
    BOOST_TEST(drain(counter, 62s, limit) == 0);
}

BOOST_AUTO_TEST_CASE(two_hundred_parallel_takes_at_ten_admit_ten) {
    constexpr int threads = 8, takes = 25;
    for (const auto& declared : limits) {
        const Limit limit = Limit::windowed(declared.algorithm, 10, 1h, declared.align);
        for (int round = 0; round < 20; ++round) {
            WindowCounter counter;
            std::atomic<int> count{0};
            std::barrier together{threads};
            {
                std::vector<std::jthread> crowd;
                for (int i = 0; i < threads; ++i)
                    crowd.emplace_back([&] {
                        together.arrive_and_wait();
                        for (int k = 0; k < takes; ++k) count += counter.take(1, at(1s), limit).admitted;
                    });
            }
            BOOST_TEST_REQUIRE(count == 10);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_window_that_ends_under_parallel_takes_admits_its_count_in_each) {
    const Limit limit = Limit::windowed(Algorithm::fixed_window, 10, 1ms);
    for (int round = 0; round < 100; ++round) {
        WindowCounter counter;
        std::vector<std::atomic<int>> counts(50);
        std::atomic<std::int64_t> clock{0};
        {
            std::vector<std::jthread> crowd;
            for (int i = 0; i < 4; ++i)
                crowd.emplace_back([&] {
                    for (;;) {
                        const std::int64_t now = clock += 10'000;
                        if (now >= 50'000'000) return;
                        // A thread may come with its moment late: in the window before, as seen by who is ahead.
                        const Decision decision = counter.take(1, at(nanoseconds{now}), limit);
                        if (decision.admitted)
                            ++counts[std::size_t(
                                std::int64_t(decision.receipt) -
                                std::chrono::duration_cast<std::chrono::milliseconds>(midnight.time_since_epoch())
                                    .count() -
                                1)];
                    }
                });
        }
        for (const auto& count : counts) BOOST_TEST_REQUIRE(count <= 10);
    }
}

BOOST_AUTO_TEST_SUITE_END()

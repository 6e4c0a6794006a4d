// tests/core/net/timers_test.cpp - the timing wheel, by a clock of the test's own.
#include "net/timers.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <random>
#include <vector>

using namespace tollgate::net;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1000s};

struct Alarm final : Timer {
    explicit Alarm(std::function<void()> action) : action{std::move(action)} {}
    void on_timer() override { action(); }
    std::function<void()> action;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(net_timers)

BOOST_AUTO_TEST_CASE(fires_at_its_time_and_not_before) {
    Timers timers{start};
    int fired = 0;
    Alarm alarm{[&] { ++fired; }};
    timers.arm(alarm, start + 20ms);

    timers.run(start + 19ms);
    BOOST_TEST(fired == 0);
    timers.run(start + 21ms);
    BOOST_TEST(fired == 1);
    BOOST_TEST(!alarm.armed());
}

BOOST_AUTO_TEST_CASE(it_is_said_by_how_much_the_first_was_late) {
    Timers timers{start};
    Alarm early{[] {}}, late{[] {}}, moved{[] {}};
    timers.arm(early, start + 20ms);
    timers.arm(late, start + 30ms);
    timers.arm(moved, start + 10ms);
    moved.disarm();
    BOOST_TEST(!timers.run(start + 19ms));
    BOOST_TEST((timers.run(start + 35ms + 300us) == 15ms + 300us));
    BOOST_TEST(!timers.run(start + 1s));
}

BOOST_AUTO_TEST_CASE(disarmed_timer_never_fires) {
    Timers timers{start};
    int fired = 0;
    Alarm alarm{[&] { ++fired; }};
    timers.arm(alarm, start + 5ms);
    alarm.disarm();
    timers.run(start + 1s);
    BOOST_TEST(fired == 0);
    BOOST_TEST(timers.size() == 0u);
}

BOOST_AUTO_TEST_CASE(arming_again_moves_it) {
    Timers timers{start};
    int fired = 0;
    Alarm alarm{[&] { ++fired; }};
    timers.arm(alarm, start + 5ms);
    timers.arm(alarm, start + 50ms);
    timers.run(start + 20ms);
    BOOST_TEST(fired == 0);
    timers.run(start + 51ms);
    BOOST_TEST(fired == 1);
}

BOOST_AUTO_TEST_CASE(every_distance_fires_within_a_tick_of_its_time) {
    // Distances over all levels of the wheel, and beyond it.
    std::mt19937_64 random{42};
    for (const auto reach : {300ms, 70'000ms, 20'000'000ms, 5'000'000'000ms}) {
        Timers timers{start};
        std::vector<std::unique_ptr<Alarm>> alarms;
        std::vector<std::pair<TimePoint, TimePoint>> fired;  // wanted, got
        TimePoint now = start;
        for (int i = 0; i < 200; ++i) {
            const auto when = start + std::chrono::milliseconds(random() % static_cast<unsigned long>(reach.count()));
            alarms.push_back(std::make_unique<Alarm>([&, when] { fired.emplace_back(when, now); }));
            timers.arm(*alarms.back(), when);
        }
        // As a loop does: it sleeps for as long as wait() says, and no longer.
        while (timers.size() > 0) {
            const int wait = timers.wait(now);
            BOOST_REQUIRE(wait >= 0);
            now += std::chrono::milliseconds(std::max(wait, 1));
            timers.run(now);
        }
        BOOST_TEST(fired.size() == 200u);
        for (const auto& [wanted, got] : fired) {
            BOOST_TEST((got >= wanted));
            BOOST_TEST((got - wanted <= 3ms), "late by " << (got - wanted).count() << "ns");
        }
    }
}

BOOST_AUTO_TEST_CASE(may_disarm_and_destroy_others_while_firing) {
    Timers timers{start};
    int fired = 0;
    auto victim = std::make_unique<Alarm>([&] { fired += 100; });
    Alarm killer{[&] {
        ++fired;
        victim.reset();
    }};
    timers.arm(killer, start + 5ms);
    timers.arm(*victim, start + 5ms);
    timers.run(start + 10ms);
    BOOST_TEST(fired == 1);
}

BOOST_AUTO_TEST_CASE(armed_while_firing_waits_for_the_next_tick) {
    Timers timers{start};
    int fired = 0;
    Alarm alarm{[&] {
        if (++fired < 3) timers.arm(alarm, start);
    }};
    timers.arm(alarm, start + 1ms);
    timers.run(start + 1ms);
    BOOST_TEST(fired == 1);
    timers.run(start + 3ms);
    BOOST_TEST(fired == 3);
}

BOOST_AUTO_TEST_CASE(nothing_armed_waits_for_ever) {
    Timers timers{start};
    BOOST_TEST(timers.wait(start) == -1);
}

BOOST_AUTO_TEST_CASE(timer_may_outlive_the_wheel) {
    Alarm alarm{[] {}};
    {
        Timers timers{start};
        timers.arm(alarm, start + 1h);
    }
    BOOST_TEST(!alarm.armed());
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/net/race_test.cpp - two tasks: the first that ends, both, neither in time, and what becomes of the other.
#include "net/race.h"

#include "net/pause.h"

#include "core/net/run_task.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

using namespace tollgate;
using namespace std::chrono_literals;
using test::run;

namespace {

// What became of a task.
struct Fate {
    bool began = false, ended = false, destroyed = false;
};

// Gives its name after the time, or throws it where it begins with '!'.
Task<std::string> after(net::EventLoop& loop, net::Duration time, std::string name, Fate& fate) {
    struct Destroyed {
        bool& flag;
        ~Destroyed() { flag = true; }
    } const destroyed{fate.destroyed};
    fate.began = true;
    if (time.count() > 0) co_await net::Pause{loop, time};
    fate.ended = true;
    if (name.starts_with('!')) throw std::runtime_error{name};
    co_return name;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_race)

BOOST_AUTO_TEST_CASE(whichever_is_first_is_given_and_the_other_destroyed_with_the_race) {
    for (const std::size_t first : {0u, 1u})
        run([first](net::EventLoop& loop) -> Task<void> {
            std::array<Fate, 2> fates;
            {
                net::Race<std::string> race{loop};
                race.enter(0, after(loop, first == 0 ? 1ms : 1h, "a", fates[0]));
                race.enter(1, after(loop, first == 1 ? 1ms : 1h, "b", fates[1]));
                const auto ended = co_await race.next();
                BOOST_TEST((ended == first));
                BOOST_TEST(race.take(*ended) == (first == 0 ? "a" : "b"));
                BOOST_TEST(!race.holds(first));
                BOOST_TEST(race.holds(1 - first));
                BOOST_TEST(!fates[1 - first].destroyed);
            }
            BOOST_TEST(fates[1 - first].began);
            BOOST_TEST(!fates[1 - first].ended);
            BOOST_TEST(fates[1 - first].destroyed);
        });
}

BOOST_AUTO_TEST_CASE(both_are_given_one_after_the_other_in_the_order_in_which_they_end) {
    for (const std::size_t first : {0u, 1u})
        run([first](net::EventLoop& loop) -> Task<void> {
            std::array<Fate, 2> fates;
            net::Race<std::string> race{loop};
            race.enter(first, after(loop, 1ms, "first", fates[0]));
            race.enter(1 - first, after(loop, 20ms, "second", fates[1]));
            for (const char* name : {"first", "second"}) {
                const auto ended = co_await race.next();
                BOOST_REQUIRE(ended.has_value());
                BOOST_TEST(race.take(*ended) == name);
            }
            BOOST_TEST(!race.ended());
        });
}

BOOST_AUTO_TEST_CASE(what_one_throws_is_thrown_where_it_is_taken_and_the_other_goes_on) {
    run([](net::EventLoop& loop) -> Task<void> {
        std::array<Fate, 2> fates;
        net::Race<std::string> race{loop};
        race.enter(0, after(loop, 1ms, "!broken", fates[0]));
        race.enter(1, after(loop, 20ms, "whole", fates[1]));
        const auto ended = co_await race.next();
        BOOST_TEST((ended == 0u));
        BOOST_CHECK_THROW(race.take(0), std::runtime_error);
        BOOST_TEST(!race.holds(0));
        const auto other = co_await race.next();
        BOOST_TEST((other == 1u));
        BOOST_TEST(race.take(1) == "whole");
    });
}

BOOST_AUTO_TEST_CASE(when_the_time_is_over_they_still_run) {
    run([](net::EventLoop& loop) -> Task<void> {
        std::array<Fate, 2> fates;
        net::Race<std::string> race{loop};
        race.enter(0, after(loop, 30ms, "late", fates[0]));
        BOOST_TEST(!(co_await race.next(1ms)).has_value());
        BOOST_TEST(!fates[0].destroyed);
        race.enter(1, after(loop, 1h, "never", fates[1]));
        BOOST_TEST((co_await race.next() == 0u));
        BOOST_TEST(race.take(0) == "late");
    });
}

BOOST_AUTO_TEST_CASE(what_ends_at_once_is_not_waited_for) {
    run([](net::EventLoop& loop) -> Task<void> {
        std::array<Fate, 2> fates;
        net::Race<std::string> race{loop};
        race.enter(0, after(loop, 0ms, "!at once", fates[0]));
        BOOST_TEST((race.ended() == 0u));
        BOOST_TEST((co_await race.next(1h) == 0u));
        BOOST_CHECK_THROW(race.take(0), std::runtime_error);
    });
}

// The owner awaits something else when one ends: it is not disturbed, and hears of it when it asks.
BOOST_AUTO_TEST_CASE(what_ends_meanwhile_waits_to_be_asked_for) {
    run([](net::EventLoop& loop) -> Task<void> {
        std::array<Fate, 2> fates;
        net::Race<std::string> race{loop};
        race.enter(0, after(loop, 5ms, "meanwhile", fates[0]));
        BOOST_TEST(!(co_await race.next(1ms)).has_value());
        const auto began = net::Clock::now();
        co_await net::Pause{loop, 50ms};
        BOOST_TEST((net::Clock::now() - began >= 49ms));
        BOOST_TEST(fates[0].ended);
        BOOST_TEST((co_await race.next() == 0u));
        BOOST_TEST(race.take(0) == "meanwhile");
    });
}

BOOST_AUTO_TEST_CASE(one_is_cancelled_and_the_other_is_not) {
    for (const std::size_t cancelled : {0u, 1u})
        run([cancelled](net::EventLoop& loop) -> Task<void> {
            std::array<Fate, 2> fates;
            net::Race<std::string> race{loop};
            race.enter(cancelled, after(loop, 1ms, "cancelled", fates[0]));
            race.enter(1 - cancelled, after(loop, 20ms, "other", fates[1]));
            race.cancel(cancelled);
            BOOST_TEST(fates[0].destroyed);
            BOOST_TEST((co_await race.next() == 1 - cancelled));
            BOOST_TEST(race.take(1 - cancelled) == "other");
            BOOST_TEST(!fates[0].ended);
        });
}

// Who awaits the race is destroyed: before the time is over, and after, when it awaits without one.
BOOST_AUTO_TEST_CASE(who_awaits_it_is_destroyed_and_both_with_it) {
    for (const bool timed : {true, false})
        run([timed](net::EventLoop& loop) -> Task<void> {
            std::array<Fate, 2> fates;
            bool resumed = false;
            Task<void> owner = [](net::EventLoop& on, std::array<Fate, 2>& of, bool within, bool& seen) -> Task<void> {
                net::Race<std::string> race{on};
                race.enter(0, after(on, 10ms, "a", of[0]));
                race.enter(1, after(on, 10ms, "b", of[1]));
                if (within) co_await race.next(20ms);
                else co_await race.next();
                seen = true;
            }(loop, fates, timed, resumed);
            owner.start();
            owner = {};
            for (const auto& fate : fates) BOOST_TEST(fate.destroyed);
            co_await net::Pause{loop, 50ms};  // nothing of it is left that would wake it
            BOOST_TEST(!resumed);
            for (const auto& fate : fates) BOOST_TEST(!fate.ended);
        });
}

BOOST_AUTO_TEST_SUITE_END()

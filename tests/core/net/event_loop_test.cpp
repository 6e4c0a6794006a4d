// tests/core/net/event_loop_test.cpp - posts, spawned tasks, watchers and buffers of one loop.
#include "net/event_loop.h"

#include <boost/test/unit_test.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace tollgate::net;
using namespace std::chrono_literals;

namespace {

struct Alarm final : Timer {
    explicit Alarm(std::function<void()> action) : action{std::move(action)} {}
    void on_timer() override { action(); }
    std::function<void()> action;
};

// An eventfd that is ready at once.
struct Watch final : Watcher {
    Watch(EventLoop& loop, std::function<void(Watch&)> action)
        : loop{loop}, action{std::move(action)}, descriptor{eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC)} {
        loop.add(descriptor, *this);
    }
    ~Watch() {
        loop.remove(descriptor, *this);
        close(descriptor);
    }
    void on_ready(std::uint32_t) override { action(*this); }
    EventLoop& loop;
    std::function<void(Watch&)> action;
    int descriptor;
};

struct Suspend {
    std::coroutine_handle<>& waiter;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const noexcept { waiter = handle; }
    void await_resume() const noexcept {}
};

struct Listener final : TurnListener {
    void on_turn(Duration length) noexcept override { turns.push_back(length); }
    void on_timers(Duration late) noexcept override { lates.push_back(late); }
    std::vector<Duration> turns, lates;
};

// Stands still until a test moves it.
struct Standstill final : Timekeeper {
    TimePoint now() noexcept override { return time; }
    int wait(int until_timer) noexcept override {
        if (until_timer > 0) time += std::chrono::milliseconds{until_timer} + oversleeps;
        return 0;
    }
    TimePoint time{1000s};
    Duration oversleeps{0};
};

struct Seen {
    explicit Seen(bool& flag) : flag{flag} {}
    ~Seen() { flag = true; }
    bool& flag;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(net_event_loop)

BOOST_AUTO_TEST_CASE(posts_run_in_order_on_the_loop) {
    EventLoop loop{3};
    std::vector<int> order;
    for (int i = 0; i < 5; ++i)
        loop.post([&, i] {
            BOOST_TEST(EventLoop::current() == &loop);
            order.push_back(i);
            if (i == 0) loop.post([&] { order.push_back(100); });  // from inside: after those that wait already
            if (i == 4) loop.post([&] { loop.stop(); });
        });
    loop.run();
    BOOST_TEST(order == (std::vector<int>{0, 1, 2, 3, 4, 100}), boost::test_tools::per_element());
    BOOST_TEST(EventLoop::current() == nullptr);
    BOOST_TEST(loop.number() == 3u);
}

BOOST_AUTO_TEST_CASE(posts_of_other_threads_all_arrive) {
    EventLoop loop{0};
    int count = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i)
                loop.post([&] {
                    if (++count == 4000) loop.stop();
                });
        });
    loop.run();
    for (auto& thread : threads) thread.join();
    BOOST_TEST(count == 4000);
}

BOOST_AUTO_TEST_CASE(who_listens_hears_how_long_turns_took_and_how_late_timers_were) {
    Standstill clock;
    EventLoop loop{0, &clock};
    Listener listener;
    loop.report_to(listener);
    clock.oversleeps = 7ms;
    Alarm second{[&] { loop.stop(); }};
    Alarm first{[&] {
        clock.time += 40ms;  // what it does takes that long
        clock.oversleeps = 0ms;
        loop.arm(second, 60ms);  // from the beginning of this turn: 20 of them are left
    }};
    loop.arm(first, 10ms);
    loop.run();
    BOOST_REQUIRE_EQUAL(listener.lates.size(), 2u);
    BOOST_TEST((listener.lates[0] == 7ms));
    BOOST_TEST((listener.lates[1] == 0ms));
    BOOST_TEST((std::count(listener.turns.begin(), listener.turns.end(), Duration{40ms}) == 1));
}

BOOST_AUTO_TEST_CASE(timers_are_also_late_by_what_their_own_turn_does_before_them) {
    Standstill clock;
    EventLoop loop{0, &clock};
    Listener listener;
    loop.report_to(listener);
    Alarm alarm{[&] { loop.stop(); }};
    loop.arm(alarm, 10ms);
    clock.time += 12ms;
    loop.post([&] { clock.time += 500ms; });  // ready in the turn in which the alarm is due
    loop.run();
    BOOST_REQUIRE_EQUAL(listener.lates.size(), 1u);
    BOOST_TEST((listener.lates[0] == 502ms));
}

BOOST_AUTO_TEST_CASE(post_before_stop_still_runs) {
    EventLoop loop{0};
    bool ran = false;
    loop.stop();
    loop.post([&] { ran = true; });
    loop.run();
    BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(spawned_task_is_kept_until_it_ends) {
    EventLoop loop{0};
    bool ended = false;
    std::coroutine_handle<> waiter;
    loop.spawn([](std::coroutine_handle<>& w, bool& flag) -> Task<void> {
        const Seen seen{flag};
        co_await Suspend{w};
    }(waiter, ended));
    loop.post([&] {
        BOOST_TEST(!ended);
        waiter.resume();
        loop.post([&] { loop.stop(); });
    });
    loop.run();
    BOOST_TEST(ended);
}

BOOST_AUTO_TEST_CASE(failure_of_a_spawned_task_goes_to_the_hook) {
    EventLoop loop{0};
    std::string told;
    loop.on_spawned_failure([&](std::exception_ptr failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& problem) {
            told = problem.what();
        }
    });
    loop.spawn([]() -> Task<void> {
        throw std::runtime_error("boom");
        co_return;
    }());
    BOOST_TEST(told == "boom");
}

BOOST_AUTO_TEST_CASE(spawned_tasks_are_destroyed_with_the_loop_or_before) {
    bool first = false, second = false;
    std::coroutine_handle<> waiter;
    const auto wait = [](std::coroutine_handle<>& w, bool& flag) -> Task<void> {
        const Seen seen{flag};
        co_await Suspend{w};
        BOOST_ERROR("nobody resumed it");
    };
    {
        EventLoop loop{0};
        loop.spawn(wait(waiter, first));
        loop.cancel_spawned();
        BOOST_TEST(first);
        loop.spawn(wait(waiter, second));
    }
    BOOST_TEST(second);
}

BOOST_AUTO_TEST_CASE(end_of_a_cancelled_task_never_ends_a_later_one) {
    bool ended = false;  // outlives what is destroyed with the loop
    std::vector<std::coroutine_handle<>> waiters(64);
    EventLoop loop{0};
    const auto wait = [](std::coroutine_handle<>& w, bool& flag) -> Task<void> {
        const Seen seen{flag};
        co_await Suspend{w};
    };
    // Each has ended, and the loop is still to be told, when it is cancelled; another may get its very memory.
    for (int i = 0; i < 32; ++i) loop.spawn([]() -> Task<void> { co_return; }());
    loop.cancel_spawned();
    for (auto& waiter : waiters) loop.spawn(wait(waiter, ended));
    loop.post([&] { loop.stop(); });
    loop.run();
    BOOST_TEST(!ended);
}

BOOST_AUTO_TEST_CASE(watcher_that_is_gone_hears_nothing_of_this_turn) {
    EventLoop loop{0};
    std::vector<std::unique_ptr<Watch>> watches;
    int heard = 0;
    for (int i = 0; i < 8; ++i)
        watches.push_back(std::make_unique<Watch>(loop, [&](Watch& self) {
            ++heard;
            // All the others go, whose events are in this very turn.
            std::erase_if(watches, [&](const auto& other) { return other.get() != &self; });
        }));
    loop.post([&] { loop.post([&] { loop.stop(); }); });
    loop.run();
    BOOST_TEST(heard == 1);
}

BOOST_AUTO_TEST_CASE(watcher_may_destroy_itself) {
    EventLoop loop{0};
    std::unique_ptr<Watch> watch;
    watch = std::make_unique<Watch>(loop, [&](Watch&) {
        loop.stop();
        watch.reset();  // and with it this very closure
    });
    loop.run();
    BOOST_TEST(!watch);
}

BOOST_AUTO_TEST_CASE(bad_descriptor_is_told) {
    EventLoop loop{0};
    struct Deaf final : Watcher {
        void on_ready(std::uint32_t) override {}
    } deaf;
    BOOST_CHECK_THROW(loop.add(-1, deaf), std::system_error);
}

BOOST_AUTO_TEST_CASE(timers_fire_while_nothing_else_happens) {
    const auto began = Clock::now();  // before the loop looks at its clock
    EventLoop loop{0};
    Alarm alarm{[&] { loop.stop(); }};
    loop.arm(alarm, Duration{10ms});
    loop.run();
    BOOST_TEST((Clock::now() - began >= 10ms));
}

BOOST_AUTO_TEST_CASE(endless_timeout_does_not_overflow_into_the_past) {
    EventLoop loop{0};
    Alarm never{[&] { BOOST_ERROR("for ever is over"); }};
    Alarm soon{[&] { loop.stop(); }};
    loop.arm(never, Duration::max());
    loop.arm(soon, Duration{5ms});
    loop.run();
    BOOST_TEST(never.armed());
}

BOOST_AUTO_TEST_CASE(buffers_are_lent_and_come_back) {
    EventLoop loop{0};
    auto first = loop.lend_buffer();
    Buffer* const memory = first.get();
    first.reset();
    BOOST_TEST(loop.lend_buffer().get() == memory);
    std::vector<EventLoop::BufferLease> many;
    std::set<Buffer*> distinct;
    for (int i = 0; i < 200; ++i) {
        many.push_back(loop.lend_buffer());
        distinct.insert(many.back().get());
    }
    BOOST_TEST(distinct.size() == 200u);
}

BOOST_AUTO_TEST_CASE(a_timekeeper_says_what_time_it_is_and_when_timers_are_due) {
    struct Keeper final : Timekeeper {
        TimePoint time{std::chrono::hours{5}};
        int asked = 0;
        TimePoint now() noexcept override { return time; }
        int wait(int until_timer) noexcept override {
            ++asked;
            if (until_timer > 0) time += std::chrono::milliseconds{until_timer};
            return 0;
        }
    } keeper;
    EventLoop loop{0, &keeper};
    TimePoint fired{};
    Alarm alarm{[&] {
        fired = loop.now();
        loop.stop();
    }};
    BOOST_TEST((loop.now() == TimePoint{5h}));
    loop.arm(alarm, 10h);
    loop.run();
    BOOST_TEST((fired >= TimePoint{15h} && fired < TimePoint{15h + 1s}));
    BOOST_TEST(keeper.asked > 0);
}

BOOST_AUTO_TEST_SUITE_END()

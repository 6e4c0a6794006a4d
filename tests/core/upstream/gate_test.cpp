// tests/core/upstream/gate_test.cpp - places, queues and the handing over between loops that really run.
#include "upstream/gate.h"

#include "net/pause.h"
#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace std::chrono_literals;
using test::wait_until;
using upstream::Gate;

namespace {

constexpr net::Duration for_ever = 1h;

// A loop on a thread of its own, which what is done to it ends on.
class RunningLoop {
public:
    explicit RunningLoop(std::size_t number) : loop{number}, thread_{[this] { loop.run(); }} {}
    ~RunningLoop() {
        on_loop([this] { loop.cancel_spawned(); });
        loop.stop();
        thread_.join();
    }
    void on_loop(const std::function<void()>& job) {
        const auto done = std::make_shared<std::promise<void>>();
        loop.post([&job, done] {
            job();
            done->set_value();
        });
        done->get_future().wait();
    }
    net::EventLoop loop;

private:
    std::thread thread_;
};

// One that enters, tells how, and stays until it is let go. On its loop, where it is destroyed too.
struct Visitor {
    Visitor(RunningLoop& on, Gate& gate, Gate::Limits limits) : on{on} {
        on.on_loop([&] {
            task = visit(*this, gate, limits);
            task.start();
        });
    }
    ~Visitor() {
        on.on_loop([this] {
            task = {};
            place.give_up();
        });
    }
    static Task<void> visit(Visitor& self, Gate& gate, Gate::Limits limits) {
        const auto result = co_await Gate::Entering{gate, self.on.loop, limits, self.place};
        self.result = net::EventLoop::current() == &self.on.loop ? int(result) : elsewhere;
    }
    void leave() {
        on.on_loop([this] { place.give_up(); });
    }
    bool waits() const { return result < 0; }
    bool entered() const { return result == int(Gate::Result::entered); }

    static constexpr int elsewhere = 99;
    RunningLoop& on;
    Gate::Place place;
    std::atomic<int> result{-1};
    Task<void> task;
};

struct Site {
    Gate gate;
    RunningLoop first{0}, second{1};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(upstream_gate)

BOOST_AUTO_TEST_CASE(who_finds_room_enters_at_once_and_leaves_it_to_the_next) {
    Site site;
    const Gate::Limits one{1, 0, 0ns};
    {
        Visitor visitor{site.first, site.gate, one};
        BOOST_TEST(visitor.entered());
        BOOST_TEST(site.gate.view().inside == 1u);
        Visitor other{site.second, site.gate, one};
        BOOST_TEST(other.result == int(Gate::Result::full));
        visitor.leave();
        BOOST_TEST(site.gate.view().inside == 0u);
        Visitor third{site.second, site.gate, one};
        BOOST_TEST(third.entered());
    }
    const auto view = site.gate.view();
    BOOST_TEST(view.inside == 0u);
    BOOST_TEST(view.full == 1u);
    BOOST_TEST(view.waited == 0u);
}

BOOST_AUTO_TEST_CASE(those_that_wait_enter_in_their_order_over_all_loops) {
    Site site;
    const Gate::Limits limits{1, 10, for_ever};
    Visitor inside{site.first, site.gate, limits};
    std::deque<Visitor> waiting;
    for (int i = 0; i < 6; ++i) waiting.emplace_back(i % 2 ? site.first : site.second, site.gate, limits);
    BOOST_TEST(site.gate.view().waiting == 6u);
    inside.leave();
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        wait_until("the next one is inside", [&] { return waiting[i].entered(); });
        for (std::size_t later = i + 1; later < waiting.size(); ++later) BOOST_TEST(waiting[later].waits());
        BOOST_TEST(site.gate.view().inside == 1u);
        waiting[i].leave();
    }
    BOOST_TEST(site.gate.view().inside == 0u);
    BOOST_TEST(site.gate.view().waited == 6u);
}

BOOST_AUTO_TEST_CASE(a_queue_that_is_full_refuses_at_once) {
    Site site;
    const Gate::Limits limits{1, 2, for_ever};
    Visitor inside{site.first, site.gate, limits}, one{site.first, site.gate, limits}, two{site.second, site.gate, limits};
    BOOST_TEST(one.waits());
    BOOST_TEST(two.waits());
    Visitor three{site.second, site.gate, limits};
    BOOST_TEST(three.result == int(Gate::Result::full));
    BOOST_TEST(site.gate.view().waiting == 2u);
}

BOOST_AUTO_TEST_CASE(who_has_waited_long_enough_is_told_so) {
    Site site;
    Visitor inside{site.first, site.gate, {1, 2, for_ever}};
    Visitor patient{site.first, site.gate, {1, 2, for_ever}};
    Visitor hasty{site.first, site.gate, {1, 2, 5ms}};
    wait_until("the hasty one has given up", [&] { return !hasty.waits(); });
    BOOST_TEST(hasty.result == int(Gate::Result::late));
    BOOST_TEST(site.gate.view().late == 1u);
    BOOST_TEST(site.gate.view().waiting == 1u);
    inside.leave();
    wait_until("the patient one is inside", [&] { return patient.entered(); });
}

BOOST_AUTO_TEST_CASE(who_is_withdrawn_while_it_waits_leaves_the_queue_to_others) {
    Site site;
    const Gate::Limits limits{1, 5, for_ever};
    Visitor inside{site.first, site.gate, limits};
    auto withdrawn = std::make_unique<Visitor>(site.second, site.gate, limits);
    Visitor after{site.second, site.gate, limits};
    withdrawn.reset();
    BOOST_TEST(site.gate.view().waiting == 1u);
    inside.leave();
    wait_until("the one behind it is inside", [&] { return after.entered(); });
}

// The grant is under way to its loop, which is busy, and destroys the one that it is for.
BOOST_AUTO_TEST_CASE(a_grant_to_who_is_withdrawn_goes_on_to_the_next) {
    Site site;
    const Gate::Limits limits{1, 5, for_ever};
    Visitor inside{site.first, site.gate, limits}, granted{site.second, site.gate, limits}, next{site.first, site.gate, limits};
    site.second.on_loop([&] {
        site.first.on_loop([&] { inside.place.give_up(); });
        BOOST_TEST(granted.waits());
        BOOST_TEST(site.gate.view().waiting == 1u);
        granted.task = {};
    });
    wait_until("the next one is inside", [&] { return next.entered(); });
    BOOST_TEST(granted.waits());
    next.leave();
    BOOST_TEST(site.gate.view().inside == 0u);
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_raised_lets_those_in_who_wait) {
    Site site;
    Visitor inside{site.first, site.gate, {1, 5, for_ever}};
    Visitor one{site.first, site.gate, {1, 5, for_ever}}, two{site.second, site.gate, {1, 5, for_ever}};
    Visitor other{site.second, site.gate, {4, 5, for_ever}};  // the first one by the new limit
    wait_until("all are inside", [&] { return one.entered() && two.entered() && other.entered(); });
    BOOST_TEST(site.gate.view().inside == 4u);
    BOOST_TEST(site.gate.view().waiting == 0u);
}

BOOST_AUTO_TEST_CASE(those_that_wait_are_told_of_another_limit) {
    Site site;
    const Gate::Limits limits{1, 5, for_ever};
    Visitor inside{site.first, site.gate, limits}, one{site.first, site.gate, limits}, two{site.second, site.gate, limits};
    site.gate.limit_to(2);
    wait_until("the first is inside", [&] { return one.entered(); });
    BOOST_TEST(two.waits());
    site.gate.limit_to(std::size_t(-1));
    wait_until("all are inside", [&] { return two.entered(); });
    BOOST_TEST(site.gate.view().inside == 3u);
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_lowered_holds_once_enough_have_left) {
    Site site;
    const Gate::Limits three{3, 5, for_ever}, one{1, 5, for_ever};
    Visitor a{site.first, site.gate, three}, b{site.first, site.gate, three}, c{site.second, site.gate, three};
    Visitor waiting{site.second, site.gate, one};
    a.leave();
    b.leave();
    BOOST_TEST(waiting.waits());
    BOOST_TEST(site.gate.view().inside == 1u);
    c.leave();
    wait_until("it is inside", [&] { return waiting.entered(); });
}

BOOST_AUTO_TEST_CASE(a_place_moves_and_is_given_up_once) {
    Site site;
    Visitor visitor{site.first, site.gate, {5, 0, 0ns}}, other{site.first, site.gate, {5, 0, 0ns}};
    Gate::Place moved{std::move(visitor.place)};
    BOOST_TEST(!visitor.place);
    BOOST_TEST(site.gate.view().inside == 2u);
    moved = std::move(other.place);
    BOOST_TEST(site.gate.view().inside == 1u);
    moved.give_up();
    moved.give_up();
    BOOST_TEST(site.gate.view().inside == 0u);
}

// Loops that come and go as fast as they can, some of them impatient, some withdrawn: never more inside than there may
// be, nobody is forgotten, and in the end nobody is there.
BOOST_AUTO_TEST_CASE(never_more_than_may_and_nobody_is_forgotten) {
    constexpr int loops = 4, visitors = 16, rounds = 200;
    constexpr std::size_t most = 3;
    Gate gate;
    std::atomic<int> inside{0}, highest{0}, over{0}, entered{0};
    {
        std::deque<RunningLoop> running;
        for (int i = 0; i < loops; ++i) running.emplace_back(std::size_t(i));
        const auto visit = [&](net::EventLoop& loop, int number) -> Task<void> {
            for (int round = 0; round < rounds; ++round) {
                Gate::Place place;
                const Gate::Limits limits{most, 40, number % 4 == 0 ? net::Duration{200us} : for_ever};
                if (co_await Gate::Entering{gate, loop, limits, place} == Gate::Result::entered) {
                    ++entered;
                    const int now = ++inside;
                    for (int seen = highest; now > seen && !highest.compare_exchange_weak(seen, now);) {}
                    if (round % 3 == 0) co_await net::Pause{loop, 0ns};
                    --inside;
                }
                place.give_up();
                if (number % 5 == 0) co_await net::Pause{loop, 0ns};
            }
            ++over;
        };
        // Begins to wait, and is destroyed a turn later, whatever it was granted meanwhile.
        const auto change_mind = [&](net::EventLoop& loop) -> Task<void> {
            for (int round = 0; round < rounds; ++round) {
                Gate::Place place;
                auto asking = [](Gate& gate, net::EventLoop& loop, Gate::Place& place) -> Task<void> {
                    co_await Gate::Entering{gate, loop, {most, 40, for_ever}, place};
                }(gate, loop, place);
                asking.start();
                co_await net::Pause{loop, 0ns};
            }
            ++over;
        };
        for (int i = 0; i < visitors; ++i) {
            auto& loop = running[std::size_t(i % loops)].loop;
            loop.post([&, i] { loop.spawn(visit(loop, i)); });
        }
        for (auto& one : running) one.loop.post([&] { one.loop.spawn(change_mind(one.loop)); });
        wait_until("all have been inside as often as they wanted", [&] { return over == visitors + loops; });
    }
    BOOST_TEST(highest <= int(most));
    BOOST_TEST(entered > visitors * rounds / 2);
    BOOST_TEST(gate.view().inside == 0u);
    BOOST_TEST(gate.view().waiting == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/net/blocking_test.cpp - work on threads that may block, awaited on a loop.
#include "net/blocking.h"

#include "net/event_loop.h"

#include <Poco/Exception.h>

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

using namespace tollgate;
using namespace tollgate::net;

BOOST_AUTO_TEST_SUITE(net_blocking)

BOOST_AUTO_TEST_CASE(work_runs_elsewhere_and_the_task_goes_on_here) {
    EventLoop loop{0};
    Blocking blocking{2};
    std::thread::id worked, resumed;
    loop.post([&] {
        loop.spawn([](Blocking& b, std::thread::id& there, std::thread::id& here, EventLoop& l) -> Task<void> {
            co_await b.run([&there] { there = std::this_thread::get_id(); });
            here = std::this_thread::get_id();
            l.stop();
        }(blocking, worked, resumed, loop));
    });
    loop.run();
    BOOST_TEST((worked != std::thread::id{}));
    BOOST_TEST((worked != resumed));
    BOOST_TEST((resumed == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(what_the_work_throws_is_thrown_to_who_awaits) {
    EventLoop loop{0};
    Blocking blocking{2};
    std::string told;
    loop.post([&] {
        loop.spawn([](Blocking& b, std::string& text, EventLoop& l) -> Task<void> {
            try {
                co_await b.run([] { throw std::runtime_error("no such host"); });
            } catch (const std::runtime_error& problem) {
                text = problem.what();
            }
            l.stop();
        }(blocking, told, loop));
    });
    loop.run();
    BOOST_TEST(told == "no such host");
}

BOOST_AUTO_TEST_CASE(nobody_hears_of_work_whose_waiter_is_gone) {
    EventLoop loop{0};
    auto blocking = std::make_unique<Blocking>(2);
    auto owned = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = owned;
    std::promise<void> go, worked;
    loop.post([&] {
        auto task = [](Blocking& b, std::function<void()> work) -> Task<void> {
            co_await b.run(std::move(work));
            BOOST_ERROR("the task was destroyed");
        }(*blocking, [&go, &worked, owned = std::move(owned)] {
            go.get_future().wait();
            worked.set_value();
        });
        task.start();
        BOOST_TEST(!task.done());
        task = {};
        BOOST_TEST(!watched.expired());  // the work owns what it uses
        go.set_value();
        loop.spawn([](Blocking& b, std::promise<void>& until, EventLoop& l) -> Task<void> {
            co_await b.run([&until] { until.get_future().wait(); });
            l.stop();
        }(*blocking, worked, loop));
    });
    loop.run();
    blocking.reset();
    loop.run();  // its end may have been posted behind the stop
    BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_CASE(destruction_waits_for_work_under_way) {
    EventLoop loop{0};
    std::promise<void> started, go;
    bool worked = false;
    std::thread releaser;
    {
        Blocking blocking{1};
        loop.post([&] {
            loop.spawn([](Blocking& b, std::promise<void>& s, std::promise<void>& g, bool& flag) -> Task<void> {
                co_await b.run([&s, &g, &flag] {
                    s.set_value();
                    g.get_future().wait();
                    flag = true;
                });
            }(blocking, started, go, worked));
            loop.stop();
        });
        loop.run();
        started.get_future().wait();
        releaser = std::thread{[&] { go.set_value(); }};
    }
    BOOST_TEST(worked);
    releaser.join();
}

BOOST_AUTO_TEST_CASE(finished_work_needs_its_loop_no_more) {
    Blocking blocking{1};
    std::promise<void> started, go;
    std::thread releaser;
    {
        EventLoop loop{0};
        loop.post([&] {
            loop.spawn([](Blocking& b, std::promise<void>& s, std::promise<void>& g) -> Task<void> {
                co_await b.run([&s, &g] {
                    s.set_value();
                    g.get_future().wait();
                });
            }(blocking, started, go));
            loop.stop();
        });
        loop.run();
        started.get_future().wait();
        releaser = std::thread{[&] { go.set_value(); }};
        blocking.finish();
    }
    releaser.join();
    EventLoop later{1};  // and there may be more of it
    bool ran = false;
    later.post([&] {
        later.spawn([](Blocking& b, bool& flag, EventLoop& l) -> Task<void> {
            co_await b.run([&flag] { flag = true; });
            l.stop();
        }(blocking, ran, later));
    });
    later.run();
    BOOST_TEST(ran);
}

BOOST_AUTO_TEST_CASE(work_beyond_the_threads_waits_its_turn) {
    EventLoop loop{0};
    Blocking blocking{2};
    std::promise<void> go;
    const std::shared_future<void> until = go.get_future().share();
    constexpr int wanted = 20;
    int ended = 0;
    const auto one = [](Blocking& b, std::shared_future<void> wait_for, int& done, EventLoop& l) -> Task<void> {
        co_await b.run([wait_for] { wait_for.wait(); });
        if (++done == wanted) l.stop();
    };
    loop.post([&] {
        for (int i = 0; i < wanted; ++i) loop.spawn(one(blocking, until, ended, loop));
        go.set_value();
    });
    loop.run();
    BOOST_TEST(ended == wanted);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/net/within_test.cpp - a task that is done in time, one that fails, and one that is not.
#include "net/within.h"

#include "net/pause.h"

#include "core/net/run_task.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

using namespace tollgate;
using namespace std::chrono_literals;
using test::run;

namespace {

struct Withdrawn {
    bool& flag;
    ~Withdrawn() { flag = true; }
};

Task<std::string> after(net::EventLoop& loop, net::Duration time, bool& withdrawn) {
    const Withdrawn end{withdrawn};
    if (time.count() > 0) co_await net::Pause{loop, time};
    co_return "done";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(net_within)

BOOST_AUTO_TEST_CASE(what_is_done_in_time_is_given) {
    run([](net::EventLoop& loop) -> Task<void> {
        bool ended = false;
        const auto at_once = co_await net::Within{loop, 1h, after(loop, 0ms, ended)};
        BOOST_TEST(at_once.value_or("") == "done");
        const auto soon = co_await net::Within{loop, 1h, after(loop, 1ms, ended)};
        BOOST_TEST(soon.value_or("") == "done");
    });
}

BOOST_AUTO_TEST_CASE(what_is_not_is_withdrawn_before_the_waiter_goes_on) {
    run([](net::EventLoop& loop) -> Task<void> {
        bool ended = false;
        const auto never = co_await net::Within{loop, 5ms, after(loop, 1h, ended)};
        BOOST_TEST(!never.has_value());
        BOOST_TEST(ended);
    });
}

BOOST_AUTO_TEST_CASE(what_fails_throws) {
    run([](net::EventLoop& loop) -> Task<void> {
        const auto failing = [](net::EventLoop& on) -> Task<int> {
            co_await net::Pause{on, 1ms};
            throw std::runtime_error{"no"};
        };
        try {
            co_await net::Within{loop, 1h, failing(loop)};
            BOOST_ERROR("nothing was thrown");
        } catch (const std::runtime_error& problem) {
            BOOST_TEST(std::string{problem.what()} == "no");
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()

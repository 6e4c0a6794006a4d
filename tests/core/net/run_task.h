// tests/core/net/run_task.h - run(): one task on a loop of its own.
#pragma once

#include <tollgate/task.h>

#include "net/event_loop.h"

#include <boost/test/unit_test.hpp>

#include <functional>

namespace tollgate::test {

// Runs a task on a loop of its own until it ends; what it throws is thrown here.
inline void run(const std::function<Task<void>(net::EventLoop&)>& make) {
    net::EventLoop loop{0};
    Task<void> task;
    loop.post([&] {
        task = [](net::EventLoop& on, const std::function<Task<void>(net::EventLoop&)>& of) -> Task<void> {
            co_await of(on);
            on.stop();
        }(loop, make);
        task.start();
    });
    loop.run();
    BOOST_REQUIRE(task.done());
    task.take();
}

}  // namespace tollgate::test

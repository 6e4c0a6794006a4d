// tests/core/http/session_site.h - a loop with a lane of sessions on its own thread, and a handler of the test's.
#pragma once

#include "core/socket_end.h"
#include "http/session.h"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <thread>

namespace tollgate::test {

struct SessionSite final : http::Handler {
    using Serve = std::function<Task<void>(http::Exchange&)>;
    explicit SessionSite(Serve serve, http::Limits limits = {}) : serve_{std::move(serve)} {
        lane.set_limits(limits);
        thread_ = std::thread{[this] { loop.run(); }};
    }
    ~SessionSite() {
        on_loop([this] { lane.cut_all(); });
        loop.stop();
        thread_.join();
    }
    SocketEnd connect() {
        auto [mine, descriptor] = tcp_pair();
        lane.expect();
        loop.post([this, theirs = descriptor] { lane.open(theirs, http::Client{"192.0.2.7", net::Ip::parse("192.0.2.7")}); });
        return std::move(mine);
    }
    // Runs the job on the loop and waits for it.
    void on_loop(const std::function<void()>& job) {
        // Shared: it must outlive its own set_value().
        const auto done = std::make_shared<std::promise<void>>();
        loop.post([&job, done] {
            job();
            done->set_value();
        });
        done->get_future().wait();
    }
    Task<void> serve(http::Exchange& exchange) override { return serve_(exchange); }

    net::EventLoop loop{0};
    http::Lane lane{loop, *this};

private:
    Serve serve_;
    std::thread thread_;
};

// Says that it was destroyed, and lets a test wait for that.
struct Destroyed {
    explicit Destroyed(std::promise<void>& promise) : promise{promise} {}
    ~Destroyed() { promise.set_value(); }
    std::promise<void>& promise;
};
inline bool happened(std::promise<void>& promise) {
    return promise.get_future().wait_for(patience) == std::future_status::ready;
}

}  // namespace tollgate::test

// tests/core/upstream/upstream_site.h - a loop with a pool on its own thread, and an upstream that does as scripted.
#pragma once

#include "http/layout.h"
#include "core/socket_end.h"
#include "upstream/client.h"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace tollgate::test {

// Plays its script on a thread of its own; joined by the destructor.
class ScriptedPeer {
public:
    explicit ScriptedPeer(std::function<void(Listening&)> script)
        : thread_{[this, script = std::move(script)] { script(listening_); }} {}
    ~ScriptedPeer() { thread_.join(); }
    std::string address() const { return listening_.address(); }

private:
    Listening listening_;
    std::thread thread_;
};

// The kernel's time, and what a test adds to it.
struct MovedClock final : net::Timekeeper {
    void move(net::Duration time) { moved += time.count(); }
    net::TimePoint now() noexcept override { return net::Clock::now() + net::Duration{moved.load()}; }
    int wait(int until_timer) noexcept override { return until_timer; }
    std::atomic<net::Duration::rep> moved{0};
};

struct UpstreamSite {
    explicit UpstreamSite(const std::string& address, net::Lookups::Lookup lookup = &net::Address::resolve_all,
                          net::Timekeeper* clock = nullptr)
        : loop{0, clock}, lookups{std::move(lookup), 2}, pool{loop, lookups} {
        std::string problem;
        auto parsed = upstream::TargetAddress::parse(address, problem);
        BOOST_REQUIRE(parsed);
        upstream.name = "test";
        upstream.targets.push_back(std::make_unique<upstream::UpstreamTarget>(upstream, *parsed, 1, state));
        thread_ = std::thread{[this] { loop.run(); }};
    }
    ~UpstreamSite() {
        on_loop([this] {
            loop.cancel_spawned();
            pool.close_all();
        });
        loop.stop();
        thread_.join();
    }

    const upstream::UpstreamTarget& target() const { return *upstream.targets[0]; }

    // What came of one call.
    struct Result {
        int status = 0;
        std::string headers, body, trailers;
        std::optional<Failure> failure;
        Outcome outcome = Outcome::abandoned;
        std::optional<std::uint64_t> declared;
    };
    static Task<void> exchange(upstream::Pool& pool, upstream::Call& call, Result& result) {
        try {
            Response response = co_await upstream::call(pool, call);
            result.status = response.status();
            result.declared = response.layout().source.declared_length;
            for (const auto& line : response.headers()) result.headers.append(line.name).append("=").append(line.value).append(";");
            if (auto* source = response.body().source()) {
                for (;;) {
                    const auto piece = co_await source->read();
                    if (piece.empty()) break;
                    result.body += piece;
                }
                if (const auto* lines = source->trailers())
                    for (const auto& line : *lines) result.trailers.append(line.name).append("=").append(line.value).append(";");
            } else {
                result.body = response.body().bytes();
            }
        } catch (const Failure& failure) {
            result.failure = failure;
        }
        result.outcome = call.outcome;
    }
    // Runs the loop until the call has ended.
    Result ask(Request request, BodySource* body = nullptr, upstream::InterimSink* interim = nullptr) {
        Result result;
        upstream::Call call{upstream, target(), request, body, interim};
        run(exchange(pool, call, result));
        return result;
    }
    // The same, with a deadline so long from now.
    Result ask_within(net::Duration time, Request request, BodySource* body = nullptr) {
        Result result;
        upstream::Call call{upstream, target(), request, body};
        run([](UpstreamSite& site, net::Duration time, upstream::Call& call, Result& result) -> Task<void> {
            call.deadline = site.loop.now() + time;
            co_await exchange(site.pool, call, result);
        }(*this, time, call, result));
        return result;
    }
    // Runs the task on the loop and waits for its end.
    void run(Task<void> task) {
        const auto done = std::make_shared<std::promise<void>>();
        on_loop([&] {
            loop.spawn([](Task<void> inner, std::shared_ptr<std::promise<void>> p) -> Task<void> {
                co_await inner;
                p->set_value();
            }(std::move(task), done));
        });
        BOOST_REQUIRE((done->get_future().wait_for(patience) == std::future_status::ready));
    }
    void on_loop(const std::function<void()>& job) {
        // Shared: it must outlive its own set_value().
        const auto done = std::make_shared<std::promise<void>>();
        loop.post([&job, done] {
            job();
            done->set_value();
        });
        done->get_future().wait();
    }

    net::EventLoop loop;
    net::Lookups lookups;
    upstream::Pool pool;
    std::shared_ptr<upstream::TargetState> state = std::make_shared<upstream::TargetState>();
    upstream::Upstream upstream;

private:
    std::thread thread_;
};

}  // namespace tollgate::test

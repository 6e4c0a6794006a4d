// tests/plugins/redis/loops.h - Loops: event loops as a gateway has them, and what it lends to a plugin there.
#pragma once

#include "gateway/loop_services.h"
#include "gateway/loop_share.h"
#include "plugins/metrics.h"
#include "plugins/named_states.h"
#include "plugins/pages.h"
#include "plugins/plugin_host.h"
#include "support/deadline.h"

#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace tollgate::test {

class Loops {
public:
    explicit Loops(std::size_t count = 1) : metrics_{count}, services_{shares_, count, blocking_} {
        for (std::size_t i = 0; i < count; ++i)
            shares_.push_back(std::make_unique<LoopShare>(i, nobody_, lookups_, metrics_));
        for (auto& share : shares_) share->thread = std::thread{[&loop = share->loop] { loop.run(); }};
        services_.set_running(true);
    }
    ~Loops() {
        services_.set_running(false);
        for (auto& share : shares_) share->loop.stop();
        for (auto& share : shares_) share->thread.join();
        blocking_.finish();
    }
    Loops(const Loops&) = delete;
    Loops& operator=(const Loops&) = delete;

    // What a use of that plugin is lent. Ends before these loops.
    std::unique_ptr<plugins::PluginHost> host(const std::string& plugin) {
        return std::make_unique<plugins::PluginHost>(plugin,
                                                     plugins::Lent{services_, metrics_, states_, pages_, nullptr});
    }
    std::string metrics() const { return metrics_.prometheus(); }

    // Runs a coroutine on a loop to its end. What it throws is thrown here.
    void run(const std::function<Task<void>()>& work, std::size_t loop = 0) {
        auto ended = std::make_shared<Ended>();
        shares_[loop]->loop.post([this, loop, &work, ended] { shares_[loop]->loop.spawn(to_its_end(work, ended)); });
        ended->gate.wait();
        if (ended->failure) std::rethrow_exception(ended->failure);
    }

    // The same without waiting for its end. Once per loop's turn, in this order.
    void spawn(std::function<Task<void>()> work, std::size_t loop) {
        shares_[loop]->loop.post([this, loop, work = std::move(work)] { shares_[loop]->loop.spawn(work()); });
    }

private:
    struct Nobody final : http::Handler {
        Task<void> serve(http::Exchange&) override { co_return; }
    };
    struct Ended {
        Gate gate;
        std::exception_ptr failure;
    };
    static Task<void> to_its_end(const std::function<Task<void>()>& work, std::shared_ptr<Ended> ended) {
        try {
            co_await work();
        } catch (...) {
            ended->failure = std::current_exception();
        }
        ended->gate.open();
    }

    Nobody nobody_;
    net::Lookups lookups_;
    net::Blocking blocking_{2};
    plugins::Metrics metrics_;
    plugins::NamedStates states_;
    plugins::Pages pages_;
    std::vector<std::unique_ptr<LoopShare>> shares_;
    GatewayLoops services_;
};

}  // namespace tollgate::test

// core/gateway/loop_services.h - what plugins may do on a loop: sleep, watch a descriptor, fetch. One per gateway.
#pragma once

#include "net/blocking.h"
#include "plugins/plugin_host.h"
#include "upstream/pool.h"

#include <mutex>
#include <vector>

namespace tollgate {

struct LoopShare;

class GatewayLoops : public plugins::LoopServices {
public:
    // `shares` is filled before any of the functions marked [loop] is called.
    GatewayLoops(const std::vector<std::unique_ptr<LoopShare>>& shares, std::size_t count, net::Blocking& blocking)
        : shares_{shares}, count_{count}, blocking_{blocking} {}

    void set_running(bool running);  // whether post() finds loops that run
    void renew_trust();  // whom the system trusts is found out anew by the next fetch

    std::size_t loop_count() const override { return count_; }
    std::size_t this_loop() const override;
    bool post(std::size_t loop, std::function<void()> job) override;
    Task<void> sleep(std::chrono::nanoseconds time) override;
    Task<bool> ready(int descriptor, Interest interest, std::chrono::nanoseconds timeout) override;
    Task<void> blocking(std::function<void()> work) override { return blocking_.run(std::move(work)); }
    Task<Response> fetch(std::string url, Request request, FetchOptions options) override;
    std::chrono::system_clock::time_point wall_clock() const override;

private:
    std::shared_ptr<const net::TlsClientContext> public_tls();

    const std::vector<std::unique_ptr<LoopShare>>& shares_;
    const std::size_t count_;
    net::Blocking& blocking_;
    std::mutex mutex_;
    bool running_ = false;
    std::shared_ptr<const net::TlsClientContext> public_tls_;
};

}  // namespace tollgate

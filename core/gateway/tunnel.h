// core/gateway/tunnel.h - Tunnel: bytes both ways between a client and an upstream that left HTTP for another protocol.
#pragma once

#include <tollgate/context.h>

#include "http/exchange.h"
#include "http/wire.h"
#include "net/timers.h"

#include <coroutine>
#include <exception>
#include <memory>
#include <string>

namespace tollgate {

// A piece is read only when the one before it was taken: who stalls, stalls the other. While nothing is under way it
// holds no buffer. Each direction ends by itself (half-close). Destroying it ends both.
class Tunnel final : private net::Timer {
public:
    // `client` has begun its upgraded answer. `idle`: how long nothing may move.
    Tunnel(http::Exchange& client, std::unique_ptr<http::Wire> upstream, net::Duration idle) noexcept;

    enum class End : std::uint8_t { none, closed, idle, client_left, upstream_cut };
    // Until both directions have ended, nothing moved for too long, or a side broke; end() says which.
    // Throws Failure (499) where the client broke.
    Task<void> run();
    End end() const noexcept { return end_; }
    const std::string& detail() const noexcept { return detail_; }  // of End::upstream_cut

private:
    Task<void> to_upstream();
    Task<void> to_client();
    void moved() noexcept { last_move_ = upstream_->stream->loop().now(); }
    void finish(End how, std::string detail = {}) noexcept;
    void client_broke() noexcept;
    void on_timer() override;

    // Awaits finish(): resumed in a turn of its own, since a direction cannot destroy itself.
    struct Over {
        Tunnel& tunnel;
        bool await_ready() const noexcept { return tunnel.end_ != End::none; }
        void await_suspend(std::coroutine_handle<> waiter) noexcept { tunnel.waiter_ = waiter; }
        void await_resume() const noexcept {}
    };

    http::Exchange& client_;
    const std::unique_ptr<http::Wire> upstream_;
    const net::Duration idle_;
    net::TimePoint last_move_;
    bool client_ended_ = false, upstream_ended_ = false;  // they say no more
    End end_ = End::none;
    std::string detail_;
    std::exception_ptr failure_;
    std::coroutine_handle<> waiter_;
    Task<void> to_upstream_, to_client_;  // last: they use the rest
};

}  // namespace tollgate

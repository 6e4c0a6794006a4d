// core/gateway/tunnel.cpp - two directions, one clock, and what becomes of one when the other ends.
#include "gateway/tunnel.h"

#include "support/failure.h"

#include <utility>

namespace tollgate {

using net::IoResult;

namespace {
constexpr net::Duration for_ever = net::Duration::max();  // the tunnel's own clock is for both directions
}

Tunnel::Tunnel(http::Exchange& client, std::unique_ptr<http::Wire> upstream, net::Duration idle) noexcept
    : client_{client}, upstream_{std::move(upstream)}, idle_{idle} {}

Task<void> Tunnel::run() {
    moved();
    upstream_->stream->loop().arm(*this, idle_);
    to_upstream_ = to_upstream();
    to_client_ = to_client();
    to_upstream_.start();
    to_client_.start();
    co_await Over{*this};
    disarm();
    if (failure_) std::rethrow_exception(failure_);
}

Task<void> Tunnel::to_upstream() {
    try {
        for (;;) {
            const std::string_view piece = co_await client_.body().read();
            if (end_ != End::none) co_return;
            moved();
            if (piece.empty()) break;
            const IoResult sent = co_await upstream_->stream->write(piece, for_ever);
            // Who has said all it had to say need not listen to the end.
            if (!sent) co_return finish(upstream_ended_ ? End::closed : End::upstream_cut, sent.describe());
            moved();
        }
        client_ended_ = true;
        upstream_->stream->end_writing();
        if (upstream_ended_) finish(End::closed);
    } catch (...) {
        client_broke();
    }
}

Task<void> Tunnel::to_client() {
    try {
        for (;;) {
            const std::string_view piece = upstream_->buffered();
            if (piece.empty()) {
                const IoResult got = co_await upstream_->more(for_ever);
                if (got.kind == IoResult::Kind::ended) break;
                if (!got) co_return finish(client_ended_ ? End::closed : End::upstream_cut, got.describe());
                continue;
            }
            moved();
            upstream_->consume(piece.size());
            co_await client_.send(piece, false);
            if (end_ != End::none) co_return;
            moved();
        }
        upstream_ended_ = true;
        moved();
        co_await client_.send({}, true);
        if (client_ended_) finish(End::closed);
    } catch (...) {
        client_broke();
    }
}

// Called while what it threw is being handled. The upstream hears of it as it came: by a reset.
void Tunnel::client_broke() noexcept {
    if (end_ != End::none) return;
    failure_ = std::current_exception();
    upstream_->stream->close_by_reset();
    finish(End::client_left);
}

void Tunnel::finish(End how, std::string detail) noexcept {
    if (end_ != End::none) return;
    end_ = how;
    detail_ = std::move(detail);
    upstream_->stream->loop().arm(*this, net::Duration::zero());
}

void Tunnel::on_timer() {
    if (end_ == End::none) {
        const auto now = upstream_->stream->loop().now();
        if (now < last_move_ + idle_) return upstream_->stream->loop().arm(*this, last_move_ + idle_);
        end_ = End::idle;
    }
    waiter_.resume();  // may destroy *this
}

}  // namespace tollgate

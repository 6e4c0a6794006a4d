// core/net/tls_accept.cpp - TLS handshakes at a pace that leaves the loop to others, and parting where they fail.
#include "net/tls_stream.h"

#include <openssl/ssl.h>

#include <array>
#include <coroutine>

namespace tollgate::net {

namespace {

// What one turn grants: several handshakes by elliptic curves, one by RSA.
constexpr Duration most_per_turn = std::chrono::milliseconds{1};
constexpr Duration longest_parting = std::chrono::seconds{1};

// Until the loop's next turn.
class NextTurn final : private Timer {
public:
    explicit NextTurn(EventLoop& loop) noexcept : loop_{loop} {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
        waiter_ = waiter;
        loop_.arm(*this, Duration::zero());
    }
    void await_resume() const noexcept {}

private:
    void on_timer() override { waiter_.resume(); }
    EventLoop& loop_;
    std::coroutine_handle<> waiter_;
};

}  // namespace

bool HandshakePace::grants(const EventLoop& loop) noexcept {
    if (turn_ != loop.turn()) {
        turn_ = loop.turn();
        spent_ = Duration::zero();
    }
    return spent_ < most_per_turn;
}

// Until the socket has something to be read, or takes what it owes.
class TlsStream::Stirred final : public Stream::Operation {
public:
    Stirred(TlsStream& stream, Duration timeout) noexcept : Operation{stream, Side::reading, timeout}, tls_{stream} {}

private:
    bool attempt() override {
        if (!tls_.readable_ && (tls_.backlog_.empty() || !tls_.writable_)) return false;
        result_ = {IoResult::Kind::done};
        return true;
    }
    TlsStream& tls_;
};

Task<IoResult> TlsStream::shake_hands(HandshakePace& pace, Duration timeout) {
    const TimePoint deadline = loop_.now() + timeout;
    for (bool waits = SSL_is_server(ssl_.get());; waits = true) {  // a client speaks first
        const Duration left = deadline - loop_.now();
        if (left <= Duration::zero()) co_return IoResult{IoResult::Kind::timed_out};
        if (waits) {
            const IoResult stirred = co_await Stirred{*this, left};
            if (!stirred) co_return stirred;
        }
        while (!pace.grants(loop_)) co_await NextTurn{loop_};
        const TimePoint begun = Clock::now();
        const IoResult step = take_step();
        pace.count(Clock::now() - begun);
        if (step.kind != IoResult::Kind::blocked) co_return step;
    }
}

Task<void> TlsStream::part(std::string_view plainly) {
    if (spoke_http_) {
        const iovec piece{const_cast<char*>(plainly.data()), plainly.size()};
        transmit({&piece, 1});
    }
    flush();
    end_sending();
    // Bytes left unread would have the kernel reset the connection, and what was said be lost.
    const TimePoint deadline = loop_.now() + longest_parting;
    std::size_t allowance = 256 << 10;
    for (;;) {
        const IoResult got = discard(allowance);
        const Duration left = deadline - loop_.now();
        if (got.kind != IoResult::Kind::blocked || left <= Duration::zero()) co_return;
        if (!co_await Stirred{*this, left}) co_return;
    }
}

// Reads on, into nothing, until there is no more for now. Done: more came than is allowed.
IoResult TlsStream::discard(std::size_t& allowance) {
    std::array<char, 4096> scratch;
    for (;;) {
        const IoResult got = receive(scratch);
        if (!got || got.bytes > allowance) return got;
        allowance -= got.bytes;
    }
}

bool TlsStream::resumed() const noexcept { return SSL_session_reused(ssl_.get()) == 1; }

std::shared_ptr<const ClientCertificate> TlsStream::client_certificate() const {
    return server_ ? TlsServerContext::client_certificate_of(*ssl_) : nullptr;
}

}  // namespace tollgate::net

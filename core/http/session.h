// core/http/session.h - Session: one client's HTTP/1.1 connection, request after request; Lane: a loop's share of them.
#pragma once

#include "http/exchange.h"
#include "http/limits.h"
#include "http/wire.h"
#include "net/connection.h"
#include "net/proxy_header.h"
#include "net/tls_stream.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tollgate::http {

class Session;
class Http1Exchange;

// What became of TLS handshakes. Counted on one loop, read by anybody.
struct HandshakeTally {
    std::atomic<std::uint64_t> full{0}, resumed{0}, failed{0}, timed_out{0};
    std::atomic<std::size_t> under_way{0};
};

// What became of connections on which a proxy says whose they are. The same.
struct ProxyTally {
    std::atomic<std::uint64_t> taken{0}, malformed{0}, timed_out{0};
};

// What becomes of a session that has no request under way when its lane drains.
enum class WhileIdle : std::uint8_t { close, serve };

// What the sessions of one loop share. Made before the loop runs, used on the loop, except the atomics.
class Lane {
public:
    Lane(net::EventLoop& loop, Handler& handler);
    ~Lane();

    // A connection was accepted for this lane and will be opened: it counts from now on. Any thread.
    void expect() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    // The same of a connection that begins with a TLS handshake, which is under way from now on.
    void expect_handshake() noexcept { handshakes_.under_way.fetch_add(1, std::memory_order_relaxed); }
    // Takes over an accepted socket that was expected. `tls`: how it speaks TLS; null: it does not. `proxied`: a header of
    // the PROXY protocol, which is believed, comes before everything else.
    void open(int descriptor, Client client, std::shared_ptr<const net::TlsServerContext> tls = nullptr, bool proxied = false);
    // Closes sessions after their answer; `empty` is called when none is left. Idle ones close now, or are served once
    // more where their next request comes. May be called again, to close what was left idle.
    void drain(std::function<void()> empty, WhileIdle idle = WhileIdle::close);
    void cut_all() noexcept;  // ends every session, whatever it does

    // In force from now on, also for sessions that are open.
    void set_limits(const Limits& limits) noexcept { limits_ = limits; }
    const Limits& limits() const noexcept { return limits_; }
    net::EventLoop& loop() const noexcept { return loop_; }
    Handler& handler() const noexcept { return handler_; }
    bool draining() const noexcept { return draining_; }
    bool hurries() const noexcept { return draining_ && idle_ == WhileIdle::close; }
    std::size_t sessions() const noexcept { return count_.load(std::memory_order_relaxed); }  // any thread
    const HandshakeTally& handshakes() const noexcept { return handshakes_; }
    const ProxyTally& proxies() const noexcept { return proxies_; }

private:
    friend class Session;
    std::unique_ptr<Http1Exchange> lend_exchange();
    void give_back(std::unique_ptr<Http1Exchange> exchange);
    void bury(Session& session);  // unlinks it and destroys it
    void one_less() noexcept;
    void complain(const std::string& of_proxy);

    net::EventLoop& loop_;
    Handler& handler_;
    Limits limits_;
    bool draining_ = false;
    WhileIdle idle_ = WhileIdle::close;  // once it drains
    std::function<void()> empty_;
    std::atomic<std::size_t> count_{0};
    HandshakeTally handshakes_;
    ProxyTally proxies_;
    net::TimePoint complained_{};  // of a proxy
    net::HandshakePace pace_;
    Session* first_ = nullptr;
    std::vector<std::unique_ptr<Http1Exchange>> spare_exchanges_;
};

}  // namespace tollgate::http

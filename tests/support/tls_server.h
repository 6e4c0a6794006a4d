// tests/support/tls_server.h - TlsServer: one TLS connection served by a test's own words, well or badly.
#pragma once

#include "support/background.h"
#include "support/certificates.h"

#include <Poco/Net/SocketAddress.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace tollgate::test {

// The server's side of a connection, blocking and bounded by a test's patience.
class TlsEnd {
public:
    TlsEnd(ssl_ctx_st* context, int descriptor);
    ~TlsEnd();
    TlsEnd(const TlsEnd&) = delete;

    bool shake_hands();  // false: the client did not want to
    std::string read(std::size_t bytes);
    // "" at the client's close_notify; throws where the connection was cut without one.
    std::string read_some();
    void write(std::string_view text);
    void change_keys(bool also_the_clients);  // TLS 1.3
    void close_notify();
    void read_plain();                        // something, beside TLS
    void write_plain(std::string_view text);  // beside TLS
    std::string server_name() const;          // SNI
    std::string protocol() const;             // ALPN
    bool resumed() const;
    std::string client() const;  // the common name of its certificate; "": none

private:
    ssl_st* ssl_;
    int descriptor_;
};

// Accepts connections on a free port of 127.0.0.1 and serves them on a thread, one after another; each is closed as
// `serve` returns.
class TlsServer {
public:
    struct Wanted {
        int highest_version = 0;
        int connections = 1;
        const Certificate* clients = nullptr;  // the authority of whom clients have to be
    };
    TlsServer(const Certificate& certificate, std::function<void(TlsEnd&)> serve, Wanted wanted);
    TlsServer(const Certificate& certificate, std::function<void(TlsEnd&)> serve)
        : TlsServer{certificate, std::move(serve), Wanted{}} {}
    ~TlsServer();

    const Poco::Net::SocketAddress& address() const noexcept { return address_; }
    void wait() { thread_->wait(); }  // throws what `serve` threw

private:
    ssl_ctx_st* context_;
    int listener_;
    Poco::Net::SocketAddress address_;
    std::unique_ptr<Background> thread_;
};

}  // namespace tollgate::test

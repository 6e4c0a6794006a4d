// plugins/redis/wire.h - Wire: a socket to a Redis that never blocks.
#pragma once

#include "redis/address.h"
#include "redis/tls.h"

#include <sys/socket.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::redis {

// Where a host can be reached.
struct Endpoint {
    sockaddr_storage address{};
    socklen_t size = 0;
};

// The endpoints of an address: at once where it is a literal or a Unix socket, else by the resolver, which blocks.
// Throws std::runtime_error where there are none.
std::optional<Endpoint> known_endpoint(const Address& address);
std::vector<Endpoint> resolve(const Address& address);

class Wire {
public:
    // A new socket for that endpoint, not connected. Throws std::system_error.
    explicit Wire(const Endpoint& endpoint);
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    int descriptor() const noexcept { return descriptor_; }
    // Begins to connect. Throws std::system_error.
    void connect(const Endpoint& endpoint);
    // Once it is writable: throws std::system_error if nobody was there.
    void check_connected();

    // From here on everything is read and written by TLS: after handshake() is done.
    void begin_tls(const TlsTrust& trust, const std::string& host) { tls_.emplace(trust, descriptor_, host); }
    TlsSession::Step handshake() noexcept { return tls_->handshake(); }

    // How many bytes; 0: none now; -1: no more, for the reason that problem() says.
    std::ptrdiff_t read(std::span<char> into) noexcept;
    std::ptrdiff_t write(std::string_view bytes) noexcept;
    // Whether a read of so many bytes, where there was room for more, means that there are none left.
    bool short_read_is_last() const noexcept { return !tls_; }
    const std::string& problem() const noexcept { return tls_ ? tls_->problem() : problem_; }
    // Ends it for everybody who waits for the descriptor.
    void shut() noexcept;

private:
    int descriptor_;
    std::optional<TlsSession> tls_;
    std::string problem_;
};

}  // namespace tollgate::redis

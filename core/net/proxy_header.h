// core/net/proxy_header.h - ProxyHeader: what a proxy in front says of a connection before the first byte of its client.
//
// The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt). Whether a proxy may be believed is for others.
#pragma once

#include "net/address.h"
#include "net/socket_stream.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::net {

struct ProxyHeader {
    static constexpr std::size_t most = 4096;  // bytes, of version 2; version 1 has 107

    std::size_t size = 0;                 // in bytes
    // Whose connection it is. nullopt: the proxy's own (a health check), or one of no IP address.
    std::optional<Ip> client = {};
    std::string client_text = {};         // the same, as people write it

    enum class Found { whole, incomplete, none };
    // `bytes`: from the connection's first on. Nothing is `incomplete` that cannot become one.
    static Found read(std::string_view bytes, ProxyHeader& header);
};

// Awaits a header and takes it from the socket, and not a byte more: what follows may be TLS. `failed` with EPROTO where
// something else comes, `ended` where that is over before.
class ReadProxyHeader final : public SocketStream::Peek {
public:
    ReadProxyHeader(SocketStream& stream, ProxyHeader& header, Duration timeout) noexcept
        : Peek{stream, timeout}, header_{header} {}

private:
    int look(std::string_view bytes) override;
    ProxyHeader& header_;
};

}  // namespace tollgate::net

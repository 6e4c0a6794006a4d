// core/net/tls_client_context.h - TlsClientContext: whom TLS connections that we make trust, and how they speak.
//
// OpenSSL's SSL_CTX without POCO's NetSSL around it: that would bring a process-wide SSLManager with its handlers and
// leave checking names to its own blocking sockets, so nothing of it would be used.
#pragma once

#include "net/tls_objects.h"

#include <string>

namespace tollgate::net {

// TLS 1.2 and 1.3, http/1.1 by ALPN, no compression, no renegotiation; sessions are not resumed. Immutable: all loops
// may share one. Streams that were made with it keep what they need of it.
class TlsClientContext {
public:
    // `authorities`: a file of PEM certificates to trust; "": the system's. `insecure`: whatever certificate there is
    // will do. Throws std::runtime_error where there are none to be read.
    explicit TlsClientContext(const std::string& authorities = "", bool insecure = false);

    // For one connection to `host`, a name (also sent, as SNI) or an IP address (not sent: RFC 6066 section 3), which
    // the certificate must be made out to. Throws std::runtime_error for a host that is neither.
    SslPointer session(std::string host) const;

private:
    SslContextPointer context_;
    bool insecure_;
};

}  // namespace tollgate::net

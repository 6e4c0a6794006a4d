// core/net/tls_client_context.h - TlsClientContext: whom TLS connections that we make trust, and how they speak.
//
// OpenSSL's SSL_CTX without POCO's NetSSL around it: that would bring a process-wide SSLManager with its handlers and
// leave checking names to its own blocking sockets, so nothing of it would be used.
#pragma once

#include "net/tls_certificate.h"
#include "net/tls_sessions.h"
#include "support/digest.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace tollgate::net {

// TLS 1.2 and 1.3, http/1.1 by ALPN, no compression, no renegotiation. Immutable but for its sessions: all loops may
// share one. Streams that were made with it keep what they need of it.
class TlsClientContext {
public:
    struct Options {
        std::string authorities = {};  // a file of PEM certificates to trust; "": the system's
        bool insecure = false;         // whatever certificate there is will do
        std::string name = {};         // whom servers have to be; "": the host that is connected to
        std::optional<TlsCertificate> certificate = {};  // shown to servers that ask for one
        bool only_tls13 = false;
        bool resumes = false;          // sessions
    };
    // Throws std::runtime_error where there are no authorities to be read.
    explicit TlsClientContext(Options options) : TlsClientContext{std::move(options), {}} {}

    // For one connection to `host`, a name (also sent, as SNI) or an IP address (not sent: RFC 6066 section 3), which
    // the certificate must be made out to. Throws std::runtime_error for a host that is neither.
    SslPointer session(std::string host) const;
    // "trusts authorities (sha256 9f3a2b...), shows gateway until 2027-01-31 (sha256 ...)", for people.
    const std::string& description() const noexcept { return description_; }
    // Null where none are resumed.
    const std::shared_ptr<TlsSessions>& sessions() const noexcept { return sessions_; }

private:
    friend class TlsClientContexts;
    // `authorities`: what is in the file, where it was read already.
    TlsClientContext(Options options, std::string authorities);
    void show(const TlsCertificate& certificate);

    SslContextPointer context_;
    bool insecure_;
    std::string name_, description_;
    std::shared_ptr<TlsSessions> sessions_;
};

// Contexts by what they are made of, as long as somebody has them: a reload that changes nothing of one keeps it, its
// sessions, and the connections made with it; whatever changes gives another, whose connections are its own. Any thread.
class TlsClientContexts {
public:
    // Throws as the context's constructor does.
    std::shared_ptr<const TlsClientContext> with(TlsClientContext::Options options);

private:
    std::mutex mutex_;
    std::map<Digest, std::weak_ptr<const TlsClientContext>> made_;
};

}  // namespace tollgate::net

// core/net/tls_server_context.h - TlsServerContext: by which certificates TLS connections that we accept are served.
#pragma once

#include "net/tls_certificate.h"
#include "net/tls_tickets.h"

#include <tollgate/client_certificate.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;

namespace tollgate::net {

// TLS 1.2 and 1.3, http/1.1 by ALPN, sessions resumed by ticket or, for clients of TLS 1.2 that know none, from a cache.
// Immutable: all loops share one. A connection is served by the certificate made out to the name it asks for (SNI), by
// the first where there is none or it asks for none.
class TlsServerContext {
public:
    struct Options {
        std::vector<TlsCertificate> certificates;  // at least one
        std::string client_authorities = {};       // a file: clients are asked for certificates of these; "": not asked
        bool client_certificate_required = true;
        bool only_tls13 = false;
        std::string where = {};  // sessions of another listener, or other authorities, are not resumed
    };
    // Throws std::runtime_error where the authorities cannot be read.
    TlsServerContext(Options options, std::shared_ptr<TlsTickets> tickets);
    ~TlsServerContext();

    SslPointer session() const;  // for one connection. *this outlives it
    std::string description() const;  // of all its certificates
    static std::shared_ptr<const ClientCertificate> client_certificate_of(const ssl_st& ssl);

private:
    void ask_for_certificates(const Options& options, std::string& sessions);
    ssl_ctx_st* context_for(std::string_view name) const;
    // What OpenSSL asks during a handshake.
    static int choose_certificate(ssl_st* ssl, int* alert, void* self);
    static int choose_protocol(ssl_st* ssl, const unsigned char** chosen, unsigned char* size,
                               const unsigned char* offered, unsigned int offered_size, void* self);
    static int seal_ticket(ssl_st* ssl, unsigned char* name, unsigned char* vector, evp_cipher_ctx_st* cipher,
                           evp_mac_ctx_st* digest, int sealing);

    std::vector<TlsCertificate> certificates_;
    std::map<std::string, ssl_ctx_st*, std::less<>> by_name_;
    std::shared_ptr<TlsTickets> tickets_;
};

}  // namespace tollgate::net

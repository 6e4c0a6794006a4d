// core/net/tls_client_context.cpp - an SSL_CTX with what every connection needs, and an SSL with what one needs.
#include "net/tls_client_context.h"

#include "net/address.h"
#include "support/text.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <new>

namespace tollgate::net {

namespace {

void trust(ssl_ctx_st* context, const std::string& authorities) {
    if (authorities.empty())
        return demand(SSL_CTX_set_default_verify_paths(context) == 1, "cannot read the system's certificates");
    demand(SSL_CTX_load_verify_file(context, authorities.c_str()) == 1,
           "cannot read certificates of " + text::quote(authorities));
}

}  // namespace

TlsClientContext::TlsClientContext(const std::string& authorities, bool insecure)
    : context_{SSL_CTX_new(TLS_client_method())}, insecure_{insecure} {
    if (!context_) throw std::bad_alloc{};
    ERR_clear_error();
    ssl_ctx_st* const context = context_.get();
    set_manners(context);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    static constexpr unsigned char http11[] = "\x08http/1.1";
    demand(SSL_CTX_set_alpn_protos(context, http11, sizeof http11 - 1) == 0, "ALPN");
    SSL_CTX_set_verify(context, insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    if (!insecure) trust(context, authorities);
}

SslPointer TlsClientContext::session(std::string host) const {
    SslPointer ssl{SSL_new(context_.get())};
    if (!ssl) throw std::bad_alloc{};
    ERR_clear_error();
    SSL_set_connect_state(ssl.get());
    if (Ip::parse(host)) {
        if (!insecure_) demand(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) == 1, host);
        return ssl;
    }
    if (host.ends_with('.')) host.pop_back();  // neither SNI nor certificates have the root's dot
    demand(SSL_set_tlsext_host_name(ssl.get(), host.c_str()) == 1, "host " + text::quote(host));
    if (insecure_) return ssl;
    // Names are those of subjectAltName (RFC 9110 section 4.3.4, RFC 6125): a common name is none any more.
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    demand(SSL_set1_host(ssl.get(), host.c_str()) == 1, "host " + text::quote(host));
    return ssl;
}

}  // namespace tollgate::net

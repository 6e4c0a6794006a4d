// core/net/tls_client_context.cpp - an SSL_CTX with what every connection needs, and an SSL with what one needs.
#include "net/tls_client_context.h"

#include "net/address.h"
#include "net/tls_stream.h"
#include "support/text.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>

namespace tollgate::net {

namespace {

void trust(ssl_ctx_st* context, const std::string& authorities) {
    if (authorities.empty())
        return demand(SSL_CTX_set_default_verify_paths(context) == 1, "cannot read the system's certificates");
    demand(SSL_CTX_load_verify_file(context, authorities.c_str()) == 1,
           "cannot read certificates of " + text::quote(authorities));
}

// Of all that makes one context another.
Digest digest_of(const TlsClientContext::Options& options) {
    std::string all = options.name + '\0' + (options.insecure ? 'i' : 'v') + (options.only_tls13 ? '3' : '2') +
                      (options.resumes ? 'r' : 'n') + (options.authorities.empty() ? 's' : 'f');
    if (options.certificate) all += options.certificate->fingerprint();
    if (options.insecure || options.authorities.empty()) return sha256(all);
    errno = 0;
    std::ifstream stream{options.authorities, std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{stream}, {}};
    if (content.empty()) throw std::runtime_error(errno ? std::string{"cannot be read: "} + std::strerror(errno) : "is empty");
    return sha256(all.append(1, '\0').append(content));
}

}  // namespace

TlsClientContext::TlsClientContext(Options options)
    : context_{SSL_CTX_new(TLS_client_method())}, insecure_{options.insecure}, name_{std::move(options.name)},
      sessions_{options.resumes ? std::make_shared<TlsSessions>() : nullptr} {
    if (!context_) throw std::bad_alloc{};
    ERR_clear_error();
    ssl_ctx_st* const context = context_.get();
    set_manners(context);
    if (options.only_tls13) demand(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1, "TLS 1.3");
    SSL_CTX_set_session_cache_mode(
        context, options.resumes ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL : SSL_SESS_CACHE_OFF);
    SSL_CTX_sess_set_new_cb(context, TlsStream::keep_session);
    static constexpr unsigned char http11[] = "\x08http/1.1";
    demand(SSL_CTX_set_alpn_protos(context, http11, sizeof http11 - 1) == 0, "ALPN");
    SSL_CTX_set_verify(context, insecure_ ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    if (!insecure_) trust(context, options.authorities);
    if (options.certificate) show(*options.certificate);
}

void TlsClientContext::show(const TlsCertificate& certificate) {
    ssl_ctx_st* const from = certificate.context_.get();
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(from, &chain);
    demand(SSL_CTX_use_cert_and_key(context_.get(), SSL_CTX_get0_certificate(from), SSL_CTX_get0_privatekey(from), chain,
                                    1) == 1,
           "certificate");
}

SslPointer TlsClientContext::session(std::string host) const {
    SslPointer ssl{SSL_new(context_.get())};
    if (!ssl) throw std::bad_alloc{};
    ERR_clear_error();
    SSL_set_connect_state(ssl.get());
    if (!name_.empty()) host = name_;
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

std::shared_ptr<const TlsClientContext> TlsClientContexts::with(TlsClientContext::Options options) {
    const Digest digest = digest_of(options);
    const std::lock_guard lock{mutex_};
    if (auto known = made_[digest].lock()) return known;
    std::erase_if(made_, [](const auto& entry) { return entry.second.expired(); });
    auto made = std::make_shared<const TlsClientContext>(std::move(options));
    made_[digest] = made;
    return made;
}

}  // namespace tollgate::net

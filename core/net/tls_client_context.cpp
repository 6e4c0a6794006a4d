// core/net/tls_client_context.cpp - an SSL_CTX with what every connection needs, and an SSL with what one needs.
#include "net/tls_client_context.h"

#include "net/address.h"
#include "net/tls_stream.h"
#include "support/hexadecimal.h"
#include "support/text.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace tollgate::net {

namespace {

// Certificates in PEM, and revocation lists among them, which OpenSSL asks for only where it is told to.
void trust(ssl_ctx_st* context, const std::string& authorities) {
    const std::unique_ptr<BIO, int (*)(BIO*)> bio{BIO_new_mem_buf(authorities.data(), int(authorities.size())), BIO_free};
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    bool any = false;
    for (;;) {
        const std::unique_ptr<X509, void (*)(X509*)> one{PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr), X509_free};
        if (!one) break;
        any = true;
        demand(X509_STORE_add_cert(store, one.get()) == 1, "cannot be used");
    }
    const bool to_its_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (!any || !to_its_end) throw std::runtime_error(any ? "holds a broken certificate" : "holds no certificate in PEM");
}

// What changes when the system's authorities do (update-ca-certificates): the state of their file and of their folder. A
// context keeps those that it has met, also once they are gone.
std::string state_of_system_authorities() {
    const auto place = [](const char* variable, const char* usual) {
        const char* said = std::getenv(variable);
        return said && *said ? said : usual;
    };
    std::string state;
    for (const char* path : {place(X509_get_default_cert_file_env(), X509_get_default_cert_file()),
                             place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir())}) {
        struct stat facts {};
        if (::stat(path, &facts) != 0) facts = {};
        for (const auto number : {std::int64_t(facts.st_mtim.tv_sec), std::int64_t(facts.st_mtim.tv_nsec),
                                  std::int64_t(facts.st_ino), std::int64_t(facts.st_size)})
            state += std::to_string(number) + ' ';
        state.append(path) += '\0';
    }
    return state;
}

// Of all that makes one context another.
Digest digest_of(const TlsClientContext::Options& options, const std::string& authorities) {
    std::string all = options.name + '\0' + (options.insecure ? 'i' : 'v') + (options.only_tls13 ? '3' : '2') +
                      (options.resumes ? 'r' : 'n') + (options.authorities.empty() ? 's' : 'f');
    if (options.certificate) all += options.certificate->fingerprint();
    return sha256(all.append(1, '\0').append(authorities));
}

}  // namespace

TlsClientContext::TlsClientContext(Options options, std::string authorities)
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
    if (insecure_) {
        description_ = "trusts anybody";
    } else if (options.authorities.empty()) {
        demand(SSL_CTX_set_default_verify_paths(context) == 1, "cannot read the system's certificates");
        description_ = "trusts the system's authorities";
    } else {
        if (authorities.empty()) authorities = content_of(options.authorities);
        trust(context, authorities);
        description_ = "trusts authorities (sha256 " + hexadecimal({sha256(authorities).data(), 8}) + ")";
    }
    if (!options.certificate) return;
    show(*options.certificate);
    description_ += ", shows " + options.certificate->description();
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
    std::string authorities;
    if (!options.insecure && !options.authorities.empty()) authorities = content_of(options.authorities);
    const bool by_system = !options.insecure && options.authorities.empty();
    const Digest digest = digest_of(options, by_system ? state_of_system_authorities() : authorities);
    const std::lock_guard lock{mutex_};
    if (auto known = made_[digest].lock()) return known;
    std::erase_if(made_, [](const auto& entry) { return entry.second.expired(); });
    const std::shared_ptr<const TlsClientContext> made{new TlsClientContext{std::move(options), std::move(authorities)}};
    made_[digest] = made;
    return made;
}

}  // namespace tollgate::net

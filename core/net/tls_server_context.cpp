// core/net/tls_server_context.cpp - an SSL_CTX for every certificate, and what OpenSSL asks of them in a handshake.
#include "net/tls_server_context.h"

#include "net/timers.h"
#include "support/digest.h"
#include "support/text.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace tollgate::net {

namespace {

constexpr long sessions_kept = 10'000;  // of clients that know no tickets
constexpr long session_seconds = 7'200;

}  // namespace

TlsServerContext::TlsServerContext(Options options, std::shared_ptr<TlsTickets> tickets)
    : certificates_{std::move(options.certificates)},
      tickets_{tickets ? std::move(tickets) : std::make_shared<TlsTickets>()} {
    ERR_clear_error();
    ssl_ctx_st* const context = certificates_.front().context_.get();
    set_manners(context);
    if (options.only_tls13) demand(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1, "TLS 1.3");
    // Forward secrecy and authenticated encryption, whatever the client would like better.
    demand(SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1, "ciphers");
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_tlsext_servername_callback(context, choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(context, this);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, seal_ticket);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
    SSL_CTX_sess_set_cache_size(context, sessions_kept);
    SSL_CTX_set_timeout(context, session_seconds);
    std::string sessions = options.where + '\0' + options.client_authorities + '\0';
    if (!options.client_authorities.empty()) ask_for_certificates(options, sessions);
    const Digest digest = sha256(sessions);
    for (const TlsCertificate& certificate : certificates_) {
        SSL_CTX_set_session_id_context(certificate.context_.get(), digest.data(), static_cast<unsigned>(digest.size()));
        for (const std::string& name : certificate.names_) by_name_.try_emplace(name, certificate.context_.get());
    }
}

TlsServerContext::~TlsServerContext() = default;

// Whoever has changed the authorities means it of resumed sessions, too.
void TlsServerContext::ask_for_certificates(const Options& options, std::string& sessions) {
    ssl_ctx_st* const context = certificates_.front().context_.get();
    const std::string& file = options.client_authorities;
    sessions += content_of(file) + (options.client_certificate_required ? "!" : "?");
    ERR_clear_error();
    demand(SSL_CTX_load_verify_file(context, file.c_str()) == 1, "has no certificates");
    STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(file.c_str());
    demand(names != nullptr, "has no certificates");
    SSL_CTX_set_client_CA_list(context, names);  // theirs from now on
    SSL_CTX_set_verify(context,
                       SSL_VERIFY_PEER | (options.client_certificate_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       nullptr);
}

SslPointer TlsServerContext::session() const {
    SslPointer ssl{SSL_new(certificates_.front().context_.get())};
    if (!ssl) throw std::bad_alloc{};
    SSL_set_accept_state(ssl.get());
    SSL_set_app_data(ssl.get(), const_cast<TlsServerContext*>(this));
    return ssl;
}

std::string TlsServerContext::description() const {
    std::string all;
    for (const TlsCertificate& certificate : certificates_)
        all += (all.empty() ? "" : ", ") + certificate.description();
    return all;
}

ssl_ctx_st* TlsServerContext::context_for(std::string_view asked) const {
    std::string name = text::lower(asked);
    if (name.ends_with('.')) name.pop_back();
    if (const auto exact = by_name_.find(name); exact != by_name_.end()) return exact->second;
    const auto dot = name.find('.');
    if (dot == name.npos || dot == 0) return nullptr;
    // The asterisk takes one label (RFC 9525 section 6.3).
    const auto wildcard = by_name_.find("*" + name.substr(dot));
    return wildcard == by_name_.end() ? nullptr : wildcard->second;
}

int TlsServerContext::choose_certificate(ssl_st* ssl, int*, void* self) {
    const char* const asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (!asked) return SSL_TLSEXT_ERR_NOACK;
    ssl_ctx_st* const context = static_cast<TlsServerContext*>(self)->context_for(asked);
    if (context && context != SSL_get_SSL_CTX(ssl)) SSL_set_SSL_CTX(ssl, context);
    return SSL_TLSEXT_ERR_OK;
}

int TlsServerContext::choose_protocol(ssl_st*, const unsigned char** chosen, unsigned char* size,
                                      const unsigned char* offered, unsigned int offered_size, void*) {
    static constexpr unsigned char spoken[] = "\x08http/1.1";
    unsigned char* found = nullptr;
    if (SSL_select_next_proto(&found, size, spoken, sizeof spoken - 1, offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

// 1: done. 2: opened, but the client is to get a newer one. 0: no such key. Below 0: failed.
int TlsServerContext::seal_ticket(ssl_st* ssl, unsigned char* name, unsigned char* vector, evp_cipher_ctx_st* cipher,
                                  evp_mac_ctx_st* digest, int sealing) {
    TlsTickets& tickets = *static_cast<TlsServerContext*>(SSL_get_app_data(ssl))->tickets_;
    bool sealed_anew = false;
    std::optional<TlsTickets::Key> key =
        sealing ? tickets.to_seal() : tickets.to_open(std::span<const unsigned char, 16>{name, 16}, sealed_anew);
    if (!key) return 0;
    if (sealing) {
        std::memcpy(name, key->name.data(), key->name.size());
        if (RAND_bytes(vector, EVP_MAX_IV_LENGTH) != 1) return -1;
    }
    char sha[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->digest.data(), key->digest.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha, 0), OSSL_PARAM_construct_end()};
    const bool set = EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), vector, sealing) == 1 &&
                     EVP_MAC_CTX_set_params(digest, parameters) == 1;
    OPENSSL_cleanse(&*key, sizeof *key);
    if (!set) return -1;
    return sealed_anew ? 2 : 1;
}

}  // namespace tollgate::net

// plugins/redis/tls.cpp - OpenSSL over the socket itself; SIGPIPE is ignored in a gateway.
#include "redis/tls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

namespace tollgate::redis {

namespace {

std::string reason() {
    const unsigned long error = ERR_get_error();
    ERR_clear_error();
    const char* const text = ERR_reason_error_string(error);
    return text ? text : "TLS failed";
}

}  // namespace

void TlsTrust::Free::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }
void TlsSession::Free::operator()(ssl_st* ssl) const noexcept { SSL_free(ssl); }

TlsTrust::TlsTrust(const std::string& authorities) : context_{SSL_CTX_new(TLS_client_method())} {
    if (!context_) throw std::bad_alloc{};
    ERR_clear_error();
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const bool read = authorities.empty() ? SSL_CTX_set_default_verify_paths(context_.get()) == 1
                                          : SSL_CTX_load_verify_file(context_.get(), authorities.c_str()) == 1;
    if (!read) throw std::runtime_error{reason()};
}

TlsSession::TlsSession(const TlsTrust& trust, int descriptor, const std::string& host)
    : ssl_{SSL_new(trust.context_.get())} {
    if (!ssl_ || SSL_set_fd(ssl_.get(), descriptor) != 1) throw std::bad_alloc{};
    in6_addr bytes{};
    const bool literal =
        inet_pton(AF_INET, host.c_str(), &bytes) == 1 || inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
    const bool named = literal ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1
                               : SSL_set1_host(ssl_.get(), host.c_str()) == 1 &&
                                     SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1;
    if (!named) throw std::runtime_error{reason()};
    SSL_set_connect_state(ssl_.get());
}

TlsSession::Step TlsSession::handshake() noexcept {
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl_.get());
    if (returned == 1) return Step::done;
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ: return Step::needs_reading;
        case SSL_ERROR_WANT_WRITE: return Step::needs_writing;
        default: break;
    }
    const long verified = SSL_get_verify_result(ssl_.get());
    problem_ = verified != X509_V_OK ? std::string{"its certificate: "} + X509_verify_cert_error_string(verified)
                                     : "TLS: " + reason();
    return Step::failed;
}

std::ptrdiff_t TlsSession::read(std::span<char> into) noexcept {
    ERR_clear_error();
    std::size_t size = 0;
    return result_of(SSL_read_ex(ssl_.get(), into.data(), into.size(), &size), size);
}

std::ptrdiff_t TlsSession::write(std::string_view bytes) noexcept {
    ERR_clear_error();
    std::size_t size = 0;
    return result_of(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size), size);
}

std::ptrdiff_t TlsSession::result_of(int returned, std::size_t bytes) {
    if (returned == 1) return static_cast<std::ptrdiff_t>(bytes);
    const int failure = errno;
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: return 0;
        case SSL_ERROR_ZERO_RETURN: problem_ = "it closed the connection"; break;
        case SSL_ERROR_SYSCALL: problem_ = std::generic_category().message(failure); break;
        default: problem_ = "TLS: " + reason();
    }
    return -1;
}

}  // namespace tollgate::redis

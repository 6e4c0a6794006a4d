// core/net/tls_objects.cpp - freeing OpenSSL's objects, wording its errors, and what every SSL_CTX is set to.
#include "net/tls_objects.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tollgate::net {

void FreeSsl::operator()(ssl_st* ssl) const noexcept { SSL_free(ssl); }
void FreeSslContext::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }
void FreeSslSession::operator()(ssl_session_st* session) const noexcept { SSL_SESSION_free(session); }

std::string tls_error_text() {
    const unsigned long code = ERR_peek_error();
    ERR_clear_error();
    if (code == 0) return "unknown error";
    const char* const reason = ERR_reason_error_string(code);
    return reason ? reason : "OpenSSL error " + std::to_string(code);
}

void demand(bool done, const std::string& what) {
    if (!done) throw std::runtime_error(what + ": " + tls_error_text());
}

std::string content_of(const std::string& file) {
    errno = 0;
    std::ifstream stream{file, std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{stream}, {}};
    if (content.empty())
        throw std::runtime_error(errno ? std::string{"cannot be read: "} + std::strerror(errno) : "is empty");
    return content;
}

void set_manners(ssl_ctx_st* context) {
    demand(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1, "TLS 1.2");
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // An idle connection holds no record buffers; a write is a record.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(context, 1);  // a record's header and its body by one system call
}

}  // namespace tollgate::net

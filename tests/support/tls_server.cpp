// tests/support/tls_server.cpp - blocking OpenSSL on a thread.
#include "support/tls_server.h"

#include "support/connection.h"
#include "support/deadline.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>

namespace tollgate::test {

namespace {

void demand(bool done, const char* what) {
    if (done) return;
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    throw std::runtime_error{std::string{"TLS server: "} + what + ": " + (reason ? reason : "failed")};
}

int choose_http11(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                  unsigned int offered_size, void*) {
    static constexpr unsigned char http11[] = "\x08http/1.1";
    const bool agreed = SSL_select_next_proto(const_cast<unsigned char**>(chosen), size, http11, sizeof http11 - 1,
                                              offered, offered_size) == OPENSSL_NPN_NEGOTIATED;
    return agreed ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

TlsEnd::TlsEnd(ssl_ctx_st* context, int descriptor) : ssl_{SSL_new(context)}, descriptor_{descriptor} {
    const timeval longest{patience / std::chrono::seconds{1}, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    SSL_set_fd(ssl_, descriptor);
    SSL_set_accept_state(ssl_);
}

TlsEnd::~TlsEnd() {
    SSL_free(ssl_);
    ::close(descriptor_);
}

bool TlsEnd::shake_hands() {
    ERR_clear_error();
    return SSL_do_handshake(ssl_) == 1;
}

std::string TlsEnd::read(std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
        const std::string more = read_some();
        demand(!more.empty(), "ended early");
        text += more;
    }
    return text;
}

std::string TlsEnd::read_some() {
    ERR_clear_error();
    std::array<char, 65536> buffer;
    const int got = SSL_read(ssl_, buffer.data(), int(buffer.size()));
    if (got <= 0) demand(SSL_get_error(ssl_, got) == SSL_ERROR_ZERO_RETURN, "reading");
    return {buffer.data(), std::size_t(std::max(got, 0))};
}

void TlsEnd::write(std::string_view text) {
    ERR_clear_error();
    if (!text.empty()) demand(SSL_write(ssl_, text.data(), int(text.size())) == int(text.size()), "writing");
}

void TlsEnd::change_keys(bool also_the_clients) {
    const int kind = also_the_clients ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED;
    demand(SSL_key_update(ssl_, kind) == 1 && SSL_do_handshake(ssl_) == 1, "key update");
}

void TlsEnd::close_notify() { SSL_shutdown(ssl_); }

void TlsEnd::read_plain() {
    std::array<char, 65536> buffer;
    demand(::recv(descriptor_, buffer.data(), buffer.size(), 0) > 0, "reading beside TLS");
}

void TlsEnd::write_plain(std::string_view text) {
    demand(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) == ssize_t(text.size()), "writing beside TLS");
}

std::string TlsEnd::server_name() const {
    const char* const name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
    return name ? name : "";
}

std::string TlsEnd::protocol() const {
    const unsigned char* protocol = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_, &protocol, &size);
    return {reinterpret_cast<const char*>(protocol), size};
}

bool TlsEnd::resumed() const { return SSL_session_reused(ssl_) == 1; }

std::string TlsEnd::client() const {
    char name[64] = "";
    if (const X509* const certificate = SSL_get0_peer_certificate(ssl_))
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    return name;
}

TlsServer::TlsServer(const Certificate& certificate, std::function<void(TlsEnd&)> serve, Wanted wanted)
    : context_{SSL_CTX_new(TLS_server_method())}, listener_{listen_on("127.0.0.1:0")},
      address_{bound_address(listener_)} {
    SSL_CTX_set_max_proto_version(context_, wanted.highest_version);
    SSL_CTX_set_session_id_context(context_, reinterpret_cast<const unsigned char*>("test"), 4);
    SSL_CTX_set_alpn_select_cb(context_, choose_http11, nullptr);
    demand(SSL_CTX_use_certificate_file(context_, certificate.file().c_str(), SSL_FILETYPE_PEM) == 1 &&
               SSL_CTX_use_PrivateKey_file(context_, certificate.key_file().c_str(), SSL_FILETYPE_PEM) == 1,
           "certificate");
    if (wanted.clients) {
        demand(SSL_CTX_load_verify_file(context_, wanted.clients->file().c_str()) == 1, "authority");
        SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    thread_ = std::make_unique<Background>([this, connections = wanted.connections, serve = std::move(serve)] {
        // OpenSSL's own sockets raise it; of this thread alone, since code under test must not.
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        for (int i = 0; i < connections; ++i) {
            const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (descriptor < 0) return;  // the test is over
            TlsEnd end{context_, descriptor};
            serve(end);
        }
    });
}

TlsServer::~TlsServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.reset();
    ::close(listener_);
    SSL_CTX_free(context_);
}

}  // namespace tollgate::test

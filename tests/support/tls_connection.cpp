// tests/support/tls_connection.cpp - blocking OpenSSL over a socket with a timeout.
#include "support/tls_connection.h"

#include "support/connection.h"
#include "support/deadline.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace tollgate::test {

namespace {

std::string reason() {
    const unsigned long code = ERR_peek_error();
    ERR_clear_error();
    const char* const text = code == 0 ? nullptr : ERR_reason_error_string(code);
    return text ? text : "connection lost";
}

}  // namespace

TlsConnection::TlsConnection(const std::string& address, const Wanted& wanted)
    : context_{SSL_CTX_new(TLS_client_method())}, descriptor_{connect_to(address)} {
    const timeval patient{patience.count() / 1000, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patient, sizeof patient);
    setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patient, sizeof patient);
    if (!context_) throw std::runtime_error{"SSL_CTX_new"};
    if (wanted.lowest_version) SSL_CTX_set_min_proto_version(context_, wanted.lowest_version);
    if (wanted.highest_version) SSL_CTX_set_max_proto_version(context_, wanted.highest_version);
    if (!wanted.tickets) SSL_CTX_set_options(context_, SSL_OP_NO_TICKET);
    if (wanted.certificate) {
        SSL_CTX_use_certificate_file(context_, wanted.certificate->file().c_str(), SSL_FILETYPE_PEM);
        SSL_CTX_use_PrivateKey_file(context_, wanted.certificate->key_file().c_str(), SSL_FILETYPE_PEM);
    }
    if (!wanted.protocols.empty())
        SSL_CTX_set_alpn_protos(context_, reinterpret_cast<const unsigned char*>(wanted.protocols.data()),
                                static_cast<unsigned>(wanted.protocols.size()));
    ssl_ = SSL_new(context_);
    if (!ssl_) throw std::runtime_error{"SSL_new"};
    if (!wanted.name.empty()) SSL_set_tlsext_host_name(ssl_, wanted.name.c_str());
    if (wanted.session) SSL_set_session(ssl_, wanted.session.get());
    SSL_set_fd(ssl_, descriptor_);
    ERR_clear_error();
    if (SSL_connect(ssl_) != 1) problem_ = reason();
}

TlsConnection::~TlsConnection() {
    if (established()) SSL_shutdown(ssl_);  // without it OpenSSL would not resume the session
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    close(descriptor_);
}

void TlsConnection::write(std::string_view text) {
    ERR_clear_error();
    std::size_t written = 0;
    if (SSL_write_ex(ssl_, text.data(), text.size(), &written) != 1) problem_ = reason();
}

std::string TlsConnection::read_some() {
    if (!buffered_.empty()) return std::exchange(buffered_, {});
    std::array<char, 16384> buffer;
    std::size_t got = 0;
    ERR_clear_error();
    const int returned = SSL_read_ex(ssl_, buffer.data(), buffer.size(), &got);
    if (returned != 1 && SSL_get_error(ssl_, returned) != SSL_ERROR_ZERO_RETURN) problem_ = reason();
    return {buffer.data(), got};
}

std::string TlsConnection::read(std::size_t bytes) {
    std::string all;
    while (all.size() < bytes) {
        const std::string more = read_some();
        if (more.empty()) return all;
        all += more;
    }
    buffered_ = all.substr(bytes);
    return all.substr(0, bytes);
}

std::string TlsConnection::read_until(std::string_view mark) {
    std::string all;
    for (;;) {
        if (const auto at = all.find(mark); at != all.npos) {
            buffered_ = all.substr(at + mark.size());
            return all.substr(0, at + mark.size());
        }
        const std::string more = read_some();
        if (more.empty()) return all;
        all += more;
    }
}

std::string TlsConnection::get(std::string_view path, std::string_view lines) {
    write("GET " + std::string{path} + " HTTP/1.1\r\nHost: gate.test\r\n" + std::string{lines} + "\r\n");
    const std::string head = read_until("\r\n\r\n");
    constexpr std::string_view name = "Content-Length: ";
    const auto at = head.find(name);
    return at == head.npos ? head : head + read(std::stoul(head.substr(at + name.size())));
}

std::string TlsConnection::common_name() const {
    const std::unique_ptr<X509, void (*)(X509*)> met{SSL_get1_peer_certificate(ssl_), X509_free};
    std::array<char, 256> name{};
    if (met) X509_NAME_get_text_by_NID(X509_get_subject_name(met.get()), NID_commonName, name.data(), int(name.size()));
    return name.data();
}

std::string TlsConnection::protocol() const {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_, &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
}

std::string TlsConnection::version() const { return SSL_get_version(ssl_); }
bool TlsConnection::resumed() const { return SSL_session_reused(ssl_) == 1; }
std::shared_ptr<ssl_session_st> TlsConnection::session() const { return {SSL_get1_session(ssl_), SSL_SESSION_free}; }

}  // namespace tollgate::test

// core/net/tls_stream.cpp - OpenSSL between a stream's callers and its socket, never waiting for either.
#include "net/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace tollgate::net {

namespace {

constexpr std::size_t record_size = SSL3_RT_MAX_PLAIN_LENGTH;

// The beginning of `pieces` for one record: head and body of a request are to be one packet. Where there is more than
// one piece they are copied to `copy`.
std::string_view one_record(std::span<const iovec> pieces, std::span<char> copy) {
    const std::string_view first{static_cast<const char*>(pieces[0].iov_base), pieces[0].iov_len};
    if (pieces.size() == 1 || first.size() >= copy.size()) return first;
    std::size_t filled = 0;
    for (const iovec& piece : pieces) {
        const std::size_t part = std::min(piece.iov_len, copy.size() - filled);
        std::memcpy(copy.data() + filled, piece.iov_base, part);
        filled += part;
    }
    return {copy.data(), filled};
}

// Alerts by which the other side says what it makes of our certificate (RFC 8446 section 6.2).
bool is_about_certificates(int reason) noexcept {
    switch (reason - SSL_AD_REASON_OFFSET) {
        case SSL_AD_NO_CERTIFICATE:
        case SSL_AD_BAD_CERTIFICATE:
        case SSL_AD_UNSUPPORTED_CERTIFICATE:
        case SSL_AD_CERTIFICATE_REVOKED:
        case SSL_AD_CERTIFICATE_EXPIRED:
        case SSL_AD_CERTIFICATE_UNKNOWN:
        case SSL_AD_UNKNOWN_CA:
        case SSL_AD_ACCESS_DENIED:
        case SSL_AD_CERTIFICATE_REQUIRED: return true;
        default: return false;
    }
}

}  // namespace

// Shakes hands. Its timeout is for all of it: it is not armed again as messages come.
class TlsStream::Handshaking final : public Stream::Operation {
public:
    Handshaking(TlsStream& stream, Duration timeout) noexcept
        : Operation{stream, Side::reading, timeout}, tls_{stream} {}

private:
    bool attempt() override {
        result_ = tls_.take_step();
        return result_.kind != IoResult::Kind::blocked;
    }
    TlsStream& tls_;
};

IoResult TlsStream::take_step() {
    flush();
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl_.get());
    if (returned != 1) return outcome(returned);
    established_ = true;
    return {IoResult::Kind::done};
}

Task<std::unique_ptr<TlsStream>> TlsStream::connect(EventLoop& loop, const Poco::Net::SocketAddress& address,
                                                    const TlsClientContext& context, std::string host,
                                                    Duration timeout, IoResult& result, std::string& problem,
                                                    HandshakePace* pace) {
    const TimePoint begun = loop.now();
    problem.clear();
    SslPointer ssl;
    const std::string server = std::to_string(loop.number()) + ' ' + address.toString() + ' ' + host;
    try {
        ssl = context.session(std::move(host));
    } catch (const std::runtime_error& error) {
        problem = error.what();
        result = {IoResult::Kind::failed, EINVAL};
        co_return nullptr;
    }
    bool connected = false;
    const int descriptor = dial(address, connected, result);
    if (descriptor < 0) {
        problem = result.describe();
        co_return nullptr;
    }
    std::unique_ptr<TlsStream> stream{new TlsStream{loop, descriptor, connected, std::move(ssl)}};
    stream->resume(context, server);
    if (!connected) {
        result = co_await Connecting{*stream, timeout};
        if (!result) {
            problem = result.kind == IoResult::Kind::timed_out ? "connecting timed out" : result.describe();
            co_return nullptr;
        }
    }
    const Duration left = std::max(Duration::zero(), timeout - (loop.now() - begun));
    if (pace)
        result = co_await stream->shake_hands(*pace, left);
    else
        result = co_await Handshaking{*stream, left};
    if (result) co_return std::move(stream);
    stream->forget_session();
    problem = stream->handshake_problem(result);
    if (result.kind == IoResult::Kind::ended) result = {IoResult::Kind::failed, ECONNRESET};
    co_return nullptr;
}

TlsStream::TlsStream(EventLoop& loop, int descriptor, std::shared_ptr<const TlsServerContext> context)
    : TlsStream{loop, descriptor, true, context->session()} {
    server_ = std::move(context);
}

TlsStream::TlsStream(EventLoop& loop, int descriptor, bool connected, SslPointer ssl)
    : SocketStream{loop, descriptor, connected}, ssl_{std::move(ssl)} {
    bio_st* const bio = BIO_new(transport());
    if (!bio) throw std::bad_alloc{};
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);  // theirs from now on
}

TlsStream::~TlsStream() {
    // Who has said that the other side is to see a failure must not say that all is well before that.
    if (!closing_by_reset_) say_goodbye();
}

void TlsStream::resume(const TlsClientContext& context, const std::string& server) {
    if (!context.sessions()) return;
    resumption_.reset(new Resumption{context.sessions(), server});
    SSL_set_app_data(ssl_.get(), const_cast<Resumption*>(resumption_.get()));
    if (const SslSessionPointer session = resumption_->sessions->of(server)) SSL_set_session(ssl_.get(), session.get());
}

// 1: it is ours from now on.
int TlsStream::keep_session(ssl_st* ssl, ssl_session_st* session) {
    const auto* const resumption = static_cast<const Resumption*>(SSL_get_app_data(ssl));
    if (!resumption) return 0;
    resumption->sessions->keep(resumption->server, SslSessionPointer{session});
    return 1;
}

void TlsStream::forget_session() noexcept {
    if (resumption_) resumption_->sessions->forget(resumption_->server);
}

bio_method_st* TlsStream::transport() {
    static const std::unique_ptr<bio_method_st, void (*)(bio_method_st*)> method = [] {
        bio_method_st* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tollgate");
        if (!made) throw std::bad_alloc{};
        BIO_meth_set_read_ex(made, bio_read);
        BIO_meth_set_write_ex(made, bio_write);
        BIO_meth_set_ctrl(made, bio_control);
        return std::unique_ptr<bio_method_st, void (*)(bio_method_st*)>{made, BIO_meth_free};
    }();
    return method.get();
}

int TlsStream::bio_read(bio_st* bio, char* into, std::size_t size, std::size_t* got) {
    auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const IoResult result = self.receive({into, size});
    *got = result.bytes;
    if (result) return 1;
    if (result.kind == IoResult::Kind::blocked) BIO_set_retry_read(bio);
    if (result.kind == IoResult::Kind::ended) self.transport_ended_ = true;
    if (result.kind == IoResult::Kind::failed) self.transport_error_ = result.error;
    return 0;
}

int TlsStream::bio_write(bio_st* bio, const char* from, std::size_t size, std::size_t* sent) {
    auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *sent = size;
    if (self.backlog_.empty() && !self.writing_failed_) {
        const iovec piece{const_cast<char*>(from), size};
        const IoResult result = self.transmit({&piece, 1});
        if (result.kind == IoResult::Kind::failed) self.writing_failed_ = result;
        from += result.bytes;
        size -= result.bytes;
    }
    if (!self.writing_failed_) self.backlog_.append(from, size);
    return 1;
}

bool TlsStream::flush() {
    if (backlog_.empty()) return true;
    std::size_t sent = 0;
    for (IoResult result{IoResult::Kind::done}; result && sent < backlog_.size(); sent += result.bytes) {
        const iovec piece{backlog_.data() + sent, backlog_.size() - sent};
        result = transmit({&piece, 1});
        if (result.kind == IoResult::Kind::failed) writing_failed_ = result;
    }
    backlog_ = writing_failed_ ? std::string{} : backlog_.substr(sent);  // gives its memory back
    return backlog_.empty();
}

long TlsStream::bio_control(bio_st* bio, int command, long, void*) {
    switch (command) {
        case BIO_CTRL_FLUSH: return 1;
        case BIO_CTRL_EOF: return static_cast<TlsStream*>(BIO_get_data(bio))->transport_ended_ ? 1 : 0;
        default: return 0;
    }
}

IoResult TlsStream::outcome(int returned) {
    IoResult result{IoResult::Kind::failed, EPROTO};
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: return {};
        case SSL_ERROR_ZERO_RETURN: result = {IoResult::Kind::ended}; break;
        case SSL_ERROR_SYSCALL:
            result.error = transport_error_ ? transport_error_ : ECONNRESET;
            problem_ = result.describe();
            break;
        default: {
            const int reason = ERR_GET_REASON(ERR_peek_error());
            problem_ = tls_error_text();
            spoke_http_ = reason == SSL_R_HTTP_REQUEST;
            if (is_about_certificates(reason)) result.error = EKEYREJECTED;
            if (reason == SSL_R_WRONG_VERSION_NUMBER) problem_ = "the other side does not speak TLS";
            if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
                result.error = ECONNRESET;
                problem_ = "connection closed without a close_notify";
            }
        }
    }
    ERR_clear_error();
    over_ = result;
    return result;
}

std::string TlsStream::handshake_problem(const IoResult& result) const {
    if (result.kind == IoResult::Kind::timed_out) return "TLS handshake timed out";
    const long verified = SSL_get_verify_result(ssl_.get());
    if (verified != X509_V_OK && (SSL_get_verify_mode(ssl_.get()) & SSL_VERIFY_PEER))
        return std::string{"certificate verify failed: "} + X509_verify_cert_error_string(verified);
    if (result.kind == IoResult::Kind::ended || result.error == ECONNRESET)
        return "connection closed during the TLS handshake";
    return "TLS handshake failed: " + problem_;
}

std::string TlsStream::describe(const IoResult& result) const {
    return result.kind == IoResult::Kind::failed && !problem_.empty() ? "TLS: " + problem_ : result.describe();
}

IoResult TlsStream::try_read(std::span<char> into) {
    if (over_) return *over_;
    flush();
    ERR_clear_error();
    std::size_t got = 0;
    const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
    return returned == 1 ? IoResult{IoResult::Kind::done, 0, got} : outcome(returned);
}

IoResult TlsStream::try_write(std::span<const iovec> pieces) {
    // The other side's close_notify ends reading alone.
    if (over_ && over_->kind == IoResult::Kind::failed) return *over_;
    if (!flush()) return {};
    while (!pieces.empty() && pieces[0].iov_len == 0) pieces = pieces.subspan(1);
    std::size_t sent = std::exchange(owed_, 0);
    if (sent == 0 && !writing_failed_ && !pieces.empty()) {
        ERR_clear_error();
        std::array<char, record_size> copy;
        const std::string_view record = one_record(pieces, copy);
        if (const int returned = SSL_write_ex(ssl_.get(), record.data(), record.size(), &sent); returned != 1)
            return outcome(returned);
    }
    if (writing_failed_) {
        problem_ = writing_failed_->describe();
        return *writing_failed_;
    }
    if (backlog_.empty()) return {IoResult::Kind::done, 0, sent};
    owed_ = sent;
    return {};
}

bool TlsStream::look() {
    if (over_) return true;
    if (!established_) return readable_;  // shaking hands is not done in passing
    flush();
    if (SSL_pending(ssl_.get()) > 0) return true;
    if (!readable_ && !SSL_has_pending(ssl_.get())) return false;
    ERR_clear_error();
    char byte;
    std::size_t got = 0;
    const int returned = SSL_peek_ex(ssl_.get(), &byte, 1, &got);
    return returned == 1 || outcome(returned).kind != IoResult::Kind::blocked;
}

bool TlsStream::may_read() const noexcept { return self_->look(); }

bool TlsStream::silent() const noexcept {
    self_->readable_ = true;  // asks the kernel also where no event has told of anything
    return !self_->look();
}

void TlsStream::say_goodbye() noexcept {
    const bool failed = over_ && over_->kind == IoResult::Kind::failed;
    if (!established_ || failed || writing_failed_) return;
    // Tickets that were never read would have the kernel reset the connection, and what was written be lost.
    look();
    flush();
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

void TlsStream::end_writing() noexcept {
    say_goodbye();
    end_sending();
}

void TlsStream::close_by_reset() noexcept {
    closing_by_reset_ = true;
    SocketStream::close_by_reset();
}

std::string TlsStream::version() const { return SSL_get_version(ssl_.get()); }

}  // namespace tollgate::net

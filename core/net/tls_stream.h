// core/net/tls_stream.h - TlsStream: a Stream that is one side of TLS over a socket.
#pragma once

#include "net/socket_stream.h"
#include "net/tls_client_context.h"
#include "net/tls_server_context.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct bio_method_st;
struct bio_st;

namespace tollgate::net {

// How much of a loop's turn handshakes may take: their arithmetic is the longest that a loop does at a time. What is over
// that waits for the next turn, in which everything else has been served as well. One loop's.
class HandshakePace {
public:
    bool grants(const EventLoop& loop) noexcept;
    void count(Duration spent) noexcept { spent_ += spent; }

private:
    std::uint64_t turn_ = 0;
    Duration spent_{};
};

// How it ends: `ended` where the other side said so (close_notify). A connection that is cut without that `failed` with
// ECONNRESET: anybody on the way could have cut it, so what is framed by its end must not be taken for whole (RFC 9112
// section 9.8). What is no TLS, or was tampered with, `failed` with EPROTO, and with EKEYREJECTED where the other side does not
// take the certificate that it was shown, or misses one; problem() says more.
class TlsStream final : public SocketStream {
public:
    // Connects and shakes hands, all of it within `timeout`. Null when it failed: `result` has the kind and errno
    // (EPROTO where it was TLS that failed), `problem` what to tell people: "Connection refused", "certificate verify
    // failed: self-signed certificate". With a `pace` its arithmetic is done in steps that this grants. Everything that
    // is referred to must outlive the task.
    static Task<std::unique_ptr<TlsStream>> connect(EventLoop& loop, const Poco::Net::SocketAddress& address,
                                                    const TlsClientContext& context, std::string host,
                                                    Duration timeout, IoResult& result, std::string& problem,
                                                    HandshakePace* pace = nullptr);
    // The server's side: takes over an accepted, non-blocking socket, and says nothing before shake_hands(). Throws
    // std::system_error (and closes it) if the loop cannot watch it.
    TlsStream(EventLoop& loop, int descriptor, std::shared_ptr<const TlsServerContext> context);
    ~TlsStream() override;

    // The handshake, in steps that `pace` grants; all of it within `timeout`. Before anything else.
    Task<IoResult> shake_hands(HandshakePace& pace, Duration timeout);
    // After a handshake that failed: says `plainly` where the client speaks HTTP without TLS, then ends the connection
    // so that the client gets to read why (an alert, or that), for a second at the most.
    Task<void> part(std::string_view plainly);
    bool resumed() const noexcept;
    // Of the client, where the context asks for one and it has shown one.
    std::shared_ptr<const ClientCertificate> client_certificate() const;

    IoResult try_read(std::span<char> into) override;
    // What a blocked write was given the next one must be given again, though it may lie elsewhere; Stream::Write does.
    IoResult try_write(std::span<const iovec> pieces) override;
    bool may_read() const noexcept override;
    bool silent() const noexcept override;
    void end_writing() noexcept override;
    void close_by_reset() noexcept override;

    // Why the last operation failed, in words; "" where none did.
    const std::string& problem() const noexcept { return problem_; }
    std::string describe(const IoResult& result) const override;
    std::string handshake_problem(const IoResult& result) const;  // why shaking hands came to that
    std::string version() const;  // "TLSv1.3"

private:
    friend class TlsClientContext;
    class Handshaking;
    class Stirred;
    TlsStream(EventLoop& loop, int descriptor, bool connected, SslPointer ssl);
    IoResult take_step();  // of a handshake
    // Of a client whose sessions are resumed: offers the last one; keeps a new one (OpenSSL calls); drops what failed.
    void resume(const TlsClientContext& context, const std::string& server);
    static int keep_session(ssl_st* ssl, ssl_session_st* session);
    void forget_session() noexcept;
    IoResult discard(std::size_t& allowance);

    // OpenSSL reads and writes through these.
    static bio_method_st* transport();
    static int bio_read(bio_st* bio, char* into, std::size_t size, std::size_t* got);
    static int bio_write(bio_st* bio, const char* from, std::size_t size, std::size_t* sent);
    static long bio_control(bio_st* bio, int command, long number, void* pointer);

    // Of an operation that returned `returned` <= 0. What is no mere wait is final: it is kept, and told ever after.
    IoResult outcome(int returned);
    // Has the socket take what it would not take before. False: some of it is left.
    bool flush();
    void say_goodbye() noexcept;  // close_notify, if the socket takes it
    // Takes in what is not for the reader, such as session tickets. True: there are bytes for him, or an end.
    bool look();

    struct Resumption {
        std::shared_ptr<TlsSessions> sessions;
        std::string server;
    };
    std::shared_ptr<const TlsServerContext> server_;  // what OpenSSL asks while it serves; null as a client
    std::unique_ptr<const Resumption> resumption_;    // null: none. OpenSSL asks for it, so it outlives the next one
    SslPointer ssl_;
    TlsStream* self_ = this;               // for const functions, whose looking takes bytes in without giving any away
    std::optional<IoResult> over_;         // the end, or a failure
    // A socket that takes nothing any more may still have the other side's reasons for that to be read.
    std::optional<IoResult> writing_failed_;
    // What the socket did not take: at most a record and what a handshake says. OpenSSL never hears of that: 3.0 fails
    // ("bad length") where a record waits and a key update has to be answered.
    std::string backlog_;
    std::size_t owed_ = 0;                 // bytes of a blocked write that are in a record already
    std::string problem_;
    bool established_ = false, transport_ended_ = false, closing_by_reset_ = false,
         spoke_http_ = false;
    int transport_error_ = 0;
};

}  // namespace tollgate::net

// core/net/tls_stream.h - TlsStream: a Stream that is the client's side of TLS over a socket.
#pragma once

#include "net/socket_stream.h"
#include "net/tls_client_context.h"

#include <memory>
#include <optional>
#include <string>

struct bio_method_st;
struct bio_st;

namespace tollgate::net {

// How it ends: `ended` where the other side said so (close_notify). A connection that is cut without that `failed` with
// ECONNRESET: anybody on the way could have cut it, so what is framed by its end must not be taken for whole (RFC 9112
// section 9.8). What is no TLS, or was tampered with, `failed` with EPROTO; problem() says more.
class TlsStream final : public SocketStream {
public:
    // Connects and shakes hands, all of it within `timeout`. Null when it failed: `result` has the kind and errno
    // (EPROTO where it was TLS that failed), `problem` what to tell people: "Connection refused", "certificate verify
    // failed: self-signed certificate". Everything that is referred to must outlive the task.
    static Task<std::unique_ptr<TlsStream>> connect(EventLoop& loop, const Poco::Net::SocketAddress& address,
                                                    const TlsClientContext& context, std::string host,
                                                    Duration timeout, IoResult& result, std::string& problem);
    ~TlsStream() override;

    IoResult try_read(std::span<char> into) override;
    // What a blocked write was given the next one must be given again, though it may lie elsewhere; Stream::Write does.
    IoResult try_write(std::span<const iovec> pieces) override;
    bool may_read() const noexcept override;
    bool silent() const noexcept override;
    void end_writing() noexcept override;
    void close_by_reset() noexcept override;

    // Why the last operation failed, in words; "" where none did.
    const std::string& problem() const noexcept { return problem_; }
    std::string version() const;  // "TLSv1.3"

private:
    class Handshaking;
    TlsStream(EventLoop& loop, int descriptor, bool connected, std::unique_ptr<ssl_st, TlsClientContext::FreeSsl> ssl);

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
    std::string handshake_problem(const IoResult& result) const;
    // Takes in what is not for the reader, such as session tickets. True: there are bytes for him, or an end.
    bool look();

    std::unique_ptr<ssl_st, TlsClientContext::FreeSsl> ssl_;
    TlsStream* self_ = this;               // for const functions, whose looking takes bytes in without giving any away
    std::optional<IoResult> over_;         // the end, or a failure
    // A socket that takes nothing any more may still have the other side's reasons for that to be read.
    std::optional<IoResult> writing_failed_;
    // What the socket did not take: at most a record and what a handshake says. OpenSSL never hears of that: 3.0 fails
    // ("bad length") where a record waits and a key update has to be answered.
    std::string backlog_;
    std::size_t owed_ = 0;                 // bytes of a blocked write that are in a record already
    std::string problem_;
    bool established_ = false, transport_ended_ = false, closing_by_reset_ = false;
    int transport_error_ = 0;
};

}  // namespace tollgate::net

// core/net/socket_stream.h - SocketStream: what streams over a socket share: its descriptor and what the kernel told.
#pragma once

#include "net/stream.h"

#include <Poco/Net/SocketAddress.h>

#include <optional>
#include <span>
#include <string_view>

namespace tollgate::net {

class SocketStream : public Stream, private Watcher {
public:
    ~SocketStream() override;

    void close_by_reset() noexcept override;
    int descriptor() const noexcept { return descriptor_; }
    // Where it leads to, while it is connected.
    std::optional<Poco::Net::SocketAddress> peer() const;

    // Looks at what comes first without taking it, and takes what the looking says: before anything is read. Its timeout
    // is for all of it.
    class Peek : public Stream::Operation {
    public:
        Peek(SocketStream& stream, Duration timeout) noexcept
            : Operation{stream, Side::reading, timeout}, socket_{stream} {}

    protected:
        static constexpr std::size_t most = 4096;
        ~Peek() = default;
        // All that is here, at most `most` bytes of it: how many of them to take; 0: more is needed; -1: it is not what
        // was awaited.
        virtual int look(std::string_view bytes) = 0;

    private:
        bool attempt() override;
        SocketStream& socket_;
    };

protected:
    // Takes over a non-blocking socket. `writable`: it is connected. Throws std::system_error (and closes it) if the
    // loop cannot watch it.
    SocketStream(EventLoop& loop, int descriptor, bool writable);

    // recv and sendmsg as try_read() and try_write() are to be.
    IoResult receive(std::span<char> into);
    IoResult transmit(std::span<const iovec> pieces);
    // Whether the kernel holds neither bytes nor an end.
    bool nothing_came() const noexcept;
    void end_sending() noexcept;

    // A socket that is connecting, or connected already (`connected`); -1 when that failed, with why in `result`.
    static int dial(const Poco::Net::SocketAddress& address, bool& connected, IoResult& result);
    // Awaits that a socket that is connecting has made it or not.
    class Connecting final : public Stream::Operation {
    public:
        Connecting(SocketStream& stream, Duration timeout) noexcept
            : Operation{stream, Side::writing, timeout}, socket_{stream} {}

    private:
        bool attempt() override;
        SocketStream& socket_;
    };

    // What the kernel last told us; edge-triggered, so it tells each thing once.
    bool readable_ = false, writable_ = true, half_closed_ = false, died_ = false;

private:
    void on_ready(std::uint32_t events) override;

    int descriptor_;
};

}  // namespace tollgate::net

// core/net/connection.h - Connection: a Stream over a plain socket (TCP or Unix), and how one is made.
#pragma once

#include "net/socket_stream.h"

#include <memory>

namespace tollgate::net {

class Connection final : public SocketStream {
public:
    // Takes over a connected, non-blocking socket. Throws std::system_error (and closes it) if the loop cannot watch
    // it.
    Connection(EventLoop& loop, int descriptor) : Connection{loop, descriptor, true} {}

    // Connects; null when it failed, with why in `result`.
    static Task<std::unique_ptr<Connection>> connect(EventLoop& loop, const Poco::Net::SocketAddress& address,
                                                     Duration timeout, IoResult& result);

    IoResult try_read(std::span<char> into) override { return receive(into); }
    IoResult try_write(std::span<const iovec> pieces) override { return transmit(pieces); }
    bool may_read() const noexcept override { return readable_; }
    bool silent() const noexcept override { return nothing_came(); }
    void end_writing() noexcept override { end_sending(); }

private:
    Connection(EventLoop& loop, int descriptor, bool writable) : SocketStream{loop, descriptor, writable} {}
};

}  // namespace tollgate::net

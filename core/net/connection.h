// core/net/connection.h - Connection: a Stream over a plain socket (TCP or Unix), and how one is made.
#pragma once

#include "net/stream.h"

#include <Poco/Net/SocketAddress.h>

#include <memory>
#include <optional>

namespace tollgate::net {

class Connection final : public Stream, private Watcher {
public:
    // Takes over a connected, non-blocking socket. Throws std::system_error (and closes it) if the loop cannot watch it.
    Connection(EventLoop& loop, int descriptor);
    ~Connection() override;

    // Connects; null when it failed, with why in `result`.
    static Task<std::unique_ptr<Connection>> connect(EventLoop& loop, const Poco::Net::SocketAddress& address,
                                                     Duration timeout, IoResult& result);

    IoResult try_read(std::span<char> into) override;
    IoResult try_write(std::span<const iovec> pieces) override;
    bool may_read() const noexcept override { return readable_; }
    bool silent() const noexcept override;
    void end_writing() noexcept override;
    void close_by_reset() noexcept override;
    int descriptor() const noexcept { return descriptor_; }

private:
    class Connecting;
    Connection(EventLoop& loop, int descriptor, bool writable);
    void on_ready(std::uint32_t events) override;

    int descriptor_;
    // What the kernel last told us; edge-triggered, so it tells each thing once.
    bool readable_ = false, writable_ = true, half_closed_ = false, died_ = false;
};

}  // namespace tollgate::net

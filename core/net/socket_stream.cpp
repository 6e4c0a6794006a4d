// core/net/socket_stream.cpp - recv and sendmsg on a non-blocking socket, guided by edge-triggered events.
#include "net/socket_stream.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace tollgate::net {

SocketStream::SocketStream(EventLoop& loop, int descriptor, bool writable)
    : Stream{loop}, writable_{writable}, descriptor_{descriptor} {
    try {
        loop.add(descriptor, *this);
    } catch (...) {
        close(descriptor);
        throw;
    }
}

SocketStream::~SocketStream() {
    loop_.remove(descriptor_, *this);
    close(descriptor_);
}

IoResult SocketStream::receive(std::span<char> into) {
    if (!readable_) return {};
    for (;;) {
        const ssize_t got = recv(descriptor_, into.data(), into.size(), 0);
        if (got > 0) {
            // A short read has emptied the socket: the kernel will tell of more. Unless the other side has ended:
            // that was told already, and reading on is how its end is seen.
            if (static_cast<std::size_t>(got) < into.size() && !half_closed_) readable_ = false;
            return {IoResult::Kind::done, 0, static_cast<std::size_t>(got)};
        }
        if (got == 0) return {IoResult::Kind::ended};
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            readable_ = false;
            return {};
        }
        return {IoResult::Kind::failed, errno};
    }
}

IoResult SocketStream::transmit(std::span<const iovec> pieces) {
    if (!writable_) return {};
    for (;;) {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(pieces.data());
        message.msg_iovlen = pieces.size();
        // With one piece send() saves the kernel the copying of the header.
        const ssize_t sent = pieces.size() == 1
                                 ? send(descriptor_, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL)
                                 : sendmsg(descriptor_, &message, MSG_NOSIGNAL);
        if (sent >= 0) return {IoResult::Kind::done, 0, static_cast<std::size_t>(sent)};
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            writable_ = false;
            return {};
        }
        return {IoResult::Kind::failed, errno};
    }
}

bool SocketStream::nothing_came() const noexcept {
    char byte;
    return recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

std::optional<Poco::Net::SocketAddress> SocketStream::peer() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getpeername(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
    return Poco::Net::SocketAddress{reinterpret_cast<const sockaddr*>(&address), size};
}

bool SocketStream::Peek::attempt() {
    if (!socket_.readable_) return false;
    char bytes[most];
    ssize_t here;
    do here = recv(socket_.descriptor_, bytes, sizeof bytes, MSG_PEEK);
    while (here < 0 && errno == EINTR);
    if (here < 0 && errno == EAGAIN) {
        socket_.readable_ = false;
        return false;
    }
    result_ = here < 0 ? IoResult{IoResult::Kind::failed, errno} : IoResult{IoResult::Kind::ended};
    if (here <= 0) return true;
    const int taken = look({bytes, static_cast<std::size_t>(here)});
    if (taken == 0 && !socket_.half_closed_) {
        socket_.readable_ = false;  // the kernel tells of what comes besides that
        return false;
    }
    if (taken == 0) return true;
    if (taken < 0 || recv(socket_.descriptor_, bytes, static_cast<std::size_t>(taken), 0) != taken)
        result_ = {IoResult::Kind::failed, EPROTO};
    else
        result_ = {IoResult::Kind::done, 0, static_cast<std::size_t>(taken)};
    return true;
}

void SocketStream::end_sending() noexcept { shutdown(descriptor_, SHUT_WR); }

void SocketStream::close_by_reset() noexcept {
    const linger now{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void SocketStream::on_ready(std::uint32_t events) {
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) readable_ = true;
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) writable_ = true;
    if (events & EPOLLRDHUP) half_closed_ = true;
    if (events & (EPOLLHUP | EPOLLERR)) half_closed_ = died_ = true;
    became_ready(died_);
}

int SocketStream::dial(const Poco::Net::SocketAddress& address, bool& connected, IoResult& result) {
    const int descriptor = socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        result = {IoResult::Kind::failed, errno};
        return -1;
    }
    if (address.family() != Poco::Net::AddressFamily::UNIX_LOCAL) {
        const int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    connected = connect(descriptor, address.addr(), address.length()) == 0;
    if (connected || errno == EINPROGRESS) return descriptor;
    // A Unix socket whose queue is full says EAGAIN: as good as refused.
    result = {IoResult::Kind::failed, errno};
    close(descriptor);
    return -1;
}

bool SocketStream::Connecting::attempt() {
    if (!socket_.writable_) return false;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_.descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    result_ = {error == 0 ? IoResult::Kind::done : IoResult::Kind::failed, error};
    return true;
}

}  // namespace tollgate::net

// tests/core/socket_end.h - the other end of a connection, in a test's hand: blocking, bounded, and able to misbehave.
#pragma once

#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace tollgate::test {

// A blocking TCP socket whose every wait ends, if nothing comes, when a test's patience does.
class SocketEnd {
public:
    SocketEnd() = default;
    explicit SocketEnd(int descriptor) : descriptor_{descriptor} {
        const timeval longest{patience / std::chrono::seconds{1}, 0};
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
        const int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    SocketEnd(SocketEnd&& other) noexcept
        : descriptor_{std::exchange(other.descriptor_, -1)}, got_{std::move(other.got_)}, error_{other.error_} {}
    SocketEnd& operator=(SocketEnd&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        std::swap(got_, other.got_);
        std::swap(error_, other.error_);
        return *this;
    }
    ~SocketEnd() { close(); }

    // False once the other side takes no more.
    bool say(std::string_view text) {
        while (!text.empty()) {
            const ssize_t sent = send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    // Everything up to and with `mark`; what is behind it is kept for the next call. "" if it never came.
    std::string until(std::string_view mark) {
        for (;;) {
            const auto at = got_.find(mark);
            if (at != std::string::npos) {
                std::string text = got_.substr(0, at + mark.size());
                got_.erase(0, at + mark.size());
                return text;
            }
            if (!more()) return {};
        }
    }
    std::string head() { return until("\r\n\r\n"); }
    std::string bytes(std::size_t count) {
        while (got_.size() < count && more()) continue;
        std::string text = got_.substr(0, count);
        got_.erase(0, count);
        return text;
    }
    // Everything to the other side's end. reset() says whether that was a polite one.
    std::string rest() {
        while (more()) continue;
        return std::exchange(got_, {});
    }
    // False as soon as there is something to read, or the other side's end.
    bool silent_for(std::chrono::milliseconds time) const {
        pollfd wanted{descriptor_, POLLIN, 0};
        return poll(&wanted, 1, static_cast<int>(time.count())) == 0;
    }
    bool was_reset() const { return error_ == ECONNRESET; }
    bool timed_out() const { return error_ == EAGAIN; }

    void end_writing() { shutdown(descriptor_, SHUT_WR); }
    void close() {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }
    void reset() {
        const linger now{1, 0};
        setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }
    int release() { return std::exchange(descriptor_, -1); }
    int descriptor() const { return descriptor_; }

private:
    bool more() {
        char buffer[65536];
        const ssize_t got = recv(descriptor_, buffer, sizeof buffer, 0);
        if (got < 0) error_ = errno;
        if (got <= 0) return false;
        got_.append(buffer, static_cast<std::size_t>(got));
        return true;
    }
    int descriptor_ = -1;
    std::string got_;
    int error_ = 0;
};

// A free port of 127.0.0.1 on which nobody listens, and which nobody else is given while this lives.
class Deaf {
public:
    Deaf() : descriptor_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        BOOST_REQUIRE(bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    ~Deaf() { ::close(descriptor_); }
    Deaf(const Deaf&) = delete;
    unsigned short port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

protected:
    int descriptor_;
    unsigned short port_ = 0;
};

// A listener on a free port of 127.0.0.1.
class Listening : public Deaf {
public:
    Listening() {
        const timeval longest{patience / std::chrono::seconds{1}, 0};
        setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
        BOOST_REQUIRE(listen(descriptor_, 64) == 0);
    }
    SocketEnd accept() { return SocketEnd{accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC)}; }
    SocketEnd connect() const {
        const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port_);
        BOOST_REQUIRE(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        return SocketEnd{descriptor};
    }
};

// A connection: first the test's end, then the descriptor (non-blocking) for the code under test.
inline std::pair<SocketEnd, int> tcp_pair() {
    Listening listening;
    SocketEnd mine = listening.connect();
    SocketEnd theirs = listening.accept();
    const int descriptor = theirs.release();
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    return {std::move(mine), descriptor};
}

}  // namespace tollgate::test

// tests/support/connection.cpp - POSIX sockets, plainly.
#include "support/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace tollgate::test {

namespace {

[[noreturn]] void fail(const std::string& what) { throw ConnectionError{what + ": " + std::strerror(errno)}; }

struct Place {
    sockaddr_storage storage{};
    socklen_t size = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Place place_of(const std::string& address) {
    Place place;
    if (address.starts_with("unix:")) {
        auto& un = reinterpret_cast<sockaddr_un&>(place.storage);
        un.sun_family = AF_UNIX;
        const std::string path = address.substr(5);
        if (path.size() >= sizeof un.sun_path) throw ConnectionError{"too long for a Unix socket: " + path};
        std::memcpy(un.sun_path, path.c_str(), path.size() + 1);
        place.size = sizeof un;
        return place;
    }
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) throw ConnectionError{"no port in \"" + address + '"'};
    const auto port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    if (address.front() == '[') {
        auto& in6 = reinterpret_cast<sockaddr_in6&>(place.storage);
        in6.sin6_family = AF_INET6;
        in6.sin6_port = port;
        if (inet_pton(AF_INET6, address.substr(1, colon - 2).c_str(), &in6.sin6_addr) != 1)
            throw ConnectionError{"no address: \"" + address + '"'};
        place.size = sizeof in6;
        return place;
    }
    auto& in = reinterpret_cast<sockaddr_in&>(place.storage);
    in.sin_family = AF_INET;
    in.sin_port = port;
    if (inet_pton(AF_INET, address.substr(0, colon).c_str(), &in.sin_addr) != 1)
        throw ConnectionError{"no address: \"" + address + '"'};
    place.size = sizeof in;
    return place;
}

std::string text_of(const Place& place) {
    char text[INET6_ADDRSTRLEN] = "";
    if (place.storage.ss_family == AF_UNIX)
        return std::string("unix:") + reinterpret_cast<const sockaddr_un&>(place.storage).sun_path;
    if (place.storage.ss_family == AF_INET6) {
        const auto& in6 = reinterpret_cast<const sockaddr_in6&>(place.storage);
        inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
        return '[' + std::string{text} + "]:" + std::to_string(ntohs(in6.sin6_port));
    }
    const auto& in = reinterpret_cast<const sockaddr_in&>(place.storage);
    inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    return std::string{text} + ':' + std::to_string(ntohs(in.sin_port));
}

int open_socket(const Place& place) {
    const int descriptor = ::socket(place.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("socket");
    return descriptor;
}

int bind_any_port(bool for_others_too) {
    const Place place = place_of("127.0.0.1:0");
    const int descriptor = open_socket(place);
    const int on = 1;
    if (for_others_too) ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(descriptor, place.get(), place.size) != 0) {
        ::close(descriptor);
        throw ConnectionError{"cannot bind a port of 127.0.0.1"};
    }
    return descriptor;
}

// True if ready in time.
bool wait_for(int descriptor, short events, int milliseconds) {
    pollfd entry{descriptor, events, 0};
    int ready;
    do ready = ::poll(&entry, 1, milliseconds);
    while (ready < 0 && errno == EINTR);
    if (ready < 0) fail("poll");
    return ready > 0;
}

}  // namespace

int connect_to(const std::string& address) {
    const Place place = place_of(address);
    const int descriptor = open_socket(place);
    if (::connect(descriptor, place.get(), place.size) != 0) {
        const int error = std::exchange(errno, 0);
        ::close(descriptor);
        errno = error;
        fail("connect to " + address);
    }
    const int on = 1;
    if (place.storage.ss_family != AF_UNIX) ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

int listen_on(const std::string& address, int backlog) {
    const Place place = place_of(address);
    const int descriptor = open_socket(place);
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(descriptor, place.get(), place.size) != 0 || ::listen(descriptor, backlog) != 0) {
        const int error = errno;
        ::close(descriptor);
        errno = error;
        fail("listen on " + address);
    }
    return descriptor;
}

int bind_deaf() { return bind_any_port(false); }

int reserve_port() { return bind_any_port(true); }

std::string bound_address(int descriptor) {
    Place place;
    place.size = sizeof place.storage;
    if (::getsockname(descriptor, place.get(), &place.size) != 0) fail("getsockname");
    return text_of(place);
}

Connection::Connection(int descriptor) : descriptor_{descriptor} {}
Connection::~Connection() { close(); }
Connection::Connection(Connection&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, buffer_{std::move(other.buffer_)},
      record_{std::move(other.record_)}, recording_{other.recording_}, patience_{other.patience_} {}

void Connection::close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Connection::reset() {
    const linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

void Connection::end_sending() {
    if (::shutdown(descriptor_, SHUT_WR) != 0) fail("shutdown");
}

std::string Connection::local_address() const { return bound_address(descriptor_); }

void Connection::shrink_receive_buffer(int bytes) {
    if (::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0) fail("SO_RCVBUF");
}

// Sending --------------------------------------------------------------------------------------------------------

std::size_t Connection::send_as_far_as_possible(std::string_view bytes, std::chrono::milliseconds time) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const auto took = ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (took > 0) {
            sent += static_cast<std::size_t>(took);
        } else if (took < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (!wait_for(descriptor_, POLLOUT, static_cast<int>(time.count()))) break;
        } else if (took < 0 && errno != EINTR) {
            break;
        }
    }
    return sent;
}

void Connection::send(std::string_view bytes) {
    errno = ETIMEDOUT;
    if (send_as_far_as_possible(bytes, patience_) < bytes.size()) fail("send");
}

void Connection::send_in_pieces(std::string_view bytes, std::size_t size) {
    for (std::size_t at = 0; at < bytes.size(); at += size) send(bytes.substr(at, size));
}

// Receiving ------------------------------------------------------------------------------------------------------

std::size_t Connection::fill(const Deadline& deadline) {
    if (!wait_for(descriptor_, POLLIN, deadline.milliseconds_left()))
        throw ConnectionError{"nothing came in time; so far: \"" + buffer_.substr(0, 400) + '"'};
    char piece[64 << 10];
    ssize_t got;
    do got = ::recv(descriptor_, piece, sizeof piece, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) fail("recv");
    buffer_.append(piece, static_cast<std::size_t>(got));
    if (recording_) record_.append(piece, static_cast<std::size_t>(got));
    return static_cast<std::size_t>(got);
}

std::string Connection::take(std::size_t bytes) {
    std::string taken = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return taken;
}

std::string Connection::read_some(std::size_t most) {
    if (buffer_.empty()) fill(Deadline{patience_});
    return take(std::min(most, buffer_.size()));
}

std::string Connection::read_exactly(std::size_t bytes) {
    const Deadline deadline{patience_};
    while (buffer_.size() < bytes)
        if (fill(deadline) == 0)
            throw ConnectionError{"expected " + std::to_string(bytes) + " bytes, got " + std::to_string(buffer_.size()) +
                                  " and the end"};
    return take(bytes);
}

std::string Connection::read_until(std::string_view delimiter) {
    const Deadline deadline{patience_};
    std::size_t at;
    while ((at = buffer_.find(delimiter)) == std::string::npos)
        if (fill(deadline) == 0) throw ConnectionError{"the end came first, after \"" + buffer_.substr(0, 400) + '"'};
    return take(at + delimiter.size());
}

std::string Connection::read_to_end() {
    const Deadline deadline{patience_};
    while (fill(deadline) != 0) continue;
    return take(buffer_.size());
}

End Connection::wait_for_end(std::chrono::milliseconds time) {
    const Deadline deadline{time};
    char piece[64 << 10];
    for (;;) {
        if (!wait_for(descriptor_, POLLIN, deadline.milliseconds_left())) return End::timed_out;
        const auto got = ::recv(descriptor_, piece, sizeof piece, 0);
        if (got == 0) return End::closed;
        if (got < 0 && errno != EINTR) return End::reset;
    }
}

bool Connection::silent_for(std::chrono::milliseconds time) {
    return buffer_.empty() && !wait_for(descriptor_, POLLIN, static_cast<int>(time.count()));
}

}  // namespace tollgate::test

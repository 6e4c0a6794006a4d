// plugins/logging/syslog.cpp - heads of messages, and sockets that never keep us waiting.
#include "syslog.h"

#include "escape.h"
#include "line.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace tollgate::logging {

namespace {

int number_of(const auto& words, std::string_view word) {
    const auto found = std::find(std::begin(words), std::end(words), word);
    if (found == std::end(words)) throw std::invalid_argument{std::string{word}};
    return static_cast<int>(found - std::begin(words));
}

// Printable ASCII without blanks, as a head wants it.
std::string name_in_head(std::string_view name, std::size_t longest) {
    std::string plain;
    for (const char c : name.substr(0, longest)) plain += c > ' ' && c < 0x7f ? c : '_';
    return plain.empty() ? "-" : plain;
}

}  // namespace

std::optional<SyslogAddress> SyslogAddress::parse(std::string_view text) {
    SyslogAddress address;
    if (text.starts_with('/')) {
        if (text.size() >= sizeof(sockaddr_un::sun_path)) return std::nullopt;
        address.host = text;
        return address;
    }
    if (!text.starts_with("udp://") && !text.starts_with("tcp://")) return std::nullopt;
    address.kind = text.starts_with("udp") ? Kind::udp : Kind::tcp;
    text.remove_prefix(6);
    const bool bracketed = text.starts_with('[');
    const std::size_t end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (end == text.npos) return std::nullopt;
    address.host = text.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0));
    text.remove_prefix(end + (bracketed ? 1 : 0));
    address.port = "514";
    if (text.starts_with(':')) {
        address.port = text.substr(1);
        const bool digits =
            std::all_of(address.port.begin(), address.port.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!digits || address.port.empty() || address.port.size() > 5 || std::stoi(address.port) > 65535)
            return std::nullopt;
    } else if (!text.empty()) {
        return std::nullopt;
    }
    if (address.host.empty() || address.host.find_first_of("/ ") != std::string::npos) return std::nullopt;
    return address;
}

std::vector<SocketAddress> look_up(const SyslogAddress& name, int type) {
    addrinfo hints{};
    hints.ai_socktype = type;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (::getaddrinfo(name.host.c_str(), name.port.c_str(), &hints, &found) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, ::freeaddrinfo};
    std::vector<SocketAddress> addresses;
    for (const addrinfo* one = found; one; one = one->ai_next) {
        SocketAddress& address = addresses.emplace_back();
        address.length = one->ai_addrlen;
        std::memcpy(&address.address, one->ai_addr, one->ai_addrlen);
    }
    return addresses;
}

SyslogHead::SyslogHead(std::string_view facility, std::string_view severity, std::string_view application)
    : before_{'<' + std::to_string(8 * number_of(facilities, facility) + number_of(severities, severity)) + ">1 "} {
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    after_ = ' ' + name_in_head(host, 255) + ' ' + name_in_head(application, 48) + ' ' + std::to_string(::getpid()) +
             " access - ";
}

char* SyslogHead::put(char* out, std::chrono::system_clock::time_point time) const noexcept {
    out = std::copy(before_.begin(), before_.end(), out);
    out = put_time(out, time);
    return std::copy(after_.begin(), after_.end(), out);
}

Syslog::~Syslog() { close(); }

void Syslog::close() noexcept {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
    skipping_ = std::exchange(inside_line_, false) || skipping_;
}

int Syslog::open() {
    close();
    return address_.kind == SyslogAddress::Kind::unix_socket ? open_unix() : open_network();
}

// A stream may still be connecting then; the first write hears what comes of it.
int Syslog::connect(int family, int type, const void* address, unsigned length) {
    const int descriptor = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    // A daemon that vanished without a word would be believed in for a quarter of an hour.
    const auto silence = static_cast<unsigned>(longest_silence.count());
    if (type == SOCK_STREAM && family != AF_UNIX)
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof silence);
    opened_ = std::chrono::steady_clock::now();
    if (::connect(descriptor, static_cast<const sockaddr*>(address), length) != 0 && errno != EINPROGRESS) {
        const int error = errno;
        ::close(descriptor);
        return error;
    }
    descriptor_ = descriptor;
    datagrams_ = type == SOCK_DGRAM;
    if (datagrams_) skipping_ = false;
    return 0;
}

int Syslog::open_unix() {
    sockaddr_un place{};
    place.sun_family = AF_UNIX;
    address_.host.copy(place.sun_path, sizeof place.sun_path - 1);
    const int error = connect(AF_UNIX, SOCK_DGRAM, &place, sizeof place);
    return error == EPROTOTYPE ? connect(AF_UNIX, SOCK_STREAM, &place, sizeof place) : error;
}

// The name is looked up by this thread; lines wait meanwhile. That nobody listens there is heard of an address only
// when it is written to, so the next attempt begins behind one that took nothing.
int Syslog::open_network() {
    const int type = address_.kind == SyslogAddress::Kind::udp ? SOCK_DGRAM : SOCK_STREAM;
    const auto addresses = look_up_(address_, type);
    if (!std::exchange(took_some_, false)) ++turn_;
    int error = EHOSTUNREACH;
    for (std::size_t tried = 0; tried < addresses.size() && error != 0; ++tried) {
        if (tried > 0) ++turn_;
        const SocketAddress& one = addresses[turn_ % addresses.size()];
        error = connect(one.address.ss_family, type, &one.address, one.length);
    }
    return error;
}

ssize_t Syslog::write(std::string_view first, std::string_view second) noexcept {
    const ssize_t count = datagrams_ ? write_datagram(first, second) : write_stream(first, second);
    if (count > 0) took_some_ = true;
    if (count < 0 && errno == EAGAIN && !took_some_ && std::chrono::steady_clock::now() - opened_ >= longest_connect)
        errno = ETIMEDOUT;
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
        const int error = errno;
        close();
        errno = error;
    }
    return count;
}

// One line. Its head is cut nowhere: it is far shorter.
ssize_t Syslog::write_datagram(std::string_view first, std::string_view second) noexcept {
    std::size_t end = first.find('\n');
    const bool wraps = end == first.npos;
    if (wraps) end = first.size() + std::min(second.find('\n'), second.size());
    char message[longest_datagram + 1];  // one more, to see that it is longer
    const std::size_t size = std::min(end, sizeof message);
    const std::size_t before = first.copy(message, size);
    second.copy(message + before, size - before);
    const std::string_view cut = beginning({message, size}, longest_datagram);
    const ssize_t sent = ::send(descriptor_, cut.data(), cut.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == ENOBUFS) errno = EAGAIN;
    return sent < 0 ? -1 : static_cast<ssize_t>(end + 1);
}

ssize_t Syslog::write_stream(std::string_view first, std::string_view second) noexcept {
    if (skipping_) {
        std::size_t end = first.find('\n');
        if (end == first.npos) end = first.size() + second.find('\n');
        skipping_ = false;
        return static_cast<ssize_t>(end + 1);
    }
    iovec parts[2] = {{const_cast<char*>(first.data()), first.size()},
                      {const_cast<char*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = second.empty() ? 1 : 2;
    const ssize_t sent = ::sendmsg(descriptor_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == ENOTCONN) errno = EAGAIN;  // not yet
    if (sent <= 0) return sent;
    const auto taken = static_cast<std::size_t>(sent);
    inside_line_ = (taken > first.size() ? second[taken - first.size() - 1] : first[taken - 1]) != '\n';
    return sent;
}

}  // namespace tollgate::logging

// plugins/redis/wire.cpp - sockets, and what TLS makes of them.
#include "redis/wire.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace tollgate::redis {

namespace {

std::vector<Endpoint> endpoints_of(const Address& address, int flags) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int problem = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
    if (problem != 0) throw std::runtime_error{'"' + address.host + "\": " + gai_strerror(problem)};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list{found, freeaddrinfo};
    std::vector<Endpoint> endpoints;
    for (const addrinfo* one = found; one; one = one->ai_next) {
        Endpoint& endpoint = endpoints.emplace_back();
        endpoint.size = one->ai_addrlen;
        std::memcpy(&endpoint.address, one->ai_addr, one->ai_addrlen);
    }
    return endpoints;
}

}  // namespace

std::optional<Endpoint> known_endpoint(const Address& address) {
    Endpoint endpoint;
    if (!address.path.empty()) {
        auto& local = reinterpret_cast<sockaddr_un&>(endpoint.address);
        local.sun_family = AF_UNIX;
        std::memcpy(local.sun_path, address.path.data(), std::min(address.path.size(), sizeof local.sun_path - 1));
        endpoint.size = sizeof local;
        return endpoint;
    }
    in6_addr bytes{};
    if (inet_pton(AF_INET, address.host.c_str(), &bytes) == 1 || inet_pton(AF_INET6, address.host.c_str(), &bytes) == 1)
        return endpoints_of(address, AI_NUMERICHOST).at(0);
    return std::nullopt;
}

std::vector<Endpoint> resolve(const Address& address) { return endpoints_of(address, 0); }

Wire::Wire(const Endpoint& endpoint)
    : descriptor_{socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)} {
    if (descriptor_ < 0) throw std::system_error{errno, std::generic_category(), "socket"};
    const int one = 1;
    if (endpoint.address.ss_family != AF_UNIX) setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

Wire::~Wire() { close(descriptor_); }

void Wire::connect(const Endpoint& endpoint) {
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.size) == 0) return;
    if (errno != EINPROGRESS) throw std::system_error{errno, std::generic_category()};
}

void Wire::check_connected() {
    int problem = 0;
    socklen_t size = sizeof problem;
    getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &problem, &size);
    if (problem != 0) throw std::system_error{problem, std::generic_category()};
}

std::ptrdiff_t Wire::read(std::span<char> into) noexcept {
    if (tls_) return tls_->read(into);
    const auto size = recv(descriptor_, into.data(), into.size(), 0);
    if (size > 0) return size;
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    problem_ = size == 0 ? "it closed the connection" : std::generic_category().message(errno);
    return -1;
}

std::ptrdiff_t Wire::write(std::string_view bytes) noexcept {
    if (tls_) return tls_->write(bytes);
    const auto size = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size >= 0) return size;
    if (errno == EAGAIN || errno == EINTR) return 0;
    problem_ = std::generic_category().message(errno);
    return -1;
}

void Wire::shut() noexcept { shutdown(descriptor_, SHUT_RDWR); }

}  // namespace tollgate::redis

// core/http/server.cpp - accepting, and handing connections to loops.
#include "http/server.h"

#include "support/log.h"

#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/NetException.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tollgate::http {

namespace {

// The stock handlers are never asked for: requests do not pass POCO's connections.
class NoHandlers final : public Poco::Net::HTTPRequestHandlerFactory {
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override { return nullptr; }
};

int descriptor_of(const Listener& listener) { return listener.socket->impl()->sockfd(); }

Client client_of(const sockaddr_storage& from) {
    Client client;
    net::Ip ip;
    char text[INET6_ADDRSTRLEN] = "";
    if (from.ss_family == AF_INET) {
        const auto& address = reinterpret_cast<const sockaddr_in&>(from).sin_addr;
        inet_ntop(AF_INET, &address, text, sizeof text);
        ip.bytes[10] = ip.bytes[11] = 0xff;
        std::memcpy(ip.bytes.data() + 12, &address, 4);
    } else if (from.ss_family == AF_INET6) {
        const auto& address = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
        std::memcpy(ip.bytes.data(), &address, 16);
        // IPv4 over a socket for both families is shown as IPv4. A scope ("%eth0") is left out.
        if (IN6_IS_ADDR_V4MAPPED(&address))
            inet_ntop(AF_INET, ip.bytes.data() + 12, text, sizeof text);
        else
            inet_ntop(AF_INET6, &address, text, sizeof text);
    } else {
        client.address = "unix:";
        client.is_unix = true;
        return client;
    }
    client.address = text;
    client.ip = ip;
    return client;
}

}  // namespace

Server::Server(std::vector<Lane*> lanes, std::vector<Listener> listeners)
    : HTTPServer{new NoHandlers, *listeners.front().socket, new Poco::Net::HTTPServerParams},
      lanes_{std::move(lanes)},
      listeners_{std::move(listeners)},
      wake_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)},
      spare_{::open("/dev/null", O_RDONLY | O_CLOEXEC)} {
    if (wake_ < 0) throw Poco::Net::NetException("eventfd", errno);
}

Server::~Server() {
    close(wake_);
    if (spare_ >= 0) close(spare_);
}

void Server::wake() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);  // full: it will wake anyway
}

void Server::set_listeners(std::vector<Listener> listeners) {
    std::vector<Listener> old;  // closed outside the lock
    std::unique_lock lock{mutex_};
    old.swap(listeners_);
    listeners_ = std::move(listeners);
    const std::uint64_t mine = ++asked_;
    wake();
    // run() may be accepting by the old list: who hears that a reload is done must meet the new one.
    seen_.wait(lock, [&] { return polled_ >= mine || !running_ || finishing_.load(); });
    lock.unlock();
}

std::vector<Listener> Server::listeners() const {
    const std::lock_guard lock{mutex_};
    return listeners_;
}

std::size_t Server::connections() const noexcept {
    std::size_t sum = 0;
    for (const Lane* lane : lanes_) sum += lane->sessions();
    return sum;
}

std::size_t Server::handshakes() const noexcept {
    std::size_t sum = 0;
    for (const Lane* lane : lanes_) sum += lane->handshakes().under_way.load(std::memory_order_relaxed);
    return sum;
}

void Server::finish() {
    finishing_.store(true);
    wake();
    stop();
}

// At most once a second: what goes wrong with one connection goes wrong with thousands.
void Server::complain(const std::string& what) {
    const auto now = net::Clock::now();
    if (now - complained_ < std::chrono::seconds{1}) return;
    complained_ = now;
    log::error("http", what);
}

void Server::stop_accepting() { set_listeners({}); }

void Server::run() {
    while (!finishing_.load()) {
        std::vector<Listener> now;  // holds them open while they are polled
        {
            const std::lock_guard lock{mutex_};
            now = listeners_;
            polled_ = asked_;
            running_ = true;
        }
        seen_.notify_all();
        std::vector<pollfd> polled{{wake_, POLLIN, 0}};
        for (const auto& listener : now) polled.push_back({descriptor_of(listener), POLLIN, 0});
        if (poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) {
            log::error("http", std::string("poll: ") + std::strerror(errno));
            break;
        }
        if (polled[0].revents) {
            std::uint64_t count;
            [[maybe_unused]] const auto got = read(wake_, &count, sizeof count);
            // The listeners may be others now. What waits in the queue of one that goes would be reset by its closing.
            for (const auto& listener : now) accept_all(listener);
            continue;
        }
        for (std::size_t i = 0; i < now.size(); ++i)
            if (polled[i + 1].revents) accept_all(now[i]);
    }
    {
        const std::lock_guard lock{mutex_};
        finishing_.store(true);
        running_ = false;
    }
    seen_.notify_all();
}

// False: there are too many already; who can be told in plain HTTP has been told.
bool Server::has_room(const Listener& listener, int descriptor) {
    if (connections() >= most_.load(std::memory_order_relaxed)) {
        constexpr std::string_view busy =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 77\r\n"
            "Retry-After: 1\r\nConnection: close\r\n\r\n"
            "{\"error\":\"too_many_connections\",\"message\":\"the gateway has no room for more\"}";
        static_assert(busy.size() - busy.find("\r\n\r\n") - 4 == 77);
        if (!listener.tls) [[maybe_unused]] const auto sent = send(descriptor, busy.data(), busy.size(), MSG_NOSIGNAL);
        if (refused_) refused_();
        return false;
    }
    if (!listener.tls || handshakes() < most_handshakes_.load(std::memory_order_relaxed)) return true;
    handshakes_refused_.fetch_add(1, std::memory_order_relaxed);
    return false;
}

bool Server::may_come(const Listener& listener, const Client& client) {
    if (!listener.proxies || client.is_in(*listener.proxies)) return true;
    strangers_.fetch_add(1, std::memory_order_relaxed);
    complain(client.address + ": is none of the trusted_proxies, who alone may connect to " + listener.shown());
    return false;
}

void Server::accept_all(const Listener& listener) {
    // Bounded, so that one busy listener does not starve another.
    for (int accepted = 0; accepted < 256; ++accepted) {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        const int descriptor = accept4(descriptor_of(listener), reinterpret_cast<sockaddr*>(&from), &size,
                                       SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0) {
            if (errno == EMFILE || errno == ENFILE) {
                // Out of descriptors: the connection would stay in the queue and poll() would spin. Give up the spare
                // one for as long as it takes to accept and close.
                complain("out of file descriptors: connections are refused (raise the limit of open files)");
                close(spare_);
                const int refused = accept(descriptor_of(listener), nullptr, nullptr);
                if (refused >= 0) close(refused);
                spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
                if (refused_) refused_();
                continue;
            }
            if (errno == ECONNABORTED || errno == EINTR) continue;
            if (errno != EAGAIN) {
                // No memory for it, most likely; it stays in the queue, and asking again at once would spin.
                complain(std::string("accept: ") + std::strerror(errno));
                pollfd wake{wake_, POLLIN, 0};
                poll(&wake, 1, 50);
            }
            return;
        }
        Client client = client_of(from);
        if (!may_come(listener, client) || !has_room(listener, descriptor)) {
            close(descriptor);
            continue;
        }
        if (from.ss_family != AF_UNIX) {
            const int on = 1;
            setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        }
        Lane& lane = *lanes_[turn_++ % lanes_.size()];
        accepted_.fetch_add(1, std::memory_order_relaxed);
        lane.expect();
        if (listener.tls) lane.expect_handshake();
        lane.loop().post([&lane, descriptor, client = std::move(client), tls = listener.tls,
                          proxied = listener.proxies != nullptr]() mutable {
            lane.open(descriptor, std::move(client), std::move(tls), proxied);
        });
    }
}

}  // namespace tollgate::http

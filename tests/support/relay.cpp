// tests/support/relay.cpp - one thread that polls, reads and sends.
#include "support/relay.h"

#include "support/connection.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

namespace tollgate::test {

Relay::Relay(std::string target)
    : target_{std::move(target)},
      listening_{listen_on("127.0.0.1:0")},
      waking_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
      address_{bound_address(listening_)},
      thread_{[this] { run(); }} {}

Relay::~Relay() {
    over_ = true;
    wake();
    thread_.join();
    for (const Pair& pair : pairs_) ::close(pair.client), ::close(pair.target);
    ::close(listening_);
    ::close(waking_);
}

void Relay::change(bool cut) {
    cut_ = cut;
    wake();
}

void Relay::wake() const {
    const std::uint64_t one = 1;
    if (::write(waking_, &one, sizeof one) != sizeof one)
        throw std::system_error{errno, std::generic_category(), "waking a relay"};
}

void Relay::run() {
    while (!over_) {
        std::vector<pollfd> polled{{waking_, POLLIN, 0}};
        const bool cut = cut_;
        if (!cut) {
            polled.push_back({listening_, POLLIN, 0});
            for (const Pair& pair : pairs_) {
                polled.push_back({pair.client, POLLIN, 0});
                polled.push_back({pair.target, POLLIN, 0});
            }
        }
        if (::poll(polled.data(), polled.size(), -1) <= 0) continue;
        std::uint64_t woken = 0;
        if (polled[0].revents != 0 && ::read(waking_, &woken, sizeof woken) < 0) continue;
        if (cut) continue;
        std::size_t at = 2;
        for (Pair& pair : pairs_) {
            if (polled[at++].revents != 0 && !pass(pair.client, pair.target)) pair.ended = true;
            if (polled[at++].revents != 0 && !pair.ended && !pass(pair.target, pair.client)) pair.ended = true;
            if (pair.ended) ::close(pair.client), ::close(pair.target);
        }
        pairs_.remove_if([](const Pair& pair) { return pair.ended; });
        if (polled[1].revents != 0) accept_one();
    }
}

void Relay::accept_one() {
    const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    try {
        pairs_.push_back({client, connect_to(target_)});
    } catch (const ConnectionError&) {  // nobody is there: told by the end of the connection
        ::close(client);
    }
}

// False: one of them has ended.
bool Relay::pass(int from, int to) {
    std::array<char, 64 << 10> bytes;
    const auto size = ::recv(from, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0) return errno == EAGAIN;
    for (ssize_t sent = 0; sent < size;) {
        const auto now = ::send(to, bytes.data() + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
        if (now <= 0) return false;
        sent += now;
    }
    return size > 0;
}

}  // namespace tollgate::test

// tests/support/full_queue.h - FullQueue: an address that neither takes nor refuses connections.
#pragma once

#include "support/connection.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace tollgate::test {

// Nobody accepts, and the kernel's queue is full: it drops whoever knocks.
class FullQueue {
public:
    FullQueue() : listener_{listen_on("127.0.0.1:0", 0)}, address_{bound_address(listener_)} {
        for (int i = 0; i < 64; ++i) {
            const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            waiting_.push_back(descriptor);
            sockaddr_in place{};
            socklen_t size = sizeof place;
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&place), &size);
            ::connect(descriptor, reinterpret_cast<const sockaddr*>(&place), size);
            pollfd entry{descriptor, POLLOUT, 0};
            if (::poll(&entry, 1, 1000) == 0) return;  // this one hangs, and so will the next
        }
        throw std::runtime_error{"the queue of " + address_ + " never filled"};
    }
    ~FullQueue() {
        for (const int descriptor : waiting_) ::close(descriptor);
        ::close(listener_);
    }
    FullQueue(const FullQueue&) = delete;
    FullQueue& operator=(const FullQueue&) = delete;
    const std::string& address() const { return address_; }

private:
    int listener_;
    std::string address_;
    std::vector<int> waiting_;
};

}  // namespace tollgate::test

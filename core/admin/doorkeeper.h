// core/admin/doorkeeper.h - Doorkeeper: a listening socket that can let nobody in any more, and loses nobody who is in.
//
// Where another process shares the socket, whoever is not let in here waits for that one. POCO's server accepts for as
// long as it runs, and forgets whom it has accepted and not begun to serve when it is stopped.
#pragma once

#include <Poco/Net/ServerSocket.h>

#include <chrono>
#include <functional>
#include <memory>

namespace tollgate::admin {

class Doorkeeper {
public:
    // Takes over the descriptor, which listens, and has it wait for nobody.
    explicit Doorkeeper(int descriptor);

    // What a server accepts from.
    const Poco::Net::ServerSocket& socket() const noexcept { return socket_; }
    // One that was accepted is served from now on. Any thread.
    void serving() noexcept;
    // Lets nobody in any more. Any thread.
    void shut() noexcept;
    // Likewise, but returns when all who were let in are served, or turned away (a server counts them), but waits
    // no longer than that.
    void close(const std::function<int()>& turned_away, std::chrono::nanoseconds longest);

private:
    struct Count;
    class Door;
    const std::shared_ptr<Count> count_;
    const Poco::Net::ServerSocket socket_;
};

}  // namespace tollgate::admin

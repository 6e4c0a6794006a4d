// core/net/given_sockets.h - GivenSockets: listening sockets that somebody else has opened for this process.
//
// Two give them. A supervisor that listens before the gateway runs (socket activation, sd_listen_fds(3)): its sockets
// are its own, so they are kept here for good, as they could not be bound anew, and their files are never removed. And
// the process whose place this one takes: what it had bound itself is this one's from then on.
#pragma once

#include "net/address.h"

#include <Poco/Net/ServerSocket.h>

#include <mutex>
#include <string>
#include <vector>

namespace tollgate::net {

// POCO's socket of a descriptor that listens, which it closes. It does not block.
Poco::Net::ServerSocket server_socket(int descriptor);

// Any thread.
class GivenSockets {
public:
    struct Socket {
        std::string address;    // as it was asked for, by who gave it: "127.0.0.1:0" too; "": nobody has said
        std::string name;       // what its giver calls it
        int descriptor = -1;
        bool lent = false;      // its giver keeps it, and so do we
    };
    GivenSockets() = default;
    ~GivenSockets();
    GivenSockets(const GivenSockets&) = delete;

    // Takes over what LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES tell of, and removes them from the environment: what
    // this process starts is given nothing by them. Returns what is wrong with them, a line each.
    std::vector<std::string> take_from_environment();
    // Takes over the descriptor. Returns what is wrong with it, or "".
    std::string add(Socket socket);

    struct Found {
        int descriptor = -1;  // the caller's; -1: there is none
        bool lent = false;
    };
    // The one that listens there.
    Found take(const Address& address);

    // Those that nobody has taken, as people know them: "127.0.0.1:80 (web.socket)".
    std::vector<std::string> left_over() const;
    // Those of the lent ones that are bound to none of these addresses, likewise: their clients wait.
    std::vector<std::string> unserved(const std::vector<std::string>& served) const;
    // What nobody has taken and nobody keeps is closed, and a Unix socket's file goes with it.
    void close_left_over();
    // Those that are kept. The descriptors stay here.
    std::vector<Socket> lent() const;
    std::size_t size() const;

private:
    struct Held {
        Socket socket;
        std::string bound;  // by the kernel's word: "127.0.0.1:80", "[::]:80", "unix:/run/gate.sock"
        bool taken = false;
        std::string shown() const;
    };
    mutable std::mutex mutex_;
    std::vector<Held> held_;
};

}  // namespace tollgate::net

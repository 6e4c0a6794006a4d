// core/http/listener.h - Listener: a socket that clients come to, and the file of a Unix one.
#pragma once

#include "net/address.h"
#include "net/given_sockets.h"

#include <Poco/Net/ServerSocket.h>

#include <memory>
#include <string>
#include <vector>

namespace tollgate::net {
class TlsServerContext;
}

namespace tollgate::http {

class SocketFile;

// A listening socket. Closed with its last copy; a Unix socket's file is removed with it, if it is still ours.
struct Listener {
    net::Address address;
    std::shared_ptr<Poco::Net::ServerSocket> socket;
    std::shared_ptr<SocketFile> file = nullptr;  // null: it has none, or one that is somebody else's
    bool lent = false;                           // by who opened it, who has it as well
    std::shared_ptr<const net::TlsServerContext> tls = nullptr;  // null: it speaks plainly
    // Who may come, each with a header of the PROXY protocol; null: everybody, without one.
    std::shared_ptr<const std::vector<net::Range>> proxies = nullptr;
    std::string shown() const;  // "127.0.0.1:8080", with the port the kernel chose
    std::string bound() const;  // by the kernel's word, as net::GivenSockets has it: "[::]:8080"
    // Who removes its file once it is closed: this process, or another one that listens by the same socket.
    void keep_file(bool ours) const noexcept;
    // Takes the socket that was given for this address, if there is one. Throws Poco::Exception with why it cannot listen
    // there. A socket file that nobody answers is replaced; any other file at that path is an error.
    static Listener open(const net::Address& address, net::GivenSockets* given = nullptr);
};

}  // namespace tollgate::http

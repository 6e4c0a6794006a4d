// core/admin/admin_listener.h - AdminListener: the HTTP server for operators, beside the gateway and apart from it.
//
// A stock Poco::Net::HTTPServer: few requests, so a thread each, and handlers that may block. Bounded in threads, in
// what it reads and in time. Beyond loopback it listens only where a token is asked for; no web page is let in
// (admin/guard.h).
#pragma once

#include "admin/handlers.h"

#include <memory>
#include <string>

namespace tollgate::net {
class Address;
class GivenSockets;
}

namespace tollgate::admin {

class AdminListener {
public:
    static constexpr const char* default_address = "127.0.0.1:9180";

    // Listens at once: who connects waits for begin(). Throws, with a text for the operator, std::invalid_argument for
    // an address beyond loopback where no token is asked for and std::runtime_error for one that cannot be had. What
    // `controls` refers to outlives the listener. The socket is that of `given` for this address, if it has one.
    AdminListener(const net::Address& address, Controls controls, net::GivenSockets* given = nullptr);
    // Stops listening, cuts requests under way, and waits for their handlers.
    ~AdminListener();
    // Serves from now on. Once. Throws Poco::Exception where no thread is to be had.
    void begin();
    // Lets nobody in any more: another process has the same socket, and serves who comes now.
    void shut_door() noexcept;
    // Likewise, and those who are in have their answers, but within a few seconds.
    void leave();

    const std::string& address() const noexcept { return address_; }  // as bound: the kernel may have chosen the port
    int descriptor() const noexcept { return descriptor_; }  // that it listens with
    bool lent() const noexcept { return lent_; }             // the socket, by who keeps it

private:
    struct Server;
    std::unique_ptr<Server> server_;
    std::string address_;
    int descriptor_ = -1;
    bool lent_ = false;
};

}  // namespace tollgate::admin

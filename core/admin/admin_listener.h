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
}

namespace tollgate::admin {

class AdminListener {
public:
    static constexpr const char* default_address = "127.0.0.1:9180";

    // Listens at once. Throws, with a text for the operator, std::invalid_argument for an address beyond loopback where
    // no token is asked for and std::runtime_error for one that cannot be had. What `controls` refers to outlives the listener.
    AdminListener(const net::Address& address, Controls controls);
    // Stops listening, cuts requests under way, and waits for their handlers.
    ~AdminListener();

    const std::string& address() const noexcept { return address_; }  // as bound: the kernel may have chosen the port

private:
    struct Server;
    std::unique_ptr<Server> server_;
    std::string address_;
};

}  // namespace tollgate::admin

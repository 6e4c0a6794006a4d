// core/admin/listening.cpp - where the admin listener may listen, and how.
#include "admin/listening.h"

#include "net/address.h"
#include "net/given_sockets.h"
#include "support/text.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <fcntl.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace tollgate::admin {

namespace {

std::string problem(const net::Address& address, const std::string& why) {
    return "admin: " + text::quote(address.text()) + ": " + why;
}

}  // namespace

Listening listen(const net::Address& address, bool has_token, net::GivenSockets* given) {
    if (address.is_unix()) throw std::invalid_argument{problem(address, "expected an address like 127.0.0.1:9180")};
    const Poco::Net::SocketAddress where = [&] {
        try {
            return address.resolve();
        } catch (const Poco::Exception& error) {
            throw std::runtime_error{problem(address, "cannot be resolved: " + error.displayText())};
        }
    }();
    if (!where.host().isLoopback() && !has_token)
        throw std::invalid_argument{problem(address,
                                            "refused beyond loopback without a token; declare one in routes.lua "
                                            "(admin { token = env \"NAME\" }), or use an address like "
                                            "127.0.0.1:9180")};
    try {
        if (given)
            if (const auto found = given->take(address); found.descriptor >= 0)
                return {found.descriptor, found.lent};
        Poco::Net::ServerSocket socket;
        // Not the form of two: it shares the port with whoever has it (SO_REUSEPORT).
        if (where.family() == Poco::Net::AddressFamily::IPv6)
            socket.bind6(where, true, false, !address.host().empty());
        else
            socket.bind(where, true, false);
        socket.listen(64);
        const int own = ::fcntl(int(socket.impl()->sockfd()), F_DUPFD_CLOEXEC, 0);  // POCO's is closed with `socket`
        if (own < 0) throw Poco::IOException{"dup", errno};
        return {own};
    } catch (const Poco::Exception& error) {
        const std::string reason = error.code() ? std::generic_category().message(error.code()) : error.displayText();
        throw std::runtime_error{problem(address, reason + "; choose another with --admin ADDR, or --admin off")};
    }
}

}  // namespace tollgate::admin

// core/admin/listening.h - Listening: the socket that operators come to.
#pragma once

namespace tollgate::net {
class Address;
class GivenSockets;
}

namespace tollgate::admin {

struct Listening {
    int descriptor;     // the caller's
    bool lent = false;  // by who keeps the socket
};

// Listens there, by the socket of `given` for this address, if it has one. Throws as AdminListener does.
Listening listen(const net::Address& address, bool has_token, net::GivenSockets* given);

}  // namespace tollgate::admin

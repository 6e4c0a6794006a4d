// core/http/hop_by_hop.h - what of a message belongs to one connection and not to the message (RFC 9110 section 7.6.1).
#pragma once

#include <tollgate/message.h>

namespace tollgate::http {

// Removes Connection and what it names, Keep-Alive, Proxy-Connection, TE, Transfer-Encoding, Content-Length, Upgrade,
// and Tollgate-Trace, which is between the operator and this gateway.
// Framing is said anew by whoever sends the message on. Host stays, whatever Connection says.
void strip_hop_by_hop(Headers& headers);

// What the lines of Connection say to this end of it.
struct ConnectionOptions {
    bool close = false, keep_alive = false, upgrade = false;
    // RFC 9112 section 9.3.
    bool persists(int version_minor) const noexcept { return !close && (version_minor > 0 || keep_alive); }
};
ConnectionOptions connection_options(const Headers& headers);

}  // namespace tollgate::http

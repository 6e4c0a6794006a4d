// core/gateway/forwarding.h - what a proxy adds to and takes from messages: X-Forwarded-*, Via, X-Request-Id, Expect.
#pragma once

#include <tollgate/message.h>

#include "http/exchange.h"
#include "net/address.h"

#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

// The address that counts as the client's: the connection's, or, where that is a trusted proxy's, the last one in
// X-Forwarded-For that no trusted proxy wrote.
std::string client_address(const http::Client& client, const Headers& headers, const std::vector<net::Range>& trusted);

// An id as a client or proxy sent it, if it is 1 to 128 letters, digits or -_.:/+=@; else a new UUID (RFC 9562, v4).
std::string request_id(const Headers& headers);

// Makes the headers of a client's request those of the request to the upstream. What an untrusted client says of
// where it comes from is replaced.
void prepare_request(Request& request, const http::Client& client, std::string_view id,
                     const std::vector<net::Range>& trusted);

// What we add to Via: the protocol a message came by, and who we are (RFC 9110 section 7.6.3).
constexpr std::string_view via(int version_minor) noexcept { return version_minor == 0 ? "1.0 tollgate" : "1.1 tollgate"; }

// Says it of an answer that came by that version, behind what its Via says already.
void say_via(Headers& answer, int version_minor);

}  // namespace tollgate

// core/http/upgrade.h - which other protocol a connection may go over to: what Upgrade says (RFC 9110 section 7.8).
#pragma once

#include <tollgate/message.h>

#include <span>
#include <string>
#include <string_view>

namespace tollgate::http {

// "websocket", "SPDY/3.1": a token, and perhaps a version.
bool is_protocol(std::string_view text) noexcept;

// True for what would carry HTTP, or TLS with who knows what inside, past the routes: h2, h2c, HTTP/2.0, TLS/1.2.
bool passes_routes_by(std::string_view protocol) noexcept;

// The protocols in the Upgrade lines, in their order: "websocket, tcp". What is none, or passes routes by, is left out.
std::string offered_protocols(const Headers& headers);

// Those of `offered` that are in `allowed`, whatever their case; where `allowed` names no version, any.
std::string allowed_protocols(std::string_view offered, std::span<const std::string> allowed);

// The one of `offered` that an answer's Upgrade line takes; "" where it names none, another, or several.
std::string_view taken_protocol(const Headers& answer, std::string_view offered) noexcept;

}  // namespace tollgate::http

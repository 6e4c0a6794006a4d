// core/admin/guard.h - who may ask the admin listener while nothing asks for a token: this machine, no web page.
//
// A page from anywhere, open in the operator's browser, can send requests to 127.0.0.1. Two things give it away. Its
// name in Host, where it has pointed its own name at 127.0.0.1 to be let in (DNS rebinding); and its address in Origin,
// where it asks under ours (CSRF).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::admin {

// Why a request with these Host and Origin lines is refused; "" if it is not. nullopt: no such line.
std::string refusal(const std::optional<std::string>& host, const std::optional<std::string>& origin);

// True for "localhost", 127.0.0.0/8 and ::1, with or without a port; any port, since ssh may forward ours.
bool names_loopback(std::string_view host);

}  // namespace tollgate::admin

// plugins/auth/signed_message.h - a request of the gateway as the message that a signature is about.
#pragma once

#include "signature/base.h"

#include <tollgate/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::auth {

// The lines of that name, each trimmed, with ", " between; nullopt where there is none. `name` in any case.
std::optional<std::string> lines_of(const Headers& headers, std::string_view name);

// Views into the request. Its Content-Length, which is the gateway's to make, is `body_length`; nullopt: the body is sent
// in chunks, and has none.
signature::Message message_of(const Request& request, std::optional<std::uint64_t> body_length);

}  // namespace tollgate::auth

// plugins/auth/signed_message.h - a request of the gateway as the message that a signature is about.
#pragma once

#include "signature/base.h"

#include <tollgate/message.h>

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::auth {

// The lines of that name, each trimmed, with ", " between; nullopt where there is none. `name` in any case.
std::optional<std::string> lines_of(const Headers& headers, std::string_view name);

// Views into the request. Its Content-Length, which is the gateway's to make, is that of `body`, where one is given.
signature::Message message_of(const Request& request, std::optional<std::string_view> body);

}  // namespace tollgate::auth

// core/commands/admin_client.h - asking a running gateway through its admin listener.
#pragma once

#include "net/address.h"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace Poco {
class Exception;
}

namespace tollgate::commands {

struct AdminReply {
    int status = 0;
    std::string body;
};

// `address` is no address: wrong usage, not a gateway that fails.
class BadAddress : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Throws BadAddress.
net::Address admin_address(const std::string& address);

// That none came, and what to do about it.
std::string no_answer(const std::string& address, const Poco::Exception& error);

// GETs where there is no `body`, else POSTs it; shows the token unless it is "". Returns the answer, whatever its
// status. Throws BadAddress, or std::runtime_error with a text for the operator where no answer came in that time: a reload
// builds every plugin anew, and a plugin's command may take its time.
AdminReply ask_admin(const std::string& address, const std::string& token, const std::string& path,
                     const std::optional<std::string>& body,
                     std::chrono::seconds patience = std::chrono::seconds{300});

}  // namespace tollgate::commands

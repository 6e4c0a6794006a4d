// plugins/auth/signature/claimed.h - Claimed: a signature that a request says it has; nothing of it is verified yet.
#pragma once

#include "structured.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::auth::signature {

struct Claimed {
    // Why there is none.
    enum class Fault : std::uint8_t { absent, malformed, several };

    // From the values of Signature-Input and Signature. With a `tag` the one signature that has it (others may be for
    // others), else the only one there is: of several, which one is meant would be anybody's guess.
    static std::optional<Claimed> read(std::string_view input, std::string_view signature, std::string_view tag,
                                       Fault& fault);

    Member input;          // what it covers, and its parameters as they were signed
    std::string signature; // bytes
    std::string key_id;
    std::optional<std::string> algorithm, nonce;
    std::int64_t created = 0;
    std::optional<std::int64_t> expires;
};

}  // namespace tollgate::auth::signature

// core/support/secrets.cpp - the names that people give to secrets.
#include "support/secrets.h"

#include "support/text.h"

#include <algorithm>
#include <array>
#include <string>

namespace tollgate {

bool names_a_secret(std::string_view name) {
    std::string plain = text::lower(name);
    std::erase_if(plain, [](char c) { return c == '-' || c == '_'; });
    if (plain.starts_with("accesscontrol")) return false;  // "Access-Control-Allow-Credentials: true"
    constexpr std::array words{"sig", "pwd", "pass", "jwt", "auth", "code"};
    if (std::find(words.begin(), words.end(), plain) != words.end()) return true;
    constexpr std::array parts{"authorization", "cookie",     "token",   "secret",
                               "passw",         "credential", "session", "signature"};
    return plain.ends_with("key") ||
           std::any_of(parts.begin(), parts.end(), [&](const char* part) { return plain.find(part) != plain.npos; });
}

}  // namespace tollgate

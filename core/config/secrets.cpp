// core/config/secrets.cpp - telling secrets by the names that people give them.
#include "config/secrets.h"

#include "support/secrets.h"
#include "support/text.h"

namespace tollgate::config {

bool is_secret(std::string_view name) {
    const std::string lower = text::lower(name);
    std::string plain;
    for (const char c : lower)
        if (c != '-' && c != '_') plain += c;
    if (plain.ends_with("file")) return false;
    for (const std::string_view part :
         {"token", "secret", "passw", "authorization", "credential", "apikey", "setcookie"})
        if (plain.find(part) != plain.npos && !plain.starts_with("accesscontrol")) return true;
    return plain == "cookie" || lower.ends_with("-key");  // a header line like X-Access-Key
}

Login login_in(std::string_view text) {
    const auto scheme = text.find("://"), at = text.rfind('@');
    if (scheme == text.npos || at == text.npos || at < scheme) return {text.npos, text.npos};
    return {scheme + 3, at};
}

std::string without_login(std::string_view text) {
    const auto [begin, end] = login_in(text);
    if (begin == text.npos) return std::string{text};
    return std::string{text.substr(0, begin)} + std::string{hidden} + std::string{text.substr(end)};
}

}  // namespace tollgate::config

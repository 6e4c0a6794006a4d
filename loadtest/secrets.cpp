// loadtest/secrets.cpp - what is left out: values whose names say that they are secret.
#include "loadtest/secrets.h"

#include "http/target.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tollgate::loadtest {

bool names_secret(std::string_view name) {
    static constexpr std::array words{"auth",  "cookie",  "key",       "token",     "secret",
                                      "passw", "session", "signature", "credential"};
    std::string lower{name};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return lower == "sig" || lower == "pwd" ||
           std::any_of(words.begin(), words.end(), [&](const char* word) { return lower.find(word) != lower.npos; });
}

std::string without_secrets(std::string_view path) {
    const std::size_t query = path.find('?');
    std::string shown{path.substr(0, query)};
    for (std::size_t at = query; at < path.size();) {
        const std::size_t end = std::min(path.find('&', at + 1), path.size());
        const std::string_view pair = path.substr(at, end - at);  // with the '?' or '&' before it
        const std::size_t value = pair.find('=');
        const bool secret = value != pair.npos && names_secret(http::decode_query(pair.substr(1, value - 1)));
        shown += secret ? std::string{pair.substr(0, value)} + "=..." : std::string{pair};
        at = end;
    }
    return shown;
}

}  // namespace tollgate::loadtest

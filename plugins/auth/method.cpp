// plugins/auth/method.cpp - what all methods share: denials that are counted, and the realm they name.
#include "method.h"

namespace tollgate::auth {

Denial::Denial(Host& host, std::string_view method, std::string_view outcome, Refusal refusal,
               std::string_view challenge)
    : refusal_{std::move(refusal)}, count_{outcome_counter(host, method, outcome)} {
    if (!challenge.empty()) refusal_.with("WWW-Authenticate", challenge);
}

Counter& outcome_counter(Host& host, std::string_view method, std::string_view outcome) {
    return host.counter("requests_total", "Requests by what a method of auth made of them",
                        {{"method", method}, {"outcome", outcome}});
}

std::string quoted_realm(const Settings& settings) {
    const std::string realm = settings.text("realm");
    std::string text = "\"";
    for (const char c : realm) {
        if (c < 0x20 || c > 0x7e) throw ConfigError{"realm", "expected printable ASCII, got \"" + realm + '"'};
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

}  // namespace tollgate::auth

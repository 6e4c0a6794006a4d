// plugins/auth/scopes.cpp - looking for each wanted scope among those that are held.
#include "scopes.h"

#include <algorithm>

namespace tollgate::auth {

namespace {

// RFC 6749 section 3.3: printable ASCII without blank, quote and backslash.
bool is_scope(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\\';
    });
}

bool holds(std::string_view held, std::string_view wanted) noexcept {
    while (!held.empty()) {
        const std::size_t end = std::min(held.find(' '), held.size());
        if (held.substr(0, end) == wanted) return true;
        held.remove_prefix(std::min(end + 1, held.size()));
    }
    return false;
}

}  // namespace

Scopes::Scopes(const Settings& settings) {
    if (!settings.has("scopes")) return;
    wanted_ = settings.texts("scopes");
    for (const std::string& scope : wanted_)
        if (!is_scope(scope))
            throw ConfigError{"scopes", "expected a scope without blanks and quotes, got \"" + scope + '"'};
}

std::string_view Scopes::missing_in(std::string_view held) const noexcept {
    for (const std::string& scope : wanted_)
        if (!holds(held, scope)) return scope;
    return {};
}

std::string Scopes::text() const {
    std::string all;
    for (const std::string& scope : wanted_) (all += all.empty() ? "" : " ") += scope;
    return all;
}

std::string Scopes::sentence() const { return "this needs the scope " + text(); }

std::string Scopes::challenge(const std::string& of_method) const {
    if (of_method.empty()) return {};
    return of_method + ", error=\"insufficient_scope\", scope=\"" + text() + '"';
}

}  // namespace tollgate::auth

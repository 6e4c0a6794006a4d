// core/routing/host.cpp - reads hosts of routes, and says which names they take.
#include "routing/host.h"

#include "support/text.h"

#include <algorithm>
#include <cctype>

namespace tollgate::routing {

namespace {

constexpr std::size_t longest_name = 253, longest_label = 63;  // RFC 1035 section 2.3.4

bool is_label(std::string_view label) {
    const auto fits = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
    return !label.empty() && label.size() <= longest_label && std::all_of(label.begin(), label.end(), fits);
}

bool is_name(std::string_view name) {
    if (name.size() > longest_name) return false;
    while (true) {
        const auto dot = name.find('.');
        if (!is_label(name.substr(0, dot))) return false;
        if (dot == name.npos) return true;
        name.remove_prefix(dot + 1);
    }
}

bool is_bracketed_address(std::string_view text) {
    if (text.size() < 4 || !text.starts_with('[') || !text.ends_with(']')) return false;
    const auto inside = text.substr(1, text.size() - 2);
    return inside.find(':') != inside.npos && inside.find_first_not_of("0123456789abcdef:.") == inside.npos;
}

std::string hint_for(std::string_view text) {
    if (text == "*") return "; a route without a host takes every one";
    if (text.find('/') != text.npos) return "; a path belongs to the route's name";
    if (!text.starts_with('[') && text.find(':') != text.npos) return "; the port is never compared";
    if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x80; }))
        return "; names of other letters are written as in DNS (\"xn--...\")";
    if (text.find('*') != text.npos) return "; a \"*\" stands for whole labels, in front only";
    return {};
}

}  // namespace

std::optional<Host> Host::parse(std::string_view text, std::string& problem) {
    Host host{text::lower(without_last_dot(text))};
    if (host.name.starts_with("*.")) {
        host.below = true;
        host.name.erase(0, 2);
    }
    if (is_name(host.name) || (!host.below && is_bracketed_address(host.name))) return host;
    problem = "expected a host like \"api.example.com\" or \"*.example.com\", got " + text::quote(text) + hint_for(text);
    return std::nullopt;
}

bool Host::takes(std::string_view host) const noexcept {
    host = without_last_dot(host);
    if (!below) return host == name;
    return host.size() > name.size() + 1 && host.ends_with(name) && host[host.size() - name.size() - 1] == '.';
}

bool Host::includes(const Host& smaller) const noexcept {
    return *this == smaller || (below && takes(smaller.name));
}

}  // namespace tollgate::routing

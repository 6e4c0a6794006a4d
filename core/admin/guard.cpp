// core/admin/guard.cpp - judging Host, Origin and Authorization.
#include "admin/guard.h"

#include "support/text.h"

#include <Poco/Net/IPAddress.h>

#include <algorithm>

namespace tollgate::admin {

namespace {

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The name in a Host line, without brackets and port; nullopt where it is none.
std::optional<std::string> name_in(std::string_view host) {
    std::string_view name = host;
    if (name.starts_with('[')) {
        const auto end = name.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view rest = name.substr(end + 1);
        name = name.substr(1, end - 1);
        if (!rest.empty() && !(rest[0] == ':' && is_port(rest.substr(1)))) return std::nullopt;
    } else if (const auto colon = name.find(':'); colon != std::string_view::npos) {
        if (!is_port(name.substr(colon + 1))) return std::nullopt;
        name = name.substr(0, colon);
    }
    return text::lower(name);
}

bool is_loopback(const std::string& name) {
    if (name == "localhost") return true;
    Poco::Net::IPAddress ip;
    return Poco::Net::IPAddress::tryParse(name, ip) && ip.isLoopback();
}

// As declared: a name counts with any port, a name with a port only with that one.
bool is_declared(std::string_view host, const std::string& name, const std::vector<std::string>& hosts) {
    return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& declared) {
        const std::string known = text::lower(declared);
        return known == name || known == text::lower(host) || known == '[' + name + ']';
    });
}

}  // namespace

bool names_loopback(std::string_view host) {
    const auto name = name_in(host);
    return name && is_loopback(*name);
}

std::string refusal(const std::optional<std::string>& host, const std::optional<std::string>& origin,
                    std::string_view own, const std::vector<std::string>& hosts) {
    if (!host) return "a Host line is wanted, got none";
    const auto name = name_in(*host);
    const bool declared = name && is_declared(*host, *name, hosts);
    if (!name || (!declared && !is_loopback(*name) && (own.empty() || name != name_in(own))))
        return "Host: wanted localhost, a loopback address, " +
               (own.empty() ? std::string{} : "the listener's own address, ") + "or one of admin's hosts, got " +
               text::quote(*host);
    if (!origin || text::lower(*origin) == "http://" + text::lower(*host)) return {};
    // Before a name that the operator declared may stand a proxy that speaks TLS.
    if (declared && text::lower(*origin) == "https://" + text::lower(*host)) return {};
    return "Origin: requests of other pages than this listener's own are refused, got " + text::quote(*origin);
}

std::string refusal_of_page(const std::optional<std::string>& site, const std::optional<std::string>& mode,
                            bool shows) {
    if (!site || *site == "same-origin" || *site == "none" || (shows && mode == "navigate")) return {};
    return "Sec-Fetch-Site: requests of other pages than this listener's own are refused, got " + text::quote(*site);
}

bool shows_token(const std::optional<std::string>& authorization, const Digest& token_sha256) {
    constexpr std::string_view scheme = "bearer ";
    if (!authorization || text::lower(authorization->substr(0, scheme.size())) != scheme) return false;
    const auto begin = authorization->find_first_not_of(' ', scheme.size());
    return begin != std::string::npos && same(sha256(authorization->substr(begin)), token_sha256);
}

}  // namespace tollgate::admin

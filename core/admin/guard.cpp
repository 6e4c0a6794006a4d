// core/admin/guard.cpp - judging Host and Origin.
#include "admin/guard.h"

#include "support/text.h"

#include <Poco/Net/IPAddress.h>

#include <algorithm>
#include <cctype>

namespace tollgate::admin {

namespace {

std::string lower(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return out;
}

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool names_loopback(std::string_view host) {
    std::string_view name = host;
    if (name.starts_with('[')) {
        const auto end = name.find(']');
        if (end == std::string_view::npos) return false;
        const std::string_view rest = name.substr(end + 1);
        name = name.substr(1, end - 1);
        if (!rest.empty() && !(rest[0] == ':' && is_port(rest.substr(1)))) return false;
    } else if (const auto colon = name.find(':'); colon != std::string_view::npos) {
        if (!is_port(name.substr(colon + 1))) return false;
        name = name.substr(0, colon);
    }
    if (lower(name) == "localhost") return true;
    Poco::Net::IPAddress ip;
    return Poco::Net::IPAddress::tryParse(std::string{name}, ip) && ip.isLoopback();
}

std::string refusal(const std::optional<std::string>& host, const std::optional<std::string>& origin) {
    if (!host) return "a Host line is wanted, got none";
    if (!names_loopback(*host)) return "Host: wanted localhost or a loopback address, got " + text::quote(*host);
    if (origin && lower(*origin) != "http://" + lower(*host))
        return "Origin: requests of other pages than this listener's own are refused, got " + text::quote(*origin);
    return {};
}

}  // namespace tollgate::admin

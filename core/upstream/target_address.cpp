// core/upstream/target_address.cpp - scheme, host and port of a target.
#include "upstream/target_address.h"

#include "support/text.h"

#include <utility>

namespace tollgate::upstream {

TargetAddress::TargetAddress(net::Address address)
    : text{address.text()}, where{std::move(address)}, authority{where.is_unix() ? "localhost" : where.text()} {}

std::optional<TargetAddress> TargetAddress::parse(std::string_view text, std::string& problem) {
    const auto scheme_end = text.find("://");
    std::string authority{scheme_end == text.npos ? text : text.substr(scheme_end + 3)};
    const std::string_view scheme = scheme_end == text.npos ? std::string_view{} : text.substr(0, scheme_end);
    const bool secure = scheme == "https";
    if (scheme_end != text.npos) {
        if (!secure && scheme != "http") {
            problem = "expected \"http://\" or \"https://\", got " + text::quote(text);
            return std::nullopt;
        }
        if (const auto behind = authority.find_first_of("/?#"); behind != authority.npos) {
            problem = "expected nothing behind host and port (a route's rewrite says which path is asked for), got " +
                      text::quote(text);
            return std::nullopt;
        }
        const auto colon = authority.rfind(':');
        if (colon == authority.npos || authority.ends_with(']')) authority += secure ? ":443" : ":80";
    }
    auto where = net::Address::parse(authority, problem);
    if (!where) return std::nullopt;
    if (!where->is_unix() && (where->host().empty() || where->port() == 0)) {
        problem = "expected a host and a port to connect to, got " + text::quote(text);
        return std::nullopt;
    }
    if (scheme_end != text.npos && where->is_unix()) {
        problem = "expected a host name or an IP address, got " + text::quote(authority);
        return std::nullopt;
    }
    TargetAddress made{std::move(*where)};
    made.text = text;
    made.secure = secure;
    if (secure && made.authority.ends_with(":443")) made.authority.resize(made.authority.size() - 4);
    return made;
}

}  // namespace tollgate::upstream

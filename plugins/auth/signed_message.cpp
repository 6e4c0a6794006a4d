// plugins/auth/signed_message.cpp - what RFC 9421 section 2 wants to know of a request.
#include "signed_message.h"

#include "words.h"

#include <algorithm>
#include <utility>

namespace tollgate::auth {

namespace {

// Section 2.2.3: as RFC 9110 section 4.2.3 makes it normal.
std::string authority_of(const Request& request) {
    std::string authority{request.headers().get("Host")};
    std::transform(authority.begin(), authority.end(), authority.begin(), lower);
    const std::string_view own_port = request.scheme() == "https" ? ":443" : ":80";
    if (authority.ends_with(own_port)) authority.resize(authority.size() - own_port.size());
    return authority;
}

}  // namespace

std::optional<std::string> lines_of(const Headers& headers, std::string_view name) {
    std::optional<std::string> all;
    for (const auto [line_name, value] : headers) {
        if (!same_name(line_name, name)) continue;
        if (all) all->append(", ").append(trimmed(value));
        else all = trimmed(value);
    }
    return all;
}

signature::Message message_of(const Request& request, std::optional<std::uint64_t> body_length) {
    signature::Message message;
    message.method = request.method();
    message.scheme = request.scheme();
    message.authority = authority_of(request);
    message.path = request.path();
    message.query = request.query();
    message.has_query = request.target().size() > request.path().size();
    message.field = [&headers = request.headers(), body_length](std::string_view name) -> std::optional<std::string> {
        if (name == "content-length") return body_length ? std::optional{std::to_string(*body_length)} : std::nullopt;
        return lines_of(headers, name);
    };
    return message;
}

}  // namespace tollgate::auth

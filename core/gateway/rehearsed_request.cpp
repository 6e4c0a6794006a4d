// core/gateway/rehearsed_request.cpp - writing a request down: the gateway's own parser reads it, and refuses what it
// refuses.
#include "gateway/rehearsed_request.h"

#include "support/text.h"

#include <algorithm>
#include <cctype>

namespace tollgate {

namespace {

using Part = WrongRequest::Part;

struct Url {
    std::string authority, target;
    bool secure = false;
};

Url url_of(std::string_view text) {
    Url url{"localhost", "/", false};
    if (text.starts_with('/')) {
        url.target = text;
        return url;
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        const auto rest = text.substr(scheme.size());
        const auto end = std::min(rest.find_first_of("/?"), rest.size());
        url.authority = rest.substr(0, end);
        url.target = rest.substr(end);
        url.secure = scheme == "https://";
        if (!url.target.starts_with('/')) url.target.insert(url.target.begin(), '/');
        return url;
    }
    throw WrongRequest{Part::url, "expected http://host/path or /path, got " + text::quote(text)};
}

http::Client client_of(const std::string& text, bool secure) {
    http::Client client{text, net::Ip::parse(text), text == "unix:", secure};
    if (!client.ip && !client.is_unix)
        throw WrongRequest{Part::client, "expected an IP address or unix:, got " + text::quote(text)};
    return client;
}

bool has_header(const std::vector<std::string>& lines, std::string_view name) {
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    return std::any_of(lines.begin(), lines.end(), [&](std::string_view line) {
        line = line.substr(0, line.find(':'));
        return std::equal(line.begin(), line.end(), name.begin(), name.end(), same);
    });
}

const std::string& whole(const std::string& text, Part part) {
    if (text.find_first_of("\r\n") != text.npos) throw WrongRequest{part, "expected one line, got " + text::quote(text)};
    return text;
}

std::string bytes_of(const AskedRequest& asked, const Url& url) {
    std::string bytes = whole(asked.method, Part::method) + ' ' + whole(url.target, Part::url) + " HTTP/1.1\r\n";
    if (!has_header(asked.headers, "host")) bytes += "Host: " + whole(url.authority, Part::url) + "\r\n";
    for (const auto& line : asked.headers) {
        if (line.find(':') == line.npos)
            throw WrongRequest{Part::header, "expected 'Name: value', got " + text::quote(line)};
        bytes += whole(line, Part::header) + "\r\n";
    }
    const bool framed = has_header(asked.headers, "content-length") || has_header(asked.headers, "transfer-encoding");
    if (!asked.body.empty() && !framed) bytes += "Content-Length: " + std::to_string(asked.body.size()) + "\r\n";
    return bytes + "\r\n" + asked.body;
}

}  // namespace

Rehearsal::Request request_of(const AskedRequest& asked) {
    const Url url = url_of(asked.url);
    std::string bytes = bytes_of(asked, url);
    return {std::move(bytes), client_of(asked.client, url.secure)};
}

}  // namespace tollgate

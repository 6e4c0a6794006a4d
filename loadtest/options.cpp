// loadtest/options.cpp - what a URL says, and what targets are called.
#include "loadtest/options.h"

#include "loadtest/secrets.h"
#include "net/address.h"
#include "support/text.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace tollgate::loadtest {

namespace {

constexpr std::size_t longest_url = 64 << 10;

class UrlReader {
public:
    explicit UrlReader(std::string_view text) : written_{text} {}

    Url read() {
        if (written_.empty()) refuse("expected http://HOST[:PORT]/PATH");
        if (written_.size() > longest_url) refuse("expected at most 64 KiB");
        std::string_view rest = written_;
        if (const std::size_t end = rest.find("://"); end < rest.find_first_of("/?#")) {
            take_scheme(rest.substr(0, end));
            rest.remove_prefix(end + 3);
        }
        const std::size_t path = std::min(rest.find_first_of("/?#"), rest.size());
        check_bytes();
        take_authority(rest.substr(0, path));
        take_path(rest.substr(path));
        return url_;
    }

private:
    // A URL may carry a secret, so what is shown of it ends before its query.
    [[noreturn]] void refuse(const std::string& wanted) const {
        throw UsageError("URL: " + wanted + ", got " + text::quote(without_secrets(written_)));
    }

    void take_scheme(std::string_view scheme) {
        std::string lower{scheme};
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
        url_.secure = lower == "https";
        if (!url_.secure && lower != "http") refuse("expected http:// or https://");
        if (url_.secure) url_.port = 443;
    }

    void check_bytes() const {
        for (const char letter : written_)
            if (letter <= ' ' || letter > '~' || letter == '\\')
                refuse("expected no blanks, control or non-ASCII letters (percent-encode them)");
    }

    void take_authority(std::string_view authority) {
        if (authority.find('@') != authority.npos)
            throw UsageError("URL: expected no user and password in it; say -H 'Authorization: Basic ...'");
        std::string_view port;
        if (authority.starts_with('[')) {
            const std::size_t end = authority.find(']');
            if (end == authority.npos) refuse("expected \"]\" after the address");
            url_.host = authority.substr(1, end - 1);
            if (!net::Ip::parse(url_.host) || url_.host.find(':') == url_.host.npos)
                refuse("expected an IPv6 address in []");
            port = authority.substr(end + 1);
        } else {
            const std::size_t end = std::min(authority.find(':'), authority.size());
            url_.host = authority.substr(0, end);
            check_host();
            port = authority.substr(end);
        }
        if (!port.empty()) take_port(port);
        url_.authority = url_.host.find(':') == url_.host.npos ? url_.host : "[" + url_.host + "]";
        if (url_.port != (url_.secure ? 443 : 80)) url_.authority += ":" + std::to_string(url_.port);
    }

    void check_host() {
        std::string& host = url_.host;
        if (host.empty()) refuse("expected a host");
        std::transform(host.begin(), host.end(), host.begin(),
                       [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
        if (host.size() > 253) refuse("expected a host of at most 253 letters");
        constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
        const bool dots = host.find_first_of("-.") == 0 || host.find("..") != host.npos;
        if (dots || host.find_first_not_of(allowed) != host.npos)
            refuse("expected a host name, an IPv4 address or an IPv6 address in []");
        // What ends in a number is an IPv4 address (WHATWG), of which the resolver has ideas of its own: 127.1.
        const std::string_view last = std::string_view{host}.substr(host.find_last_of('.') + 1);
        if (!last.empty() && last.find_first_not_of("0123456789") == last.npos && !net::Ip::parse(host))
            refuse("expected an IPv4 address of four numbers");
    }

    void take_port(std::string_view text) {
        const char* const end = text.data() + text.size();
        const auto [stopped, error] = std::from_chars(text.data() + 1, end, url_.port);
        if (text[0] != ':' || text.size() < 2 || stopped != end || error != std::errc{} || url_.port == 0)
            refuse("expected a port of 1 to 65535");
    }

    void take_path(std::string_view path) {
        if (path.find('#') != path.npos) refuse("expected no fragment (#...), which is never sent");
        url_.path = path.starts_with('/') ? std::string{path} : "/" + std::string{path};
    }

    std::string_view written_;
    Url url_;
};

}  // namespace

Url parse_url(std::string_view text) { return UrlReader{text}.read(); }

std::string Target::name() const {
    return method + (url.secure ? " https://" : " http://") + url.authority + without_secrets(url.path);
}

}  // namespace tollgate::loadtest

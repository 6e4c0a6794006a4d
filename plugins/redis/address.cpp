// plugins/redis/address.cpp - URLs of Redis (RFC 3986, with the schemes that clients of Redis have agreed
// on).
#include "redis/address.h"

#include "redis/digest.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <random>
#include <stdexcept>

namespace tollgate::redis {

namespace {

// What may be shown of a URL: not what stands before the last '@'.
std::string concealed(std::string_view url) {
    const auto scheme = url.find("://"), at = url.rfind('@');
    if (scheme == url.npos) return std::string{url.substr(0, url.find_first_of(":@/"))};
    if (at == url.npos || at < scheme) return std::string{url};
    return std::string{url.substr(0, scheme + 3)} + "***" + std::string{url.substr(at)};
}

[[noreturn]] void refuse(std::string_view url, const std::string& expected, const std::string& more = {}) {
    throw std::invalid_argument{"expected " + expected + ", got \"" + concealed(url) + '"' + more};
}

std::optional<std::string> decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        unsigned byte = 0;
        if (i + 2 >= text.size()) return std::nullopt;
        const auto [end, problem] = std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
        if (problem != std::errc{} || end != text.data() + i + 3) return std::nullopt;
        plain += static_cast<char>(byte);
        i += 2;
    }
    return plain;
}

std::optional<int> number(std::string_view text, int most) {
    int value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || value < 0 || value > most) return std::nullopt;
    return value;
}

// "user:password", ":password" or, as Redis's own tools have it, "password" alone.
void take_login(Address& address, std::string_view url, std::string_view login) {
    const auto colon = login.find(':');
    const auto user = decoded(colon == login.npos ? std::string_view{} : login.substr(0, colon));
    const auto password = decoded(colon == login.npos ? login : login.substr(colon + 1));
    if (!user || !password) refuse(url, "user and password in which '%' is followed by two hexadecimal digits");
    address.user = *user;
    address.password = *password;
}

void take_database(Address& address, std::string_view url, std::string_view text) {
    const auto database = number(text, 1'000'000);
    if (!database) refuse(url, "the number of a database (redis://host:6379/0)");
    address.database = *database;
}

void take_host(Address& address, std::string_view url, std::string_view place) {
    const bool literal = place.starts_with('[');
    const auto end = literal ? place.find(']') : place.rfind(':');
    if (literal && end == place.npos) refuse(url, "a \"]\" after the address");
    address.host = place.substr(literal, end - literal);
    std::string_view rest = end == place.npos ? std::string_view{} : place.substr(end + literal);
    if (address.host.empty()) refuse(url, "the name or address of a host (redis://host:6379)");
    if (address.host.find(',') != std::string::npos)
        refuse(url, "one host", "; Sentinel and Cluster are not supported: give the primary's address");
    if (rest.empty()) return;
    const auto port = rest.front() == ':' ? number(rest.substr(1), 65535) : std::nullopt;
    if (!port || *port == 0) refuse(url, "a port from 1 to 65535");
    address.port = rest.substr(1);
}

void take_unix(Address& address, std::string_view url, std::string_view rest) {
    const auto question = rest.find('?');
    if (question != rest.npos) {
        const std::string_view query = rest.substr(question + 1);
        if (!query.starts_with("db=")) refuse(url, "nothing but \"db\" behind the \"?\"");
        take_database(address, url, query.substr(3));
        rest = rest.substr(0, question);
    }
    const auto path = decoded(rest);
    constexpr std::size_t longest = 107;  // sockaddr_un
    if (!path || path->size() < 2 || path->size() > longest || path->front() != '/')
        refuse(url, "the absolute path of a socket (redis+unix:///run/redis.sock)");
    address.path = *path;
}

std::string random_word() {
    std::random_device device;
    return std::to_string((std::uint64_t{device()} << 32) | device());
}

bool names_several(std::string_view scheme) {
    return scheme.find("sentinel") != scheme.npos || scheme.find("cluster") != scheme.npos;
}

}  // namespace

Address Address::parse(std::string_view url) {
    const auto colon = url.find("://");
    const std::string_view scheme = url.substr(0, colon);
    const bool local = scheme == "redis+unix" || scheme == "unix";
    if (colon != url.npos && names_several(scheme))
        refuse(url, "the address of one Redis (redis://host:6379)",
               "; Sentinel and Cluster are not supported: give the primary's address");
    if (colon == url.npos || (scheme != "redis" && scheme != "rediss" && !local))
        refuse(url, "a URL of Redis (redis://host:6379/0, rediss://..., redis+unix:///run/redis.sock)");
    Address address;
    address.tls = scheme == "rediss";
    std::string_view rest = url.substr(colon + 3);
    if (const auto at = rest.rfind('@'); at != rest.npos) {
        take_login(address, url, rest.substr(0, at));
        rest = rest.substr(at + 1);
    }
    if (local) {
        take_unix(address, url, rest);
        return address;
    }
    if (rest.find_first_of("?#") != rest.npos) refuse(url, "nothing behind the database's number");
    const auto slash = rest.find('/');
    if (slash != rest.npos && slash + 1 < rest.size()) take_database(address, url, rest.substr(slash + 1));
    take_host(address, url, rest.substr(0, slash));
    return address;
}

std::string Address::shown() const {
    const std::string login = user.empty() ? "" : user + '@';
    const std::string number = std::to_string(database);
    if (!path.empty()) return "redis+unix://" + login + path + (database ? "?db=" + number : "");
    const bool literal = host.find(':') != std::string::npos;
    return (tls ? "rediss://" : "redis://") + login + (literal ? '[' + host + ']' : host) + ':' + port +
           (database ? '/' + number : "");
}

// A digest that says nothing about the password outside this process.
std::string Address::identity() const {
    static const std::string secret = random_word() + random_word();
    return shown() + (authorities.empty() ? "" : " by " + authorities) +
           (password.empty() ? "" : " #" + sha256_hex(secret + password));
}

}  // namespace tollgate::redis

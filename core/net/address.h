// core/net/address.h - Address: where to listen or connect, as text and as POCO's socket address; CIDR ranges.
#pragma once

#include <Poco/Net/SocketAddress.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::net {

// "127.0.0.1:8080", "[::1]:8080", "*:8080" (every IPv4 and IPv6 address), ":8080" (the same), "name:8080",
// "unix:/run/tollgate.sock".
class Address {
public:
    // nullopt, with `problem` saying what was wanted, when the text is none of the above. Does not resolve names.
    static std::optional<Address> parse(std::string_view text, std::string& problem);

    const std::string& text() const noexcept { return text_; }  // as given
    bool is_unix() const noexcept { return !path_.empty(); }
    const std::string& path() const noexcept { return path_; }  // of a Unix socket
    const std::string& host() const noexcept { return host_; }  // without brackets; "" for every address
    std::uint16_t port() const noexcept { return port_; }
    // True for an IP literal or a Unix path: resolve() will not ask DNS.
    bool is_literal() const noexcept;
    // Block on DNS for a name: not on a loop. Throw Poco::Exception where the name has no address. All of them: each once,
    // IPv4 first, since a name such as "localhost" often has both while services listen on one.
    Poco::Net::SocketAddress resolve() const { return resolve_all().front(); }
    std::vector<Poco::Net::SocketAddress> resolve_all() const;

private:
    std::string text_, host_, path_;
    std::uint16_t port_ = 0;
};

// An IP as 16 bytes (IPv4 mapped into ::ffff:0:0/96), for comparing without caring for the family.
struct Ip {
    std::array<std::uint8_t, 16> bytes{};
    static std::optional<Ip> parse(std::string_view text);
    bool is_v4() const noexcept;
    bool operator==(const Ip&) const = default;
};

// "10.0.0.0/8", "2001:db8::/32", "192.0.2.7", or "unix:" for clients on a Unix socket. "::/0" is all of IPv6, and nothing of
// IPv4: that it lies within, as ::ffff:0:0/96, is our way of writing it.
class Range {
public:
    static std::optional<Range> parse(std::string_view text, std::string& problem);
    bool contains(const Ip& ip) const noexcept;
    bool includes(const Range& smaller) const noexcept;  // also the same one
    bool is_unix() const noexcept { return unix_; }

private:
    Ip first_;
    int bits_ = 128;
    bool unix_ = false;
};

}  // namespace tollgate::net

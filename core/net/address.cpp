// core/net/address.cpp - parses and resolves addresses; matches IPs against ranges.
#include "net/address.h"

#include "support/text.h"

#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/NetException.h>

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace tollgate::net {

namespace {

constexpr int mapped_bits = 96;  // of the range that IPv4 is

// RFC 1123 names, and "_" which container networks use.
bool is_host_name(std::string_view host) {
    return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '-' || c == '.' || c == '_';
    });
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text, std::string& problem) {
    Address address;
    address.text_ = text;
    if (text.starts_with("unix:")) {
        address.path_ = text.substr(5);
        // sun_path holds 108 bytes with its NUL.
        if (address.path_.empty() || address.path_.size() > 107 || address.path_.front() != '/') {
            problem = "expected unix:/absolute/path of at most 107 bytes, got " + text::quote(text);
            return std::nullopt;
        }
        return address;
    }
    const auto colon = text.rfind(':');
    std::string_view host = colon == text.npos ? text : text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (colon == text.npos || (host.find(':') != host.npos && !bracketed)) {
        problem = "expected \"host:port\", \"[ipv6]:port\" or \"unix:/path\", got " + text::quote(text);
        return std::nullopt;
    }
    const auto digits = text.substr(colon + 1);
    const auto port = text::whole_number<unsigned>(digits);
    if (!port || *port > 65535) {
        problem = "expected a port of 0 to 65535, got " + text::quote(digits);
        return std::nullopt;
    }
    address.port_ = static_cast<std::uint16_t>(*port);
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
        in6_addr scratch;
        if (inet_pton(AF_INET6, std::string(host).c_str(), &scratch) != 1) {
            problem = "expected an IPv6 address in brackets, got " + text::quote(text);
            return std::nullopt;
        }
    } else if (host == "*" || host.empty()) {
        host = {};
    } else if (!is_host_name(host)) {
        problem = "expected a host name or an IP address, got " + text::quote(host);
        return std::nullopt;
    }
    address.host_ = host;
    return address;
}

bool Address::is_literal() const noexcept { return is_unix() || host_.empty() || Ip::parse(host_).has_value(); }

std::vector<Poco::Net::SocketAddress> Address::resolve_all() const {
    using Poco::Net::SocketAddress;
    if (is_unix()) return {SocketAddress{SocketAddress::UNIX_LOCAL, path_}};
    if (host_.empty()) return {SocketAddress{Poco::Net::IPAddress{"::"}, port_}};
    if (is_literal()) return {SocketAddress{Poco::Net::IPAddress{host_}, port_}};
    const auto entry = Poco::Net::DNS::hostByName(host_);
    std::vector<SocketAddress> found;
    for (const auto family : {Poco::Net::AddressFamily::IPv4, Poco::Net::AddressFamily::IPv6})
        for (const auto& address : entry.addresses()) {
            const SocketAddress one{address, port_};
            if (one.family() == family && std::find(found.begin(), found.end(), one) == found.end()) found.push_back(one);
        }
    if (found.empty()) throw Poco::Net::NoAddressFoundException(host_);
    return found;
}

std::optional<Ip> Ip::parse(std::string_view text) {
    char buffer[INET6_ADDRSTRLEN];
    if (text.size() >= sizeof buffer || text.find('\0') != text.npos) return std::nullopt;
    std::memcpy(buffer, text.data(), text.size());
    buffer[text.size()] = 0;
    Ip ip;
    if (inet_pton(AF_INET, buffer, ip.bytes.data() + 12) == 1) {
        ip.bytes[10] = ip.bytes[11] = 0xff;
        return ip;
    }
    if (inet_pton(AF_INET6, buffer, ip.bytes.data()) == 1) return ip;
    return std::nullopt;
}

bool Ip::is_v4() const noexcept {
    constexpr std::array<std::uint8_t, mapped_bits / 8> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return std::memcmp(bytes.data(), mapped.data(), mapped.size()) == 0;
}

std::optional<Range> Range::parse(std::string_view text, std::string& problem) {
    Range range;
    if (text == "unix:") {
        range.unix_ = true;
        return range;
    }
    const auto slash = text.find('/');
    const auto ip = Ip::parse(text.substr(0, slash));
    if (!ip) {
        problem = "expected an address or a range such as \"10.0.0.0/8\", got " + text::quote(text);
        return std::nullopt;
    }
    const bool v4 = text.substr(0, slash).find(':') == text.npos;
    const int width = v4 ? 32 : 128;
    int bits = width;
    if (slash != text.npos) {
        const auto digits = text.substr(slash + 1);
        bits = text::whole_number<int>(digits).value_or(-1);
        if (bits < 0 || bits > width) {
            problem = "expected a prefix length of 0 to " + std::to_string(width) + ", got " + text::quote(digits);
            return std::nullopt;
        }
    }
    range.first_ = *ip;
    range.bits_ = bits + (128 - width);
    Ip masked = *ip;
    for (int bit = range.bits_; bit < 128; ++bit) masked.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80 >> (bit % 8)));
    if (!(masked == *ip)) {
        problem = "expected a range without bits beyond its prefix, got " + text::quote(text);
        return std::nullopt;
    }
    return range;
}

bool Range::contains(const Ip& ip) const noexcept {
    if (unix_ || (bits_ < mapped_bits && ip.is_v4())) return false;
    const int whole = bits_ / 8, rest = bits_ % 8;
    if (std::memcmp(ip.bytes.data(), first_.bytes.data(), whole) != 0) return false;
    return rest == 0 || ((ip.bytes[whole] ^ first_.bytes[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

bool Range::includes(const Range& smaller) const noexcept {
    if (unix_ || smaller.unix_) return unix_ == smaller.unix_;
    return bits_ <= smaller.bits_ && contains(smaller.first_);
}

}  // namespace tollgate::net

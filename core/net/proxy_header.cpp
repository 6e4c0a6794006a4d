// core/net/proxy_header.cpp - reading both versions of the header.
#include "net/proxy_header.h"

#include "support/text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace tollgate::net {

namespace {

using Found = ProxyHeader::Found;

constexpr std::string_view signature1 = "PROXY ", signature2{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t longest1 = 107;  // with its line's end
constexpr std::size_t fixed2 = 16;     // what version 2 begins with
constexpr std::uint8_t crc32c_type = 0x03;

std::size_t length_at(std::string_view bytes, std::size_t at) noexcept {
    return std::size_t{static_cast<unsigned char>(bytes[at])} << 8 | static_cast<unsigned char>(bytes[at + 1]);
}

void set_client(ProxyHeader& header, const char* address, bool v4) {
    Ip ip;
    if (v4) {
        ip.bytes[10] = ip.bytes[11] = 0xff;
        std::memcpy(ip.bytes.data() + 12, address, 4);
    } else {
        std::memcpy(ip.bytes.data(), address, 16);
    }
    // IPv4 is shown as IPv4, also where it was written as IPv6.
    const bool mapped = IN6_IS_ADDR_V4MAPPED(reinterpret_cast<const in6_addr*>(ip.bytes.data()));
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(mapped ? AF_INET : AF_INET6, ip.bytes.data() + (mapped ? 12 : 0), text, sizeof text);
    header.client = ip;
    header.client_text = text;
}

bool is_port(std::string_view text) noexcept {
    const auto port = text::whole_number<unsigned>(text);
    const bool padded = text.size() > 1 && text[0] == '0';
    return port && *port <= 65535 && !padded;
}

// "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n", or "PROXY UNKNOWN" with whatever behind it.
Found read1(std::string_view bytes, ProxyHeader& header) {
    const auto end = bytes.substr(0, longest1).find("\r\n");
    if (end == bytes.npos) return bytes.size() < longest1 ? Found::incomplete : Found::none;
    header.size = end + 2;
    std::string_view rest = bytes.substr(signature1.size(), end - signature1.size());
    if (rest == "UNKNOWN" || rest.starts_with("UNKNOWN ")) return Found::whole;
    std::array<std::string_view, 5> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto blank = i + 1 < fields.size() ? rest.find(' ') : rest.size();
        if (blank == rest.npos) return Found::none;
        fields[i] = rest.substr(0, blank);
        rest.remove_prefix(std::min(blank + 1, rest.size()));
    }
    const auto& [family, source, destination, source_port, destination_port] = fields;
    if (family != "TCP4" && family != "TCP6") return Found::none;
    const bool v4 = family == "TCP4";
    const auto is_of_family = [v4](std::string_view text) { return Ip::parse(text) && (text.find(':') == text.npos) == v4; };
    if (!is_of_family(source) || !is_of_family(destination) || !is_port(source_port) || !is_port(destination_port))
        return Found::none;
    const Ip ip = *Ip::parse(source);
    set_client(header, reinterpret_cast<const char*>(ip.bytes.data()) + (v4 ? 12 : 0), v4);
    return Found::whole;
}

// CRC-32C (RFC 3720 appendix B.4): one header per connection needs no table.
std::uint32_t crc32c(std::string_view bytes) noexcept {
    std::uint32_t crc = ~0u;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

// What follows the addresses: type, length, value, again and again. Only a checksum is of interest.
bool extensions_hold(std::string_view whole, std::size_t at) {
    while (at < whole.size()) {
        if (whole.size() - at < 3) return false;
        const std::size_t length = length_at(whole, at + 1);
        if (whole.size() - at - 3 < length) return false;
        if (static_cast<unsigned char>(whole[at]) == crc32c_type) {
            if (length != 4) return false;
            std::string blanked{whole};  // it was made with zeros in its own place
            blanked.replace(at + 3, 4, 4, '\0');
            const std::uint32_t said = std::uint32_t(length_at(whole, at + 3)) << 16 | std::uint32_t(length_at(whole, at + 5));
            if (crc32c(blanked) != said) return false;
        }
        at += 3 + length;
    }
    return true;
}

Found read2(std::string_view bytes, ProxyHeader& header) {
    if (bytes.size() < fixed2) return Found::incomplete;
    const unsigned command = static_cast<unsigned char>(bytes[12]), kind = static_cast<unsigned char>(bytes[13]);
    const std::size_t length = length_at(bytes, 14);
    if (command >> 4 != 2 || (command & 15) > 1 || fixed2 + length > ProxyHeader::most) return Found::none;
    if (bytes.size() < fixed2 + length) return Found::incomplete;
    header.size = fixed2 + length;
    if ((command & 15) == 0) return Found::whole;  // LOCAL: whatever follows means nothing
    // UNSPEC; then TCP over IPv4, over IPv6, over a Unix socket. Anything else does not come by a stream.
    const std::size_t addresses = kind == 0x11 ? 12 : kind == 0x21 ? 36 : kind == 0x31 ? 216 : 0;
    if ((kind != 0 && addresses == 0) || addresses > length) return Found::none;
    if (kind != 0 && !extensions_hold(bytes.substr(0, header.size), fixed2 + addresses)) return Found::none;
    if (kind == 0x11 || kind == 0x21) set_client(header, bytes.data() + fixed2, kind == 0x11);
    return Found::whole;
}

}  // namespace

ProxyHeader::Found ProxyHeader::read(std::string_view bytes, ProxyHeader& header) {
    header = {};
    const auto begins_with = [bytes](std::string_view signature) {
        const auto both = std::min(bytes.size(), signature.size());
        return bytes.substr(0, both) == signature.substr(0, both);
    };
    if (begins_with(signature1)) return bytes.size() < signature1.size() ? Found::incomplete : read1(bytes, header);
    if (begins_with(signature2)) return bytes.size() < signature2.size() ? Found::incomplete : read2(bytes, header);
    return Found::none;
}

int ReadProxyHeader::look(std::string_view bytes) {
    switch (ProxyHeader::read(bytes, header_)) {
        case Found::whole: return static_cast<int>(header_.size);
        case Found::incomplete: return 0;
        case Found::none: break;
    }
    return -1;
}

}  // namespace tollgate::net

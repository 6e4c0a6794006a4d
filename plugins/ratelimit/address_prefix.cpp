// plugins/ratelimit/address_prefix.cpp - bits beyond the prefix become 0.
#include "address_prefix.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace tollgate::ratelimit {

namespace {

constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // ::ffff:0:0/96

std::string_view write(int family, unsigned char* bytes, int size, int prefix, std::string& scratch) {
    for (int i = 0; i < size; ++i)
        bytes[i] = static_cast<unsigned char>(bytes[i] & (0xff00 >> std::clamp(prefix - 8 * i, 0, 8)));
    char text[INET6_ADDRSTRLEN];
    ::inet_ntop(family, bytes, text, sizeof text);
    scratch = text;
    if (prefix < 8 * size) scratch += '/' + std::to_string(prefix);
    return scratch;
}

}  // namespace

std::string_view network_of(std::string_view address, Prefixes prefixes, std::string& scratch) {
    const bool six = address.find(':') != address.npos;
    if ((!six && prefixes.ipv4 == 32) || address.size() >= INET6_ADDRSTRLEN) return address;
    char text[INET6_ADDRSTRLEN] = {};
    std::memcpy(text, address.data(), address.size());
    unsigned char bytes[16];
    if (::inet_pton(six ? AF_INET6 : AF_INET, text, bytes) != 1) return address;  // "unix:"
    if (!six) return write(AF_INET, bytes, 4, prefixes.ipv4, scratch);
    if (std::equal(mapped.begin(), mapped.end(), bytes)) return write(AF_INET, bytes + 12, 4, prefixes.ipv4, scratch);
    return prefixes.ipv6 == 128 ? address : write(AF_INET6, bytes, 16, prefixes.ipv6, scratch);
}

}  // namespace tollgate::ratelimit

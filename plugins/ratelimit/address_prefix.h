// plugins/ratelimit/address_prefix.h - the network that an address counts as: whoever has a /64 has 2^64 addresses.
#pragma once

#include <string>
#include <string_view>

namespace tollgate::ratelimit {

struct Prefixes {
    int ipv4 = 32, ipv6 = 64;  // bits
};

// "2001:db8:0:7::/64" of "2001:db8:0:7:a::1"; an address that counts whole, and what is no address, as it is. An IPv4
// address written as IPv6 counts as IPv4. The view holds until `scratch` or `address` changes.
std::string_view network_of(std::string_view address, Prefixes prefixes, std::string& scratch);

}  // namespace tollgate::ratelimit

// plugins/auth/ip/networks.cpp - parsing networks, and the tree they are found in.
#include "networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <string>

namespace tollgate::auth::ip {

namespace {

constexpr std::size_t longest_text = 45;  // INET6_ADDRSTRLEN without its NUL

bool bit_of(const Address& address, std::size_t at) noexcept { return (address[at / 8] >> (7 - at % 8) & 1) != 0; }

// How many bits the two have in common at the beginning, at most `most`.
std::size_t common_bits(const Address& a, const Address& b, std::size_t most) noexcept {
    for (std::size_t byte = 0; byte * 8 < most; ++byte)
        if (const auto differing = static_cast<unsigned char>(a[byte] ^ b[byte]); differing != 0)
            return std::min(most, byte * 8 + static_cast<std::size_t>(std::countl_zero(differing)));
    return most;
}

Network cut(const Network& network, std::size_t length) noexcept {
    Network shorter{{}, length};
    for (std::size_t at = 0; at < length; ++at)
        if (bit_of(network.address, at)) shorter.address[at / 8] |= static_cast<unsigned char>(0x80 >> at % 8);
    return shorter;
}

}  // namespace

std::optional<Address> address_of(std::string_view text) noexcept {
    char terminated[longest_text + 1] = {};
    if (text.empty() || text.size() > longest_text) return std::nullopt;
    text.copy(terminated, text.size());
    Address address{};
    if (inet_pton(AF_INET6, terminated, address.data()) == 1) return address;
    address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (inet_pton(AF_INET, terminated, address.data() + 12) == 1) return address;
    return std::nullopt;
}

std::optional<Network> Network::parse(std::string_view text) noexcept {
    const std::size_t slash = text.find('/');
    const auto address = address_of(text.substr(0, slash));
    if (!address) return std::nullopt;
    Network network{*address, 128};
    if (slash == std::string_view::npos) return network;
    const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
    const std::size_t most = v4 ? 32 : 128;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, network.length);
    if (error != std::errc{} || rest != end || network.length > most) return std::nullopt;
    if (v4) network.length += 96;
    if (cut(network, network.length).address != network.address) return std::nullopt;
    return network;
}

bool Network::is_v4() const noexcept {
    constexpr Address mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return length >= 96 && std::equal(mapped.begin(), mapped.begin() + 12, address.begin());
}

std::uint32_t Networks::make(const Network& network, std::optional<bool> value) {
    nodes_.push_back({network, value, {none, none}});
    return static_cast<std::uint32_t>(nodes_.size() - 1);
}

bool Networks::add(const Network& network, bool value) {
    std::uint32_t& root = roots_[network.is_v4()];
    std::uint32_t parent = none, at = root;
    bool side = false;
    const auto hang = [&](std::uint32_t node) { (parent == none ? root : nodes_[parent].below[side]) = node; };
    while (at != none) {
        const Network here = nodes_[at].network;
        const std::size_t common = common_bits(here.address, network.address, std::min(here.length, network.length));
        if (common < here.length) {
            // It ends, or leaves, above this node.
            const bool ends = common == network.length;
            const std::uint32_t above = ends ? make(network, value) : make(cut(network, common), std::nullopt);
            nodes_[above].below[bit_of(here.address, common)] = at;
            hang(above);
            if (ends) return true;
            const std::uint32_t leaf = make(network, value);
            nodes_[above].below[bit_of(network.address, common)] = leaf;
            return true;
        }
        if (common == network.length) {
            if (nodes_[at].value) return false;
            nodes_[at].value = value;
            return true;
        }
        parent = at;
        side = bit_of(network.address, common);
        at = nodes_[at].below[side];
    }
    const std::uint32_t leaf = make(network, value);
    hang(leaf);
    return true;
}

std::optional<bool> Networks::find(const Address& address) const noexcept {
    std::optional<bool> found;
    for (std::uint32_t at = roots_[Network{address}.is_v4()]; at != none;) {
        const Node& node = nodes_[at];
        if (common_bits(node.network.address, address, node.network.length) < node.network.length) return found;
        if (node.value) found = node.value;
        if (node.network.length == 128) return found;
        at = node.below[bit_of(address, node.network.length)];
    }
    return found;
}

}  // namespace tollgate::auth::ip

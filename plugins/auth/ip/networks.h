// plugins/auth/ip/networks.h - Networks: ranges of addresses, of which the narrowest that holds an address decides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tollgate::auth::ip {

// An address of 128 bits; IPv4 as ::ffff:a.b.c.d, so that a client is the same however it came.
using Address = std::array<unsigned char, 16>;
std::optional<Address> address_of(std::string_view text) noexcept;

struct Network {
    Address address{};
    std::size_t length = 128;  // bits that count
    // "10.0.0.0/8", "2001:db8::/32", "192.0.2.7". nullopt for anything else, and for bits beyond the prefix.
    static std::optional<Network> parse(std::string_view text) noexcept;
    // Whether all of it is IPv4. No network is partly: "::/0" is all of IPv6 and nothing else, as operators mean it.
    bool is_v4() const noexcept;
};

// A binary radix tree with compressed paths: a lookup takes a step per branch, at most 128, however many there are.
// Immutable once filled; find() is safe from any thread.
class Networks {
public:
    // False if that network is in it already.
    bool add(const Network& network, bool value);
    // The value of the narrowest network that holds the address; nullopt where none does.
    std::optional<bool> find(const Address& address) const noexcept;
    bool empty() const noexcept { return nodes_.empty(); }

private:
    static constexpr std::uint32_t none = UINT32_MAX;
    struct Node {
        Network network;
        std::optional<bool> value;  // none: only a fork
        std::array<std::uint32_t, 2> below{none, none};
    };
    std::uint32_t make(const Network& network, std::optional<bool> value);

    std::vector<Node> nodes_;
    std::array<std::uint32_t, 2> roots_{none, none};  // of IPv6, and of IPv4
};

}  // namespace tollgate::auth::ip

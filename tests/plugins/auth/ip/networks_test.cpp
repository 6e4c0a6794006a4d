// tests/plugins/auth/ip/networks_test.cpp - the narrowest network decides, whatever came in first, in IPv4 and IPv6.
#include "ip/networks.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace tollgate::auth::ip;

namespace {

using Listed = std::vector<std::pair<std::string, bool>>;

Networks made(const Listed& listed) {
    Networks networks;
    for (const auto& [text, value] : listed) BOOST_TEST(networks.add(Network::parse(text).value(), value), text);
    return networks;
}
std::string found(const Networks& networks, const std::string& address) {
    const auto value = networks.find(address_of(address).value());
    return value ? *value ? "yes" : "no" : "none";
}
bool holds(const Network& network, const Address& address) {
    for (std::size_t at = 0; at < network.length; ++at)
        if (((network.address[at / 8] ^ address[at / 8]) >> (7 - at % 8) & 1) != 0) return false;
    return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_ip_networks)

BOOST_AUTO_TEST_CASE(the_narrowest_network_decides_in_every_order) {
    Listed listed{{"10.0.0.0/8", true}, {"10.9.0.0/16", false}, {"10.9.1.0/24", true}, {"10.9.1.7", false}, {"2001:db8::/32", true}};
    std::sort(listed.begin(), listed.end());
    do {
        const Networks networks = made(listed);
        for (const auto& [address, value] :
             {std::pair{"10.1.2.3", "yes"}, {"10.9.2.3", "no"}, {"10.9.1.3", "yes"}, {"10.9.1.7", "no"}, {"11.0.0.0", "none"},
              {"9.255.255.255", "none"}, {"2001:db8::1", "yes"}, {"2001:db9::1", "none"}, {"::ffff:10.9.1.7", "no"},
              {"::10.9.1.7", "none"}})
            BOOST_TEST(found(networks, address) == value, address);
    } while (std::next_permutation(listed.begin(), listed.end()));
}

BOOST_AUTO_TEST_CASE(everything_may_be_named) {
    const Networks v4 = made({{"0.0.0.0/0", true}});
    BOOST_TEST(found(v4, "255.255.255.255") == "yes");
    BOOST_TEST(found(v4, "2001:db8::1") == "none");
    const Networks all = made({{"::/0", true}, {"0.0.0.0/0", false}});
    BOOST_TEST(found(all, "2001:db8::1") == "yes");
    BOOST_TEST(found(all, "192.0.2.1") == "no");
    BOOST_TEST(found(Networks{}, "192.0.2.1") == "none");
}

BOOST_AUTO_TEST_CASE(what_is_ipv6_says_nothing_of_ipv4) {
    for (const char* wide : {"::/0", "::/1", "::/80", "::fffe:0:0/95"}) {
        const Networks networks = made({{wide, true}});
        BOOST_TEST(found(networks, "::1") == (std::string_view{wide}.ends_with("95") ? "none" : "yes"), wide);
        for (const char* address : {"192.0.2.1", "0.0.0.0", "255.255.255.255", "::ffff:192.0.2.1"})
            BOOST_TEST(found(networks, address) == "none", wide << ' ' << address);
    }
    const Networks mapped = made({{"::ffff:0:0/96", true}, {"::ffff:10.0.0.0/104", false}});
    BOOST_TEST(found(mapped, "192.0.2.1") == "yes");
    BOOST_TEST(found(mapped, "10.1.2.3") == "no");
    Networks again = made({{"0.0.0.0/0", true}});
    BOOST_TEST(!again.add(Network::parse("::ffff:0:0/96").value(), false));  // the same network
}

BOOST_AUTO_TEST_CASE(a_network_twice_is_refused_also_where_a_fork_has_its_place) {
    Networks networks = made({{"10.0.0.0/9", true}, {"10.128.0.0/9", true}});  // which fork at 10.0.0.0/8
    BOOST_TEST(!networks.add(Network::parse("10.0.0.0/9").value(), false));
    BOOST_TEST(networks.add(Network::parse("10.0.0.0/8").value(), false));
    BOOST_TEST(!networks.add(Network::parse("10.0.0.0/8").value(), true));
    BOOST_TEST(!networks.add(Network::parse("::ffff:10.0.0.0/104").value(), true));
    BOOST_TEST(found(networks, "10.200.0.1") == "yes");
}

BOOST_AUTO_TEST_CASE(what_is_no_network_is_refused) {
    for (const char* text : {"", "10", "10.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.0/8x",
                             "10.0.0.1/8", "::1/64", "2001:db8::/129", "/8", "10.0.0.0//8", "010.0.0.1", "256.0.0.1", "fe80::1%eth0",
                             "unix:", "1:2:3:4:5:6:7:8:9", "10.0.0.0/+8"})
        BOOST_TEST(!Network::parse(text).has_value(), text);
    BOOST_TEST(!address_of("unix:"));
}

// Against the plain way: all of them, one after the other.
BOOST_AUTO_TEST_CASE(many_random_networks_are_found_as_by_looking_at_each) {
    std::mt19937_64 random{20261121};
    const auto address = [&] {
        Address made{};
        // Few distinct bits, so that networks lie within one another.
        for (unsigned char& byte : made) byte = static_cast<unsigned char>(random() & 0x81);
        return made;
    };
    std::vector<std::pair<Network, bool>> listed;
    Networks networks;
    for (int i = 0; i < 3000; ++i) {
        Network network{address(), random() % 129};
        for (std::size_t at = network.length; at < 128; ++at)
            network.address[at / 8] &= static_cast<unsigned char>(~(0x80 >> at % 8));
        const bool value = (random() & 1) != 0;
        if (networks.add(network, value)) listed.emplace_back(network, value);
    }
    BOOST_TEST(listed.size() > 1000u);
    for (int i = 0; i < 3000; ++i) {
        const Address wanted = address();
        std::optional<bool> expected;
        std::size_t longest = 0;
        for (const auto& [network, value] : listed)
            if (network.length >= longest && network.is_v4() == Network{wanted}.is_v4() && holds(network, wanted)) expected = value, longest = network.length;
        BOOST_TEST((networks.find(wanted) == expected));
    }
}

BOOST_AUTO_TEST_SUITE_END()

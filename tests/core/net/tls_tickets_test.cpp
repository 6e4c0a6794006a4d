// tests/core/net/tls_tickets_test.cpp - ticket keys, by a clock of the test's own.
#include "net/tls_tickets.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::net;
using namespace std::chrono_literals;

namespace {

struct Drawer {
    TimePoint now{1000h};
    TlsTickets tickets{[this] { return now; }};
    // 0: unknown; 1: known; 2: known, but there is a newer one.
    int opens(const TlsTickets::Key& key) {
        bool sealed_anew = false;
        const auto found = tickets.to_open(key.name, sealed_anew);
        if (!found) return 0;
        BOOST_TEST((found->cipher == key.cipher && found->digest == key.digest));
        return sealed_anew ? 2 : 1;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(net_tls_tickets)

BOOST_AUTO_TEST_CASE(a_key_seals_for_its_lifetime_and_opens_for_another) {
    Drawer drawer;
    const auto first = *drawer.tickets.to_seal();
    drawer.now += TlsTickets::lifetime - 1ns;
    BOOST_TEST((drawer.tickets.to_seal()->name == first.name));
    BOOST_TEST(drawer.opens(first) == 1);
    drawer.now += 1ns;
    const auto second = *drawer.tickets.to_seal();
    BOOST_TEST((second.name != first.name));
    BOOST_TEST((second.cipher != first.cipher));
    BOOST_TEST((second.digest != first.digest));
    BOOST_TEST(drawer.opens(first) == 2);
    BOOST_TEST(drawer.opens(second) == 1);
    drawer.now += TlsTickets::lifetime;
    BOOST_TEST(drawer.opens(first) == 0);
    BOOST_TEST(drawer.opens(second) == 2);
}

BOOST_AUTO_TEST_CASE(an_old_key_is_forgotten_also_where_nobody_came_meanwhile) {
    Drawer drawer;
    const auto first = *drawer.tickets.to_seal();
    drawer.now += 2 * TlsTickets::lifetime;
    BOOST_TEST(drawer.opens(first) == 0);
}

BOOST_AUTO_TEST_CASE(keys_of_others_are_unknown) {
    Drawer one, other;
    const auto key = *one.tickets.to_seal();
    BOOST_TEST(other.opens(key) == 0);
    other.tickets.to_seal();
    BOOST_TEST(other.opens(key) == 0);
}

BOOST_AUTO_TEST_CASE(who_takes_keys_over_opens_what_was_sealed_and_goes_on_with_them) {
    Drawer old;
    const auto first = *old.tickets.to_seal();
    old.now += TlsTickets::lifetime;
    const auto second = *old.tickets.to_seal();
    Drawer fresh;
    fresh.now = old.now + 1h;
    fresh.tickets.take_over(old.tickets.to_hand_over());
    BOOST_TEST(fresh.opens(first) == 2);
    BOOST_TEST(fresh.opens(second) == 1);
    BOOST_TEST((fresh.tickets.to_seal()->name == second.name));
    // As old as they are.
    fresh.now = old.now + TlsTickets::lifetime;
    BOOST_TEST(fresh.opens(first) == 0);
    BOOST_TEST((fresh.tickets.to_seal()->name != second.name));
}

BOOST_AUTO_TEST_CASE(what_are_no_keys_is_passed_over) {
    Drawer drawer;
    const auto key = *drawer.tickets.to_seal();
    for (const std::string& nonsense : {std::string{}, std::string{"key"}, std::string(4096, 'x')}) drawer.tickets.take_over(nonsense);
    BOOST_TEST(drawer.opens(key) == 1);
    BOOST_TEST(Drawer{}.tickets.to_hand_over() == "");
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/net/known_addresses_test.cpp - what answers of DNS make of the addresses before them.
#include "net/known_addresses.h"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tollgate::net;

namespace {

Poco::Net::SocketAddress at(int number) { return Poco::Net::SocketAddress{"192.0.2." + std::to_string(number), 80}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(net_known_addresses)

BOOST_AUTO_TEST_CASE(last_answer_says_where_to_go) {
    KnownAddresses known;
    BOOST_TEST(known.current().empty());
    known.take_in({at(1), at(2)});
    known.take_in({at(2), at(3)});
    BOOST_TEST((known.current() == KnownAddresses::Addresses{at(2), at(3)}));
}

BOOST_AUTO_TEST_CASE(address_is_withdrawn_by_the_third_answer_in_a_row_that_lacks_it) {
    KnownAddresses known;
    BOOST_TEST(!known.take_in({at(1), at(2)}));
    for (int answer = 1; answer <= 2; ++answer) {
        BOOST_TEST(!known.take_in({at(2)}));
        BOOST_TEST(!known.withdrawn(at(1)));
    }
    BOOST_TEST(known.take_in({at(2)}));
    BOOST_TEST(known.withdrawn(at(1)));
    BOOST_TEST(!known.withdrawn(at(2)));
    BOOST_TEST(!known.take_in({at(2)}));  // told once
    BOOST_TEST(known.withdrawn(at(1)));   // whose request there lasts until then
}

BOOST_AUTO_TEST_CASE(answers_that_are_parts_of_a_whole_withdraw_nothing) {
    KnownAddresses known;
    constexpr int all = 6, at_a_time = 2;  // each comes with every third answer
    for (int answer = 0; answer < 30; ++answer) {
        const int first = answer * at_a_time % all;
        BOOST_TEST(!known.take_in({at(first), at(first + 1)}));
        for (int one = 0; one < all; ++one) BOOST_TEST(!known.withdrawn(at(one)));
    }
}

BOOST_AUTO_TEST_CASE(address_that_comes_back_is_counted_anew) {
    KnownAddresses known;
    known.take_in({at(1), at(2)});
    for (int answer = 0; answer < 3; ++answer) known.take_in({at(2)});
    BOOST_TEST(known.withdrawn(at(1)));
    known.take_in({at(1)});
    BOOST_TEST(!known.withdrawn(at(1)));
    BOOST_TEST(!known.take_in({at(3)}));
    BOOST_TEST(known.take_in({at(3)}));  // the third without the second address
    BOOST_TEST(known.withdrawn(at(2)));
    BOOST_TEST(!known.withdrawn(at(1)));
}

BOOST_AUTO_TEST_SUITE_END()

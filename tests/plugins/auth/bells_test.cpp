// tests/plugins/auth/bells_test.cpp - so many may wait, and who has left waits no more.
#include "bells.h"

#include <boost/test/unit_test.hpp>

#include <memory>

using namespace tollgate::auth;

BOOST_AUTO_TEST_SUITE(auth_bells)

BOOST_AUTO_TEST_CASE(so_many_may_wait_at_a_time) {
    Bells bells{2};
    auto first = bells.hang(), second = bells.hang();
    BOOST_TEST(bool(first));
    BOOST_TEST(bool(second));
    BOOST_TEST(!bells.hang());
    first.reset();  // who has left makes room
    const auto third = bells.hang();
    BOOST_TEST(bool(third));
    BOOST_TEST(!bells.hang());
    bells.ring_all();  // and so does who was rung
    const auto fourth = bells.hang(), fifth = bells.hang();
    BOOST_TEST(bool(fourth));
    BOOST_TEST(bool(fifth));
}

BOOST_AUTO_TEST_SUITE_END()

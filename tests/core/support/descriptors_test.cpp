// tests/core/support/descriptors_test.cpp - the soft limit of open descriptors goes up to the hard one.
#include "support/descriptors.h"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

BOOST_AUTO_TEST_SUITE(support_descriptors)

BOOST_AUTO_TEST_CASE(a_lowered_limit_is_raised_to_what_the_system_allows) {
    rlimit before{};
    BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit lowered = before;
    lowered.rlim_cur = before.rlim_max / 2;
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &lowered) == 0);
    BOOST_TEST(tollgate::raise_descriptor_limit());
    rlimit after{};
    BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &after) == 0);
    BOOST_TEST(after.rlim_cur == before.rlim_max);
    BOOST_TEST(tollgate::raise_descriptor_limit());  // again: nothing to do
    BOOST_TEST(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/main.cpp - the Boost.Test module every test program shares.
#define BOOST_TEST_MODULE tollgate
#include <boost/test/unit_test.hpp>

// tests/plugins/balancer/remembered_test.cpp - what is remembered by name, and when it is forgotten.
#include "remembered.h"

#include <boost/test/unit_test.hpp>

using namespace tollgate::balancer;
using namespace std::chrono_literals;

namespace {

using Numbers = Remembered<int>;
const Numbers::Clock::time_point start{1h};

}  // namespace

BOOST_AUTO_TEST_SUITE(balancer_remembered)

BOOST_AUTO_TEST_CASE(the_same_name_gives_the_same_and_another_another) {
    Numbers numbers;
    *numbers.of("a", start) = 7;

    BOOST_TEST(*numbers.of("a", start) == 7);
    BOOST_TEST(*numbers.of("b", start) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_held_is_never_forgotten) {
    Numbers numbers;
    const auto held = numbers.of("a", start);
    *held = 7;

    numbers.of("b", start + 24h);
    numbers.of("c", start + 48h);

    BOOST_TEST(*numbers.of("a", start + 48h) == 7);
}

BOOST_AUTO_TEST_CASE(what_nobody_holds_is_kept_for_ten_minutes_after_that_was_seen) {
    Numbers numbers;
    *numbers.of("a", start) = 7;
    numbers.of("b", start + 24h);
    numbers.of("c", start + 24h + 10min);
    BOOST_TEST(*numbers.of("a", start + 24h + 10min) == 7);  // and this begins anew

    numbers.of("d", start + 25h);
    numbers.of("e", start + 26h);

    BOOST_TEST(*numbers.of("a", start + 26h) == 0);
    BOOST_TEST(numbers.size() == 3u);  // a, d, e
}

BOOST_AUTO_TEST_SUITE_END()

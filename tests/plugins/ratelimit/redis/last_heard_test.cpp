// tests/plugins/ratelimit/redis/last_heard_test.cpp - who asked later knows better.
#include "redis/last_heard.h"

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace tollgate::ratelimit;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(ratelimit_redis_last_heard)

BOOST_AUTO_TEST_CASE(what_was_asked_later_holds) {
    LastHeard::Word word;
    BOOST_TEST(word.remaining() == 0);
    word.hear(1000ms, 40);
    BOOST_TEST(word.remaining() == 40);
    word.hear(1001ms, 39);
    word.hear(1000ms, 41);  // a reply that a slow loop read late
    BOOST_TEST(word.remaining() == 39);
    word.hear(1001ms, 38);
    BOOST_TEST(word.remaining() == 38);
    word.hear(3600000ms, 90);
    BOOST_TEST(word.remaining() == 90);
}

BOOST_AUTO_TEST_CASE(also_where_the_time_begins_anew) {
    constexpr std::chrono::milliseconds end{std::int64_t{1} << 32};
    LastHeard::Word word;
    word.hear(end - 5ms, 7);
    word.hear(end + 5ms, 6);
    BOOST_TEST(word.remaining() == 6);
    word.hear(end - 1ms, 5);
    BOOST_TEST(word.remaining() == 6);
}

BOOST_AUTO_TEST_CASE(every_count_that_a_limit_may_have_is_kept) {
    LastHeard::Word word;
    word.hear(1ms, 4'000'000'000);
    BOOST_TEST(word.remaining() == 4'000'000'000);
    word.hear(2ms, std::numeric_limits<std::int64_t>::max());
    BOOST_TEST(word.remaining() == 0xFFFF'FFFF);
    word.hear(3ms, -1);
    BOOST_TEST(word.remaining() == 0);
}

BOOST_AUTO_TEST_CASE(a_key_is_remembered_as_long_as_somebody_holds_it) {
    LastHeard all;
    auto one = all.of("alice");
    const auto other = all.of("alice"), another = all.of("bob");
    BOOST_TEST(one == other);
    BOOST_TEST(one != another);
    BOOST_TEST(all.keys() == 2u);
    one.reset();
    BOOST_TEST(all.keys() == 2u);
    all.of("carol")->hear(1ms, 3);
    BOOST_TEST(all.keys() == 2u);
    BOOST_TEST(all.of("carol")->remaining() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

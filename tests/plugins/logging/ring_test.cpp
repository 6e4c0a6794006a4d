// tests/plugins/logging/ring_test.cpp - lines through a ring: whole, in order, or not at all.
#include "ring.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>

using tollgate::logging::Ring;

namespace {

std::string taken(Ring& ring) {
    const Ring::Stretch stretch = ring.readable();
    std::string text{stretch.first};
    text += stretch.second;
    ring.consume(stretch.size());
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_ring)

BOOST_AUTO_TEST_CASE(what_goes_in_comes_out_in_order) {
    Ring ring{64};
    BOOST_TEST(ring.push("one\n"));
    BOOST_TEST(ring.push("two\n"));
    BOOST_TEST(taken(ring) == "one\ntwo\n");
    BOOST_TEST(taken(ring) == "");
}

BOOST_AUTO_TEST_CASE(the_capacity_is_the_next_power_of_two) {
    BOOST_TEST(Ring{1000}.capacity() == 1024u);
    BOOST_TEST(Ring{1024}.capacity() == 1024u);
}

BOOST_AUTO_TEST_CASE(a_line_that_does_not_fit_leaves_the_ring_as_it_was) {
    Ring ring{16};
    BOOST_TEST(ring.push("0123456789\n"));
    BOOST_TEST(!ring.push("abcdef\n"));
    BOOST_TEST(ring.push("abc\n"));
    BOOST_TEST(taken(ring) == "0123456789\nabc\n");
}

BOOST_AUTO_TEST_CASE(a_ring_can_be_filled_to_its_last_byte) {
    Ring ring{16};
    BOOST_TEST(ring.push("0123456789abcde\n"));
    BOOST_TEST(!ring.push("x"));
    BOOST_TEST(ring.used() == 16u);
    BOOST_TEST(taken(ring) == "0123456789abcde\n");
}

BOOST_AUTO_TEST_CASE(a_line_may_wrap_around) {
    Ring ring{16};
    BOOST_TEST(ring.push("0123456789\n"));
    taken(ring);
    BOOST_TEST(ring.push("abcdefghi\n"));
    BOOST_TEST(ring.readable().first == "abcde");
    BOOST_TEST(ring.readable().second == "fghi\n");
    BOOST_TEST(taken(ring) == "abcdefghi\n");
}

BOOST_AUTO_TEST_CASE(part_of_what_is_readable_can_be_consumed) {
    Ring ring{16};
    ring.push("one\ntwo\n");
    ring.consume(5);
    BOOST_TEST(ring.waiting() == 3u);
    BOOST_TEST(taken(ring) == "wo\n");
    BOOST_TEST(ring.waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(room_made_by_the_consumer_is_found_by_the_producer) {
    Ring ring{16};
    BOOST_TEST(ring.push("0123456789abcde\n"));
    ring.consume(8);
    BOOST_TEST(ring.push("1234567\n"));
    BOOST_TEST(!ring.push("x"));
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_or_torn_between_two_threads) {
    constexpr int lines = 200'000;
    Ring ring{256};
    std::thread producer{[&] {
        for (int i = 0; i < lines; ++i) {
            const std::string line = std::to_string(i) + std::string(static_cast<std::size_t>(i % 40), '.') + '\n';
            while (!ring.push(line)) std::this_thread::yield();
        }
    }};

    std::string all;
    int next = 0;
    bool right = true;
    while (next < lines && right) {
        all += taken(ring);
        std::size_t begin = 0;
        for (std::size_t end; (end = all.find('\n', begin)) != std::string::npos; begin = end + 1, ++next)
            right = right && all.substr(begin, end - begin) ==
                                 std::to_string(next) + std::string(static_cast<std::size_t>(next % 40), '.');
        all.erase(0, begin);
        if (begin == 0) std::this_thread::yield();
    }
    producer.join();

    BOOST_TEST(right);
    BOOST_TEST(next == lines);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/plugins/logging/lanes_test.cpp - who writes where, and rings that grow.
#include "lanes.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace tollgate::logging;
using Pushed = Lanes::Pushed;

namespace {

std::string taken(Lanes& lanes) {
    std::string text;
    lanes.each([&](Ring& ring) {
        const Ring::Stretch stretch = ring.readable();
        (text += stretch.first) += stretch.second;
        ring.consume(stretch.size());
        return true;
    });
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_lanes)

BOOST_AUTO_TEST_CASE(each_lane_has_its_own_room) {
    Lanes lanes{2, 16};
    BOOST_TEST(int(lanes.push(0, "0123456789abcde\n")) == int(Pushed::half_full));
    BOOST_TEST(int(lanes.push(0, "more\n")) == int(Pushed::dropped));
    BOOST_TEST(int(lanes.push(1, "other\n")) == int(Pushed::taken));
    BOOST_TEST(taken(lanes) == "0123456789abcde\nother\n");
    BOOST_TEST(lanes.empty());
}

BOOST_AUTO_TEST_CASE(threads_without_a_lane_share_one) {
    Lanes lanes{1, 1 << 20};
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i <= 4; ++i)
        threads.emplace_back([&lanes, i] {
            for (int line = 0; line < 1000; ++line) lanes.push(i, "line of a guest\n");
        });
    for (std::thread& thread : threads) thread.join();

    std::string wanted;
    for (int i = 0; i < 4000; ++i) wanted += "line of a guest\n";
    BOOST_TEST((taken(lanes) == wanted));
}

BOOST_AUTO_TEST_CASE(a_grown_lane_takes_more_and_gives_the_old_first) {
    Lanes lanes{1, 16};
    lanes.push(0, "0123456789\n");
    lanes.grow(64);
    BOOST_TEST(int(lanes.push(0, "a line of thirty characters...\n")) == int(Pushed::taken));
    BOOST_TEST(taken(lanes) == "0123456789\na line of thirty characters...\n");
}

BOOST_AUTO_TEST_CASE(a_lane_never_shrinks) {
    Lanes lanes{1, 64};
    lanes.grow(16);
    BOOST_TEST(int(lanes.push(0, "a line of thirty characters...\n")) == int(Pushed::taken));
}

BOOST_AUTO_TEST_CASE(one_ring_more_than_half_full_calls_for_hurry) {
    Lanes lanes{2, 16};
    lanes.push(1, "1234567\n");
    BOOST_TEST(lanes.unhurried());
    BOOST_TEST(int(lanes.push(1, "\n")) == int(Pushed::half_full));
    BOOST_TEST(!lanes.unhurried());
}

BOOST_AUTO_TEST_CASE(visiting_ends_when_told) {
    Lanes lanes{4, 16};
    int visits = 0;
    BOOST_TEST(!lanes.each([&](Ring&) { return ++visits < 2; }));
    BOOST_TEST(visits == 2);
}

BOOST_AUTO_TEST_SUITE_END()

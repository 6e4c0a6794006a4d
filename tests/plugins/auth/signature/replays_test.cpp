// tests/plugins/auth/signature/replays_test.cpp - nothing is taken twice within its time, and memory has an end.
#include "signature/replays.h"

#include "credentials.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace tollgate::auth;
using signature::Replays;

namespace {

Digest name(int number) { return sha256(std::to_string(number)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_signature_replays)

BOOST_AUTO_TEST_CASE(a_thing_is_first_once_within_its_time_whenever_it_came) {
    for (const double at : {0.0, 1.0, 50.0, 99.0, 100.0, 150.0}) {
        Replays replays;
        replays.settle(100, 1000);
        BOOST_TEST((replays.note(name(1), 1000) == Replays::Answer::first));
        BOOST_TEST((replays.note(name(2), 1000 + at) == Replays::Answer::first));
        for (const double later : {0.0, 10.0, 50.0, 99.9})
            BOOST_TEST((replays.note(name(2), 1000 + at + later) == Replays::Answer::again), at << " + " << later);
    }
}

BOOST_AUTO_TEST_CASE(what_is_long_over_is_forgotten) {
    Replays replays;
    replays.settle(100, 16);
    for (int i = 0; i < 16; ++i) (void)replays.note(name(i), 0);
    BOOST_TEST((replays.note(name(0), 250) == Replays::Answer::first));
}

BOOST_AUTO_TEST_CASE(without_room_nothing_more_is_taken_until_there_is_some) {
    Replays replays;
    replays.settle(100, 1600);
    int first = 0, full = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto answer = replays.note(name(i), 10);
        first += answer == Replays::Answer::first;
        full += answer == Replays::Answer::full;
    }
    BOOST_TEST(first == 1600);
    BOOST_TEST(first + full == 10'000);
    BOOST_TEST((replays.note(name(0), 60) == Replays::Answer::again));  // what was taken is still known
    int again = 0;
    for (int i = 0; i < 10'000; ++i) again += replays.note(name(i), 300) == Replays::Answer::again;
    BOOST_TEST(again == 0);
}

BOOST_AUTO_TEST_CASE(a_longer_time_holds_at_once_and_a_shorter_one_does_not) {
    Replays replays;
    replays.settle(10, 1000);
    BOOST_TEST((replays.note(name(1), 5) == Replays::Answer::first));
    replays.settle(100, 1000);
    BOOST_TEST((replays.note(name(1), 50) == Replays::Answer::again));
    replays.settle(1, 1000);
    BOOST_TEST((replays.note(name(1), 99) == Replays::Answer::again));
}

BOOST_AUTO_TEST_CASE(of_many_threads_one_is_first) {
    Replays replays;
    replays.settle(100, 100'000);
    std::vector<std::thread> threads;
    std::vector<int> first(4);
    for (int& count : first)
        threads.emplace_back([&replays, &count] {
            for (int i = 0; i < 2000; ++i) count += replays.note(name(i), 1) == Replays::Answer::first;
        });
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(first[0] + first[1] + first[2] + first[3] == 2000);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/plugins/cache/store/arena_test.cpp - numbers that are taken, given back and reserved.
#include "store/arena.h"

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>
#include <vector>

using namespace tollgate::cache;

namespace {

struct Thing {
    Number next = none;
    bool taken = false;
    bool used() const noexcept { return taken; }
};
using Things = Arena<Thing>;

Number take(Things& things) {
    const Number number = things.take();
    BOOST_REQUIRE(number < things.end());
    BOOST_REQUIRE(things.has(number));
    BOOST_REQUIRE(!things[number].used());
    things[number].taken = true;
    return number;
}

void give_back(Things& things, Number number) {
    things[number] = {};
    things.give_back(number);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_arena)

BOOST_AUTO_TEST_CASE(what_is_reserved_stays_whatever_is_given_back_before_it_is_taken) {
    Things things;
    things.reserve(1);
    const Number first = take(things);
    constexpr std::size_t many = 2 * Things::in_chunk - 1;
    things.reserve(many);
    const std::size_t bytes = things.bytes();
    give_back(things, first);
    BOOST_REQUIRE(things.bytes() == bytes);
    std::set<Number> numbers;
    for (std::size_t i = 0; i < many; ++i) numbers.insert(take(things));
    BOOST_TEST(numbers.size() == many);
    for (const Number number : numbers) give_back(things, number);
    BOOST_TEST(things.bytes() < bytes);  // and no longer than that
}

BOOST_AUTO_TEST_CASE(every_number_is_somebodys_alone_and_memory_goes_back) {
    Things things;
    std::mt19937 random{3};
    std::vector<Number> numbers;
    std::set<Number> taken;
    std::size_t most = 0;
    for (int round = 0; round < 200; ++round) {
        const std::size_t wanted = random() % 20'000;
        while (numbers.size() < wanted) {
            things.reserve(1);
            numbers.push_back(take(things));
            BOOST_REQUIRE(taken.insert(numbers.back()).second);
        }
        most = std::max(most, things.bytes());
        while (numbers.size() > wanted) {
            std::swap(numbers[random() % numbers.size()], numbers.back());
            give_back(things, numbers.back());
            taken.erase(numbers.back());
            numbers.pop_back();
        }
    }
    while (!numbers.empty()) {
        give_back(things, numbers.back());
        numbers.pop_back();
    }
    BOOST_TEST(things.bytes() <= most / 3);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/plugins/named_states_test.cpp - states that outlive a reload, made once.
#include "plugins/named_states.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate;
using plugins::NamedStates;

namespace {

std::shared_ptr<void> seven() { return std::make_shared<int>(7); }

}  // namespace

BOOST_AUTO_TEST_SUITE(plugins_named_states)

BOOST_AUTO_TEST_CASE(the_same_name_gives_the_same_state) {
    NamedStates states;
    const auto one = states.get("ratelimit", "buckets", "int", seven);
    BOOST_TEST(states.get("ratelimit", "buckets", "int", seven) == one);
    BOOST_TEST(states.get("ratelimit", "others", "int", seven) != one);
    BOOST_TEST(states.get("cache", "buckets", "int", seven) != one);
}

BOOST_AUTO_TEST_CASE(a_state_dies_with_its_last_holder) {
    NamedStates states;
    auto held = states.get("p", "n", "int", seven);
    BOOST_TEST(states.living() == 1u);
    held.reset();
    BOOST_TEST(states.living() == 0u);
    // Its name is free again, for another type too.
    BOOST_TEST(states.get("p", "n", "double", [] { return std::make_shared<double>(1); }) != nullptr);
}

BOOST_AUTO_TEST_CASE(another_type_under_a_living_name_is_refused) {
    NamedStates states;
    const auto held = states.get("p", "n", "int", seven);
    BOOST_CHECK_THROW(states.get("p", "n", "double", seven), std::logic_error);
}

BOOST_AUTO_TEST_CASE(however_many_ask_it_is_made_once) {
    NamedStates states;
    std::atomic<int> made{0};
    std::vector<std::shared_ptr<void>> got(8);
    std::vector<std::thread> threads;
    for (auto& mine : got)
        threads.emplace_back([&] {
            mine = states.get("p", "n", "int", [&]() -> std::shared_ptr<void> {
                ++made;
                return std::make_shared<int>(1);
            });
        });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(made == 1);
    for (const auto& mine : got) BOOST_TEST(mine == got[0]);
}

// What is made on one thread is looked at by others for being dead. ThreadSanitizer is the judge.
BOOST_AUTO_TEST_CASE(new_names_and_counts_race_with_nobody_who_makes_a_state) {
    NamedStates states;
    constexpr int rounds = 2000;
    std::vector<std::thread> threads;
    for (const char* prefix : {"a", "b", "c"})
        threads.emplace_back([&states, prefix] {
            for (int i = 0; i < rounds; ++i) (void)states.get("p", prefix + std::to_string(i), "int", seven);
        });
    std::size_t most = 0;
    for (int i = 0; i < rounds; ++i) most = std::max(most, states.living());
    for (auto& thread : threads) thread.join();
    BOOST_TEST(most <= threads.size());
    BOOST_TEST(states.living() == 0u);
}

// Two states made of each other's neighbours, while a third thread brings new names.
BOOST_AUTO_TEST_CASE(a_state_that_asks_for_others_never_waits_for_who_forgets_the_dead) {
    NamedStates states;
    std::vector<std::thread> threads;
    for (const char* prefix : {"a", "b"})
        threads.emplace_back([&states, prefix] {
            for (int i = 0; i < 500; ++i) {
                const std::string name = prefix + std::to_string(i);
                (void)states.get("p", name, "int", [&] { return states.get("p", "of " + name, "int", seven); });
            }
        });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(states.living() == 0u);
}

BOOST_AUTO_TEST_CASE(who_fails_to_make_it_leaves_the_name_free) {
    NamedStates states;
    const auto fails = []() -> std::shared_ptr<void> { throw std::runtime_error{"no disk"}; };
    BOOST_CHECK_THROW(states.get("p", "n", "int", fails), std::runtime_error);
    BOOST_TEST(states.get("p", "n", "int", seven) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_state_may_be_made_of_another_but_not_of_itself) {
    NamedStates states;
    const auto nested = [&] { return states.get("p", "inner", "int", seven); };
    BOOST_TEST(states.get("p", "outer", "int", nested) != nullptr);
    const auto itself = [&] { return states.get("p", "self", "int", seven); };
    BOOST_CHECK_THROW(states.get("p", "self", "int", itself), std::logic_error);
    BOOST_CHECK_THROW(states.get("p", "nothing", "int", [] { return std::shared_ptr<void>{}; }), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

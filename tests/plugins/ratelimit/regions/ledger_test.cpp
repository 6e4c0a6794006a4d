// tests/plugins/ratelimit/regions/ledger_test.cpp - who has counted what, who knows of it, and what it leads to here.
#include "regions/ledger.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>

using namespace tollgate::ratelimit::regions;

namespace {

constexpr Window minute{120'000, 60'000}, next{180'000, 60'000};
constexpr std::int64_t now = 70'000;  // in the first

std::unique_ptr<Ledger> ledger(std::size_t most = 100, bool slides = false) {
    return std::make_unique<Ledger>("here", most, slides);
}

std::uint64_t due(Ledger& ledger, std::int64_t when, std::uint64_t key = 1) {
    std::uint64_t sum = 0;
    for (const Count& count : ledger.due(when))
        if (count.key == key) sum += count.count;
    return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_regions_ledger)

BOOST_AUTO_TEST_CASE(what_others_count_is_due_once_and_grows_by_what_is_new) {
    const auto here = ledger();
    here->merge("us", {minute, 1, 3000});
    here->merge("us", {minute, 1, 2000});  // older, and late
    here->merge("asia", {minute, 1, 1000});
    BOOST_TEST(due(*here, now) == 4000U);
    BOOST_TEST(due(*here, now) == 0U);
    here->merge("us", {minute, 1, 3000});
    BOOST_TEST(due(*here, now) == 0U);
    here->merge("us", {minute, 1, 5000});
    BOOST_TEST(due(*here, now) == 2000U);
    BOOST_TEST(here->known(minute, 1).others == 6000U);
    BOOST_TEST(here->news().merged == 3U);
}

BOOST_AUTO_TEST_CASE(what_comes_back_of_ones_own_is_no_others) {
    const auto here = ledger();
    here->count(minute, 1, 2000);
    here->merge("here", {minute, 1, 9000});
    BOOST_TEST(due(*here, now) == 0U);
    BOOST_TEST(here->known(minute, 1).own == 2000U);
    BOOST_TEST(here->known(minute, 1).others == 0U);
}

BOOST_AUTO_TEST_CASE(a_window_that_only_others_clocks_have_begun_is_kept_back) {
    const auto here = ledger();
    here->merge("us", {next, 1, 3000});
    BOOST_TEST(due(*here, next.begin() - 1) == 0U);
    here->merge("us", {next, 1, 4000});
    BOOST_TEST(due(*here, next.begin()) == 4000U);
}

BOOST_AUTO_TEST_CASE(windows_are_forgotten_when_they_count_no_more) {
    for (const bool slides : {false, true}) {
        const auto here = ledger(100, slides);
        here->count(minute, 1, 1000);
        here->merge("us", {minute, 2, 1000});
        BOOST_TEST(here->keys() == 2U);
        here->due(minute.end + 1000);  // clocks that are behind may still be in it
        BOOST_TEST(here->keys() == 2U);
        here->due(minute.end + 3000);
        BOOST_TEST(here->keys() == (slides ? 2U : 0U));
        here->due(next.end + 3000);
        BOOST_TEST(here->keys() == 0U);
        BOOST_TEST(here->sums().empty());
    }
}

BOOST_AUTO_TEST_CASE(each_carrier_is_told_until_it_acknowledges) {
    const auto here = ledger();
    const auto numbers = here->carriers({"one", "other"});
    const auto one = numbers[0], other = numbers[1];
    BOOST_TEST((here->carriers({"other", "one"}) == std::vector{other, one}));
    here->count(minute, 1, 1000);
    auto said = here->unsaid(one, 10);
    BOOST_REQUIRE(said.size() == 1U);
    BOOST_TEST(said[0].count == 1000U);
    BOOST_TEST(here->unsaid(one, 10).empty());  // under way
    here->withdrawn(one, said);
    said = here->unsaid(one, 10);
    BOOST_REQUIRE(said.size() == 1U);
    here->count(minute, 1, 1000);  // grows meanwhile
    here->acknowledged(one, said);
    said = here->unsaid(one, 10);
    BOOST_REQUIRE(said.size() == 1U);
    BOOST_TEST(said[0].count == 2000U);
    here->acknowledged(one, said);
    BOOST_TEST(here->unsaid(one, 10).empty());
    BOOST_TEST(here->unsaid(other, 10).size() == 1U);
    here->say_all_again(one);
    BOOST_TEST(here->unsaid(one, 10).size() == 1U);
    const auto late = here->carriers({"one", "other", "late"})[2];
    BOOST_TEST(here->unsaid(late, 10).size() == 1U);
}

BOOST_AUTO_TEST_CASE(those_that_count_most_are_told_first_and_the_rest_later) {
    const auto here = ledger(1000);
    const auto carrier = here->carriers({"one"}).front();
    for (std::uint64_t key = 1; key <= 500; ++key) here->count(minute, key, 1000);
    for (std::uint64_t key = 501; key <= 510; ++key) here->count(minute, key, 50'000);
    here->count(next, 1, 8'000);
    auto said = here->unsaid(carrier, 11);
    BOOST_REQUIRE(said.size() == 11U);
    for (std::size_t i = 0; i < 10; ++i) BOOST_TEST(said[i].count == 50'000U);
    BOOST_TEST(said[10].count == 8'000U);
    std::size_t rounds = 0, told = said.size();
    for (; !said.empty(); ++rounds) {
        here->acknowledged(carrier, said);
        said = here->unsaid(carrier, 100);
        told += said.size();
        BOOST_TEST(said.size() <= 100U);
    }
    BOOST_TEST(rounds == 6U);
    BOOST_TEST(told == 511U);
}

BOOST_AUTO_TEST_CASE(of_those_that_count_alike_whoever_waits_longest_is_told_first) {
    const auto here = ledger(1000);
    const auto carrier = here->carriers({"one"}).front();
    for (std::uint64_t key = 1; key <= 20; ++key) here->count(minute, key, 1000);
    std::uint64_t expected = 0;
    for (std::uint64_t newer = 21; newer <= 60; newer += 10) {
        const auto said = here->unsaid(carrier, 10);
        BOOST_TEST_REQUIRE(said.size() == 10U);
        for (const Count& count : said) BOOST_TEST(count.key == ++expected);
        here->acknowledged(carrier, said);
        for (std::uint64_t key = newer; key < newer + 10; ++key) here->count(minute, key, 1000);
    }
}

BOOST_AUTO_TEST_CASE(a_carrier_that_is_named_no_more_makes_room_for_others) {
    const auto here = ledger();
    here->count(minute, 1, 1000);
    for (int i = 0; i < 100; ++i) {  // a password that changes, a server that moves
        const std::string name = "changing " + std::to_string(i);
        const auto numbers = here->carriers({"one", name});
        BOOST_TEST(numbers[0] == 0U);
        BOOST_TEST(numbers[1] == 1U);
        BOOST_TEST(here->carrier(name).value() == 1U);
        const auto said = here->unsaid(1, 10);
        BOOST_TEST_REQUIRE(said.size() == 1U);  // it knows nothing yet
        if (i % 2 == 0) here->acknowledged(1, said);
    }
    BOOST_TEST(here->unsaid(0, 10).size() == 1U);
    BOOST_TEST(!here->carrier("changing 98").has_value());
    BOOST_CHECK_THROW(here->carriers(std::vector<std::string>(Ledger::most_carriers + 1, "x")), std::length_error);
}

BOOST_AUTO_TEST_CASE(a_large_window_that_is_over_leaves_the_memory_piece_by_piece) {
    constexpr std::uint64_t keys = 20'000;
    const auto here = ledger(keys);
    for (std::uint64_t key = 1; key <= keys; ++key) here->count(minute, key, 1000);
    here->due(minute.end + 3000);
    BOOST_TEST(here->keys() == 0U);
    BOOST_TEST(here->leaving() > keys / 2);
    for (std::uint64_t key = 1; key <= keys; ++key) here->count(next, key, 1000);  // there is room at once
    BOOST_TEST(here->news().left_out == 0U);
    std::size_t calls = 0;
    for (std::size_t before = here->leaving(); before > 0; before = here->leaving(), ++calls) {
        here->due(minute.end + 3000);
        BOOST_TEST_REQUIRE(here->leaving() < before);
    }
    BOOST_TEST(calls >= 2U);
    BOOST_TEST(here->keys() == keys);
}

BOOST_AUTO_TEST_CASE(what_leaves_the_memory_is_never_more_than_there_is_room_for) {
    constexpr std::uint64_t keys = 20'000;
    const auto here = ledger(keys);
    for (std::int64_t second = 1; second <= 20; ++second) {
        const Window window{second * 10'000, 10'000};
        for (std::uint64_t key = 1; key <= keys; ++key) here->count(window, key, 1000);
        here->due(window.end + 3000);
        BOOST_TEST(here->leaving() <= keys);
    }
}

BOOST_AUTO_TEST_CASE(what_is_given_back_is_told_to_nobody_and_counts_against_what_follows) {
    const auto here = ledger();
    const auto carrier = here->carriers({"one"}).front();
    here->count(minute, 1, 3000);
    here->acknowledged(carrier, here->unsaid(carrier, 10));
    here->count(minute, 1, -2000);
    here->count(minute, 1, 2000);
    BOOST_TEST(here->unsaid(carrier, 10).empty());
    here->count(minute, 1, 500);
    const auto said = here->unsaid(carrier, 10);
    BOOST_REQUIRE(said.size() == 1U);
    BOOST_TEST(said[0].count == 3500U);
}

BOOST_AUTO_TEST_CASE(of_more_keys_than_there_is_room_for_the_last_are_left_out_and_counted) {
    const auto here = ledger(10);
    for (std::uint64_t key = 1; key <= 15; ++key) here->count(minute, key, 1000);
    for (std::uint64_t key = 11; key <= 15; ++key) here->merge("us", {minute, key, 1000});
    here->merge("us", {minute, 1, 1000});
    BOOST_TEST(here->keys() == 10U);
    const auto news = here->news();
    BOOST_TEST(news.left_out == 10U);
    BOOST_TEST(news.merged == 1U);
    BOOST_TEST(here->news().left_out == 0U);
}

BOOST_AUTO_TEST_CASE(where_a_window_has_ended_there_is_room_for_keys_that_were_left_out) {
    const auto here = ledger(10);
    const auto carrier = here->carriers({"one"}).front();
    for (std::uint64_t key = 1; key <= 10; ++key) here->count(minute, key, 1000);
    here->acknowledged(carrier, here->unsaid(carrier, 100));
    here->count(minute, 11, 1000);
    here->count(next, 11, 1000);
    here->merge("us", {next, 12, 1000});
    BOOST_TEST(here->unsaid(carrier, 100).empty());
    BOOST_TEST(here->news().left_out == 3U);
    here->due(minute.end + 3000);
    here->count(next, 11, 1000);
    here->merge("us", {next, 12, 3000});
    const auto said = here->unsaid(carrier, 100);
    BOOST_TEST_REQUIRE(said.size() == 1U);
    BOOST_TEST(said[0].key == 11U);
    BOOST_TEST(said[0].count == 1000U);
    BOOST_TEST(due(*here, next.begin(), 12) == 3000U);
    BOOST_TEST(here->news().left_out == 0U);
}

BOOST_AUTO_TEST_CASE(lives_of_gateways_are_forgotten_with_the_last_window_they_have_counted_in) {
    for (const bool slides : {false, true}) {
        const auto here = ledger(1000, slides);
        for (int life = 0; life < 100; ++life) {
            const Window window{60'000 * (life + 1), 60'000};
            const std::string name = "us~" + std::to_string(life);
            here->count(window, 1, 1000);
            here->merge(name, {window, 1, 500});
            here->merge(name, {window, 2, 700});
            BOOST_TEST(due(*here, window.begin()) == 500U);
            BOOST_TEST(here->nodes() <= (slides ? 4U : 3U));  // this one, and those of windows that still count
            const std::vector<std::pair<std::string, std::uint64_t>> counted{{"here", 1000}, {name, 1200}};
            BOOST_TEST((here->sums().back().nodes == counted));
            BOOST_TEST(here->known(window, 1).others == 500U);
        }
        here->due(60'000 * 103);
        BOOST_TEST(here->nodes() == 1U);
    }
}

// A count that is too great to grow by is a count.
BOOST_AUTO_TEST_CASE(a_node_is_not_forgotten_while_a_window_knows_of_it) {
    constexpr std::uint64_t most = ~std::uint64_t{0};
    const auto here = ledger();
    here->merge("asia", {minute, 1, 1000});
    here->merge("us", {next, 1, most});
    here->merge("eu", {next, 1, 1000});
    here->due(minute.end + 3000);
    BOOST_TEST(here->nodes() == 3U);
    here->merge("africa", {next, 2, 700});
    here->merge("eu", {next, 2, 700});
    const std::vector<std::pair<std::string, std::uint64_t>> counted{{"africa", 700}, {"eu", 700}, {"us", most}};
    BOOST_TEST((here->sums().back().nodes == counted));
}

// Three gateways and two servers that hold the greatest they were told: whatever is lost, late or told twice, all end
// with the same counts, which are what was counted.
BOOST_AUTO_TEST_CASE(gateways_converge_over_servers_that_are_away_half_of_the_time) {
    std::mt19937_64 random{11};
    for (int trial = 0; trial < 50; ++trial) {
        std::deque<Ledger> nodes;
        for (const char* name : {"a", "b", "c"}) nodes.emplace_back(name, 1000, false).carriers({"0", "1"});
        std::array<std::map<std::pair<std::string, std::uint64_t>, std::uint64_t>, 2> servers;
        std::map<std::uint64_t, std::uint64_t> truth;
        std::array<std::map<std::uint64_t, std::uint64_t>, 3> applied;
        const auto exchange = [&](std::size_t node, std::size_t server, bool reply_lost) {
            const auto carrier = nodes[node].carrier(std::to_string(server)).value();
            const auto said = nodes[node].unsaid(carrier, 1 + random() % 5);
            for (const Count& count : said) {
                auto& held = servers[server][{nodes[node].node(), count.key}];
                held = std::max(held, count.count);
            }
            if (reply_lost) return nodes[node].withdrawn(carrier, said);
            nodes[node].acknowledged(carrier, said);
            for (const auto& [whose, count] : servers[server])
                nodes[node].merge(whose.first, {minute, whose.second, count});
            for (const Count& count : nodes[node].due(now)) applied[node][count.key] += count.count;
        };
        for (int step = 0; step < 200; ++step) {
            const std::size_t node = random() % 3;
            const std::uint64_t key = 1 + random() % 7;
            nodes[node].count(minute, key, 1000);
            truth[key] += 1000;
            if (random() % 2 == 0) exchange(node, random() % 2, random() % 3 == 0);
            if (random() % 50 == 0) {  // a server loses its memory
                const std::size_t server = random() % 2;
                servers[server].clear();
                for (Ledger& one : nodes) one.say_all_again(one.carrier(std::to_string(server)).value());
            }
        }
        for (int round = 0; round < 20; ++round)
            for (std::size_t node = 0; node < 3; ++node)
                for (std::size_t server = 0; server < 2; ++server) exchange(node, server, false);
        for (std::size_t node = 0; node < 3; ++node)
            for (const auto& [key, count] : truth) {
                const auto known = nodes[node].known(minute, key);
                BOOST_TEST(known.own + known.others == count);
                BOOST_TEST(applied[node][key] == known.others);
            }
    }
}

BOOST_AUTO_TEST_SUITE_END()

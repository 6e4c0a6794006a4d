// tests/core/history/callers_test.cpp - what each caller was answered, and who is forgotten first.
#include "history/callers.h"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace tollgate::history;
using namespace std::chrono_literals;

namespace {

constexpr WallTime noon{std::chrono::hours{500'000}};

std::string codes(const CallerUsage& usage) {
    std::string text;
    for (const auto& code : usage.recent) text += (text.empty() ? "" : " ") + std::to_string(code.status);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(history_callers)

BOOST_AUTO_TEST_CASE(a_caller_has_his_counts_times_and_latest_codes) {
    Callers callers;
    callers.count({"key-1", "alice", "free"}, 200, 10ms, noon);
    callers.count({"key-2", "", ""}, 503, 1ms, noon + 1s);
    callers.count({"key-1", "alice", "gold"}, 429, 30ms, noon + 2s);
    const auto usage = callers.find("key-1");
    BOOST_REQUIRE(usage);
    BOOST_TEST(usage->owner == "alice");
    BOOST_TEST(usage->tier == "gold");
    BOOST_TEST(usage->statuses.total() == 2);
    BOOST_TEST(usage->statuses.limited == 1);
    BOOST_TEST((usage->time == 40ms));
    BOOST_TEST((usage->last_seen == noon + 2s));
    BOOST_TEST(codes(*usage) == "429 200");
    BOOST_TEST(usage->latencies.total() == 2);
    BOOST_TEST(!callers.find("alice").has_value());
}

BOOST_AUTO_TEST_CASE(only_the_latest_codes_are_kept) {
    Callers callers;
    for (int i = 0; i < 50; ++i) callers.count({"key", "", ""}, 200 + i, 1ms, noon + i * 1s);
    const auto usage = *callers.find("key");
    BOOST_TEST(usage.recent.size() == Callers::kept_codes);
    BOOST_TEST(codes(usage).starts_with("249 248 247"));
    BOOST_TEST(codes(usage).ends_with(" 230"));
    BOOST_TEST(usage.statuses.total() == 50);
}

BOOST_AUTO_TEST_CASE(who_has_not_come_for_longest_is_forgotten_first) {
    Callers callers;
    for (std::size_t i = 0; i < Callers::most_callers; ++i) callers.count({std::to_string(i), "", ""}, 200, 1ms, noon);
    callers.count({"0", "", ""}, 200, 1ms, noon);
    callers.count({"new", "", ""}, 200, 1ms, noon);
    BOOST_TEST(callers.find("0").has_value());
    BOOST_TEST(!callers.find("1").has_value());
    BOOST_TEST(callers.find("2").has_value());
    BOOST_TEST(callers.find("new").has_value());
}

BOOST_AUTO_TEST_CASE(many_more_callers_than_there_is_room_for) {
    Callers callers;
    for (std::size_t i = 0; i < 3 * Callers::most_callers; ++i) callers.count({std::to_string(i), "", ""}, 200, 1ms, noon);
    std::size_t all = 0;
    for (std::size_t slice = 0; slice < Callers::slices(); ++slice) all += callers.totals(slice).size();
    BOOST_TEST(all == Callers::most_callers);
}

BOOST_AUTO_TEST_CASE(slices_have_every_caller_once) {
    Callers callers;
    for (int i = 0; i < 1000; ++i) callers.count({std::to_string(i), i % 2 ? "odd" : "even", "free"}, 404, 2ms, noon);
    std::multiset<std::string> ids;
    std::size_t odd = 0, most = 0;
    for (std::size_t slice = 0; slice < Callers::slices(); ++slice) {
        const auto totals = callers.totals(slice);
        most = std::max(most, totals.size());
        for (const auto& caller : totals) ids.insert(caller.id);
        if (const auto together = callers.of_owner("odd", slice)) odd += together->statuses.total();
    }
    BOOST_TEST(ids.size() == 1000u);
    BOOST_TEST(std::set(ids.begin(), ids.end()).size() == 1000u);
    BOOST_TEST(odd == 500u);
    BOOST_TEST(most < 100u);
    BOOST_TEST(Callers{}.totals(0).empty());
}

BOOST_AUTO_TEST_CASE(callers_of_an_owner_are_added_up_and_one_of_them_keeps_his_name) {
    Callers callers;
    const auto of_alice = [&] {
        std::optional<CallerUsage> all;
        for (std::size_t slice = 0; slice < Callers::slices(); ++slice) {
            const auto some = callers.of_owner("alice", slice);
            if (some && all) all->add(*some);
            else if (some) all = some;
        }
        return all;
    };
    BOOST_TEST(!of_alice().has_value());
    callers.count({"one", "alice", "free"}, 200, 1ms, noon);
    callers.count({"other", "bob", "gold"}, 200, 1ms, noon);
    BOOST_TEST(of_alice()->id == "one");
    BOOST_TEST(of_alice()->tier == "free");
    for (int i = 0; i < 200; ++i) callers.count({std::to_string(i), "alice", "gold"}, 429, 1ms, noon + 1s);
    const auto all = *of_alice();
    BOOST_TEST(all.id == "");
    BOOST_TEST(all.tier == "");
    BOOST_TEST(all.owner == "alice");
    BOOST_TEST(all.statuses.total() == 201u);
    BOOST_TEST((all.last_seen == noon + 1s));
}

BOOST_AUTO_TEST_CASE(what_two_loops_know_of_a_caller_is_put_together) {
    Callers first, second;
    for (int i = 0; i < 15; ++i) {
        first.count({"key", "alice", "free"}, 200, 1ms, noon + i * 2s);
        second.count({"key", "alice", "gold"}, 500, 3ms, noon + i * 2s + 1s);
    }
    auto usage = *first.find("key");
    usage.add(*second.find("key"));
    BOOST_TEST(usage.statuses.total() == 30);
    BOOST_TEST(usage.statuses.failed() == 15);
    BOOST_TEST((usage.time == 60ms));
    BOOST_TEST(usage.tier == "gold");
    BOOST_TEST((usage.last_seen == noon + 29s));
    BOOST_TEST(usage.recent.size() == Callers::kept_codes);
    BOOST_TEST(codes(usage).starts_with("500 200 500 200"));
}

BOOST_AUTO_TEST_SUITE_END()

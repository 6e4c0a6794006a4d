// tests/plugins/ratelimit/regions/round_test.cpp - the script in a real Redis, and replies that are none.
#include "regions/round.h"

#include "support/redis.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace tollgate::ratelimit::regions;
using tollgate::test::Redis;

namespace {

// Of now: what is over expires at once.
Window this_window() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t hours = std::chrono::duration_cast<std::chrono::hours>(now).count();
    return {(hours + 24) * 3'600'000, 48 * 3'600'000};
}

// The words of a command as RESP has them.
std::vector<std::string> words_of(const std::string& command) {
    std::vector<std::string> words;
    for (std::size_t at = command.find('$'); at != command.npos && at < command.size();) {
        const std::size_t line = command.find("\r\n", at);
        const std::size_t size = std::stoul(command.substr(at + 1, line - at - 1));
        words.push_back(command.substr(line + 2, size));
        at = line + 2 + size + 2;
    }
    BOOST_TEST(command.substr(1, command.find('\r') - 1) == std::to_string(words.size()));
    return words;
}

struct Node {
    const Redis& redis;
    std::string name;
    Progress progress{};
    std::string reply{};
    Heard heard{};

    // Says and hears.
    void round(const std::vector<Count>& said, std::size_t most = 100) {
        std::string command;
        ask(command, {"head", name, progress, said, most, false}, true);
        reply = redis.ask(words_of(command));
        BOOST_REQUIRE_MESSAGE(read(reply, heard), reply);
        progress = heard.progress;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ratelimit_regions_round)

BOOST_AUTO_TEST_CASE(each_hears_what_others_said_since_it_last_heard) {
    const Redis redis;
    const Window window = this_window();
    Node eu{redis, "eu"}, us{redis, "us"};
    eu.round({{window, 0xabc, 1000}, {window, 0xdef, 2000}});
    BOOST_TEST(eu.heard.counts.empty());
    us.round({{window, 0xabc, 500}});
    BOOST_REQUIRE(us.heard.counts.size() == 2U);
    BOOST_TEST(us.heard.counts[0].node == "eu");
    BOOST_TEST(us.heard.counts[0].count.key == 0xabcU);
    BOOST_TEST(us.heard.counts[0].count.count == 1000U);
    BOOST_TEST((us.heard.counts[0].count.window == window));
    us.round({});
    BOOST_TEST(us.heard.counts.empty());
    eu.round({{window, 0xabc, 900}, {window, 0xdef, 2000}});  // older, and the same
    BOOST_TEST(eu.heard.counts.size() == 1U);
    us.round({});
    BOOST_TEST(us.heard.counts.empty());
    eu.round({{window, 0xabc, 1100}});
    us.round({});
    BOOST_REQUIRE(us.heard.counts.size() == 1U);
    BOOST_TEST(us.heard.counts[0].count.count == 1100U);
}

BOOST_AUTO_TEST_CASE(a_reply_has_so_many_counts_and_says_whether_there_are_more) {
    const Redis redis;
    const Window window = this_window(), later{window.end + 3'600'000, window.length};
    std::vector<Count> said;
    for (std::uint64_t key = 1; key <= 25; ++key) said.push_back({key % 2 ? window : later, key, 1000});
    Node eu{redis, "eu"}, us{redis, "us"};
    eu.round(said, 10);
    std::size_t heard = 0;
    for (int rounds = 0; rounds < 2; ++rounds) {
        us.round({}, 10);
        BOOST_TEST(us.heard.counts.size() == 10U);
        BOOST_TEST(us.heard.more);
        heard += us.heard.counts.size();
    }
    us.round({}, 10);
    BOOST_TEST(!us.heard.more);
    BOOST_TEST(heard + us.heard.counts.size() == 25U);
}

BOOST_AUTO_TEST_CASE(a_server_that_has_forgotten_says_so_by_another_epoch_and_is_read_from_the_beginning) {
    const Redis redis;
    const Window window = this_window();
    Node eu{redis, "eu"}, us{redis, "us"};
    for (std::uint64_t count = 1; count <= 5; ++count) eu.round({{window, 1, count}});
    us.round({});
    const std::string epoch = us.progress.epoch;
    redis.ask({"FLUSHALL"});
    eu.round({{window, 1, 6}});
    us.round({});
    BOOST_TEST(us.progress.epoch != epoch);
    BOOST_REQUIRE(us.heard.counts.size() == 1U);
    BOOST_TEST(us.heard.counts[0].count.count == 6U);
}

// The head lives longer than a short window needs, and is not renewed for it.
BOOST_AUTO_TEST_CASE(the_list_of_windows_expires_too_when_it_comes_after_the_head) {
    const Redis redis;
    Node eu{redis, "eu"};
    eu.round({});
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t minutes = std::chrono::duration_cast<std::chrono::minutes>(now).count();
    eu.round({{{(minutes + 5) * 60'000, 300'000}, 1, 1000}});
    const std::string windows = redis.ask({"--raw", "KEYS", "*:windows"});
    BOOST_TEST_REQUIRE(!windows.empty());
    BOOST_TEST(std::stoll(redis.ask({"--raw", "PTTL", windows})) > 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_comes_back_as_it_was_before_has_forgotten) {
    BOOST_TEST(!forgot({"e", "5"}, {"e", "5"}));
    BOOST_TEST(!forgot({"e", "9"}, {"e", "10"}));
    BOOST_TEST(forgot({"e", "10"}, {"e", "9"}));
    BOOST_TEST(forgot({"e", "5"}, {"f", "7"}));
    BOOST_TEST(forgot({}, {"e", "0"}));
}

BOOST_AUTO_TEST_CASE(windows_that_are_over_are_neither_kept_nor_told) {
    const Redis redis;
    Node eu{redis, "eu"}, us{redis, "us"};
    eu.round({{{3'600'000, 3'600'000}, 1, 1000}});
    us.round({});
    BOOST_TEST(us.heard.counts.empty());
    BOOST_TEST(redis.ask({"--raw", "KEYS", "*order"}).empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_reply_is_none) {
    Heard heard;
    BOOST_TEST(read("e 5 0", heard));
    BOOST_TEST(read("e 5 1\n120000.60000 ff:eu 1000\n", heard));
    BOOST_TEST(heard.more);
    BOOST_TEST(heard.counts.size() == 1U);
    for (const char* wrong :
         {"", "OK", "e", "e 5", "e 5 2", "e x 0", " 5 0", "e 5 0\nx", "e 5 0\n120000.60000 ff:eu",
          "e 5 0\n120000 ff:eu 1", "e 5 0\n9223372036854775807.1 ff:eu 1", "e 5 0\n-9223372036854775807.9 ff:eu 1",
          "e 5 0\n120000.60000 ff 1", "e 5 0\n120000.60000 xx:eu 1", "e 5 0\n120000.60000 ff:eu -1",
          "e 5 0\n120000.0 ff:eu 1", "e 5 0\n120000.-5 ff:eu 1", "e 5 0\n12.60000 ff:eu 1",
          "e 5 0\n120000.60000 0:eu 1",
          "e 5 0\n120000.60000 ff: 1", "e 5 0\n120000.60000 ff:eu 99999999999999999999999"})
        BOOST_TEST(!read(wrong, heard), wrong);
}

BOOST_AUTO_TEST_SUITE_END()

// tests/plugins/cache/store/purge_log_test.cpp - what a gateway concludes from what the log replies.
#include "store/purge_log.h"

#include "plugins/cache/store/text_item.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace tollgate::cache;
using namespace std::chrono_literals;
using tollgate::test::TextItem;

namespace {

using What = Purge::What;

// Of one gateway, which hears what a test says.
struct Hearing {
    std::vector<Purge> applied;
    PurgeLog log{[this](const Purge& purge) { applied.push_back(purge); }};
    PurgeLog::Clock::time_point now{1h};

    static std::string line(const std::string& id, const std::string& what, const std::string& text,
                            const std::string& by = "other:1") {
        return id + ' ' + by + ' ' + what + ' ' + std::to_string(text.size()) + '\n' + text + '\n';
    }
    bool hear(const std::string& first, const std::string& last, const std::string& lines = "") {
        return hear(log.question("log").turn, first, last, lines);
    }
    bool hear(std::uint64_t turn, const std::string& first, const std::string& last, const std::string& lines = "") {
        const bool heard = log.heard(turn, first + '\n' + last + '\n' + lines, now);
        log.apply();
        return heard;
    }
    Moment begun() { return log.position(now); }
    bool purged(Moment begun, const std::string& url, std::vector<std::string> tags = {}) {
        return log.may_be_purged(begun, *TextItem::make(url, std::move(tags)));
    }
    // The name by which this gateway tells, out of what it asks.
    std::string own_name() {
        const std::string question = log.question("log").command;
        const auto colon = question.find(":1\r\n");
        const auto begin = question.rfind('\n', colon) + 1;
        return question.substr(begin, colon - begin);
    }
};

// What a Redis makes of a question: adds what is told, replies with up to three lines that come after.
class Log {
public:
    std::string reply_to(const std::string& question) {
        const std::vector<std::string> words = words_of(question);
        for (std::size_t i = 7; i + 2 < words.size(); i += 3)
            lines_.push_back(Hearing::line(id(lines_.size()), words[i + 1], words[i + 2], words[i]));
        std::size_t from = 0;
        while (from < lines_.size() && "0-0" != words[4] && id(from) <= words[4]) ++from;
        std::string reply = id(0) + '\n' + id(lines_.size() - 1) + '\n';
        for (std::size_t i = from; i < lines_.size() && i < from + 3; ++i) reply += lines_[i];
        return reply;
    }

private:
    static std::string id(std::size_t number) { return std::to_string(1'000'000 + number) + "-0"; }
    static std::vector<std::string> words_of(const std::string& command) {
        std::vector<std::string> words;
        for (std::size_t at = command.find('$'); at < command.size();) {
            const auto end = command.find("\r\n", at);
            const std::size_t size = std::stoul(command.substr(at + 1, end - at - 1));
            words.push_back(command.substr(end + 2, size));
            at = end + 2 + size + 2;
        }
        return words;
    }

    std::vector<std::string> lines_{Hearing::line(id(0), "all", "", "-")};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cache_purge_log)

BOOST_AUTO_TEST_CASE(until_the_log_was_read_to_its_end_nothing_is_known) {
    Hearing one;
    BOOST_TEST((one.begun() == Moment{}));
    BOOST_TEST(one.purged({1}, "http://a/"));
    BOOST_TEST(one.hear("1000-0", "1002-0", Hearing::line("1000-0", "all", "", "-")));
    BOOST_TEST((one.begun() == Moment{}));
    BOOST_TEST(one.log.behind());
    BOOST_TEST(one.hear("1000-0", "1002-0", Hearing::line("1002-0", "url", "http://a/")));
    BOOST_TEST(!one.log.behind());
    BOOST_TEST((one.begun() > Moment{}));
    BOOST_TEST(one.purged({1000ULL << 22}, "http://a/"));
    BOOST_TEST(!one.purged({1000ULL << 22}, "http://b/"));
    BOOST_TEST(one.purged({999ULL << 22}, "http://b/"));  // from before all that the log knows
    one.now += 2s;
    BOOST_TEST((one.begun() == Moment{}));  // nobody has said anything for a while
}

BOOST_AUTO_TEST_CASE(purges_of_others_are_applied_here_once_and_make_older_copies_useless) {
    Hearing one;
    BOOST_TEST(one.hear("1000-0", "1000-0", Hearing::line("1000-0", "all", "", "-")));
    const std::size_t before = one.applied.size();
    const Moment begun = one.begun();
    const std::string lines = Hearing::line("1001-0", "url", "http://a/x") + Hearing::line("1001-1", "tag", "red") +
                              Hearing::line("1002-0", "prefix", "http://b/\nhttp://");
    BOOST_TEST(one.hear("1000-0", "1002-0", lines));
    const std::vector<Purge> applied{one.applied.begin() + before, one.applied.end()}, expected{
        {What::url, "http://a/x"}, {What::tag, "red"}, {What::prefix, "http://b/\nhttp://"}};
    BOOST_TEST((applied == expected));
    BOOST_TEST(one.purged(begun, "http://a/x"));
    BOOST_TEST(one.purged(begun, "http://a/y", {"blue", "red"}));
    BOOST_TEST(one.purged(begun, "http://b/\nhttp://c/"));
    BOOST_TEST(!one.purged(begun, "http://a/y", {"blue"}));
    BOOST_TEST(!one.purged(one.begun(), "http://a/x", {"red"}));
    BOOST_TEST(one.purged({one.begun().number + 1}, "http://a/y"));  // further on than we are
}

BOOST_AUTO_TEST_CASE(what_is_told_counts_at_once_and_is_told_until_it_is_read_back) {
    Hearing one;
    BOOST_TEST(one.hear("1000-0", "1000-0", Hearing::line("1000-0", "all", "", "-")));
    const Moment begun = one.begun();
    one.log.tell({What::tag, "crimson"});
    BOOST_TEST(one.purged(begun, "http://a/", {"crimson"}));
    BOOST_TEST(!one.purged(begun, "http://a/", {"blue"}));
    const std::size_t applied = one.applied.size();
    const std::string name = one.own_name();
    BOOST_TEST(one.hear("1000-0", "1000-0"));  // the answer to a question from before
    BOOST_TEST(one.log.behind());
    BOOST_TEST(one.log.question("log").command.find("crimson") != std::string::npos);
    BOOST_TEST(one.hear("1000-0", "1005-0", Hearing::line("1005-0", "tag", "crimson", name + ":1")));
    BOOST_TEST(!one.log.behind());
    BOOST_TEST(one.applied.size() == applied);  // it is purged here already
    BOOST_TEST(one.purged(begun, "http://a/", {"crimson"}));
    BOOST_TEST(!one.purged(one.begun(), "http://a/", {"crimson"}));
    BOOST_TEST(one.log.question("log").command.find("crimson") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_those_who_talk_to_the_redis_the_first_who_can_is_asked_to_tell) {
    struct Asked final : PurgeLog::Reader {
        explicit Asked(bool yes) : can{yes} {}
        bool hurry() override { return ++count, can; }
        const bool can;
        int count = 0;
    };
    Hearing one;
    Asked ended{false}, first{true}, second{true};
    for (Asked* reader : {&ended, &first, &second}) one.log.add(*reader);
    one.log.tell({What::tag, "red"});
    BOOST_TEST((ended.count == 1 && first.count == 1 && second.count == 0));
    one.log.remove(first);
    one.log.tell({What::tag, "red"});
    BOOST_TEST((ended.count == 2 && first.count == 1 && second.count == 1));
}

BOOST_AUTO_TEST_CASE(more_than_can_be_told_becomes_everything) {
    Hearing one;
    BOOST_TEST(one.hear("1000-0", "1000-0", Hearing::line("1000-0", "all", "", "-")));
    const Moment begun = one.begun();
    for (int i = 0; i < 1000; ++i) one.log.tell({What::url, "http://a/" + std::to_string(i)});
    BOOST_TEST(!one.purged(begun, "http://b/"));
    one.log.tell({What::url, "http://a/"});
    BOOST_TEST(one.purged(begun, "http://b/"));
}

BOOST_AUTO_TEST_CASE(a_log_that_was_trimmed_or_lost_purges_everything) {
    Hearing one;
    const std::string lines = Hearing::line("1000-0", "all", "", "-") + Hearing::line("1005-0", "tag", "x");
    BOOST_TEST(one.hear("1000-0", "1005-0", lines));
    const Moment begun = one.begun();
    one.applied.clear();
    BOOST_TEST(one.hear("2000-0", "2001-0", Hearing::line("2000-0", "tag", "y") + Hearing::line("2001-0", "tag", "z")));
    BOOST_TEST((one.applied.at(0) == Purge{What::all, ""}));
    BOOST_TEST(one.purged(begun, "http://a/"));
    const Moment later = one.begun();
    BOOST_TEST((later > begun));

    // Another Redis, whose clock is behind.
    one.applied.clear();
    BOOST_TEST(one.hear("50-0", "50-0"));
    BOOST_TEST((one.applied == std::vector<Purge>{{What::all, ""}}));
    BOOST_TEST((one.begun() == Moment{}));
    BOOST_TEST(one.log.question("log").command.find("\r\n0-0\r\n") != std::string::npos);
    BOOST_TEST(one.hear("50-0", "50-0", Hearing::line("50-0", "all", "", "-")));
    BOOST_TEST((one.begun() > Moment{}));
    BOOST_TEST(one.purged(later, "http://a/"));
    BOOST_TEST(!one.purged(one.begun(), "http://a/"));
}

// Two uses of a memory read the log, each on a loop and a connection of its own.
BOOST_AUTO_TEST_CASE(a_reply_that_another_has_overtaken_is_not_a_log_that_begins_anew) {
    const std::string first = Hearing::line("1000-0", "all", "", "-");
    const std::string news = Hearing::line("1001-0", "url", "http://a/");
    for (const bool older_last : {false, true}) {
        Hearing one;
        BOOST_TEST(one.hear("1000-0", "1000-0", first));
        one.applied.clear();
        const auto older = one.log.question("log").turn, newer = one.log.question("log").turn;
        if (!older_last) BOOST_TEST(one.hear(older, "1000-0", "1000-0"));
        BOOST_TEST(one.hear(newer, "1000-0", "1001-0", news));
        if (older_last) BOOST_TEST(one.hear(older, "1000-0", "1000-0"));
        BOOST_TEST((one.applied == std::vector<Purge>{{What::url, "http://a/"}}));
        BOOST_TEST((one.begun() == Moment{1001ULL << 22}));
        BOOST_TEST(one.hear(newer, "1000-0", "1001-0", news));  // both were told the same
        BOOST_TEST(one.applied.size() == 1U);
    }
}

// As it is used: purges come from any thread while one reads and others ask.
BOOST_AUTO_TEST_CASE(what_several_threads_tell_reaches_the_other_gateway_once_and_in_order) {
    constexpr int each = 200, tellers = 2;
    Hearing one, other;
    Log log;
    std::atomic<int> telling{tellers};
    std::vector<std::thread> threads;
    for (int i = 0; i < tellers; ++i)
        threads.emplace_back([&one, &telling, i] {
            for (int n = 0; n < each; ++n) one.log.tell({What::url, std::to_string(i) + '/' + std::to_string(n)});
            --telling;
        });
    threads.emplace_back([&] {
        while (telling > 0) one.purged(one.begun(), "http://a/", {"red"});
    });
    const auto read = [&log](Hearing& who) {
        const auto question = who.log.question("log");
        const bool heard = who.log.heard(question.turn, log.reply_to(question.command), who.now);
        who.log.apply();
        return heard;
    };
    while (telling > 0 || one.log.behind()) BOOST_REQUIRE(read(one));
    for (std::thread& thread : threads) thread.join();
    do BOOST_REQUIRE(read(other));
    while (other.log.behind());
    std::array<int, tellers> next{};
    for (const Purge& purge : other.applied) {
        if (purge.what == What::all) continue;
        const auto slash = purge.text.find('/');
        int& expected = next[std::stoul(purge.text.substr(0, slash))];
        BOOST_REQUIRE(std::stoi(purge.text.substr(slash + 1)) == expected++);
    }
    for (const int count : next) BOOST_TEST(count == each);
    for (const Purge& purge : one.applied) BOOST_TEST((purge.what == What::all));  // its own it has purged already
}

BOOST_AUTO_TEST_CASE(what_is_no_log_is_refused_and_changes_nothing) {
    Hearing one;
    BOOST_TEST(one.hear("1000-0", "1000-0", Hearing::line("1000-0", "all", "", "-")));
    const Moment begun = one.begun();
    for (const std::string bad :
         {"", "\n", "1000-0", "1000-0\nx\n", "1000\n1000-0\n", "1000-0\n1001-0\n1001-0 a:1 url 9\nshort\n",
          "1000-0\n1001-0\n1001-0 a:1 word 1\nx\n", "1000-0\n1001-0\n1001-0 a:1 url -1\nx\n", "1000-0\n1001-0\nrubbish",
          "1000-0\n99999999999999999999-0\n", "1000-0\n1000-99999999999\n"})
        BOOST_TEST(!one.log.heard(one.log.question("log").turn, bad, one.now), bad);
    BOOST_TEST((one.begun() == begun));
}

BOOST_AUTO_TEST_SUITE_END()

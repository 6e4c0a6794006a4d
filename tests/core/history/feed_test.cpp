// tests/core/history/feed_test.cpp - outlets, and what the feed makes of them: records, seconds, memory.
#include "history/feed.h"

#include "support/deadline.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <mutex>

using namespace tollgate::history;
using namespace tollgate::test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

// A loop that ends requests at moments of the test's.
struct Loop {
    Outlet outlet;
    std::size_t number = 0;
    bool end(int status, steady_clock::time_point now, std::string_view path = "/") {
        if (!outlet.count({status, 2ms, 20us, 3, 5}, now)) return false;
        RecordView record;
        record.status = status;
        record.path = path;
        record.began = std::chrono::system_clock::now();
        outlet.tell(record, number);
        return true;
    }
};

struct Heard final : Listener {
    void on_records(std::span<const Remembered> told) override {
        const std::lock_guard lock{mutex};
        records.insert(records.end(), told.begin(), told.end());
    }
    void on_second(const Second& second) override {
        const std::lock_guard lock{mutex};
        seconds.push_back(second);
    }
    std::size_t record_count() {
        const std::lock_guard lock{mutex};
        return records.size();
    }
    std::size_t second_count() {
        const std::lock_guard lock{mutex};
        return seconds.size();
    }
    std::mutex mutex;
    std::vector<Remembered> records;
    std::vector<Second> seconds;
};

std::size_t remembered(Feed& feed, std::string_view status = "100-999") {
    Filter filter;
    BOOST_TEST(filter.set("status", status) == "");
    std::size_t count = 0;
    feed.look([&](const Recent& recent) { count = recent.find(filter, 100'000).size(); });
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(history_feed)

BOOST_AUTO_TEST_CASE(an_allowance_is_a_burst_and_then_a_rate) {
    Allowance allowance;
    const auto now = steady_clock::now();
    int taken = 0;
    for (int i = 0; i < 1000; ++i) taken += allowance.take(now, 50);
    BOOST_TEST(taken == 51);
    taken = 0;
    for (int i = 0; i < 1000; ++i) taken += allowance.take(now + i * 10ms, 50);
    BOOST_TEST(taken >= 499);
    BOOST_TEST(taken <= 501);
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_a_sample_is_remembered_and_trouble_for_itself) {
    Loop loop;
    Feed feed;
    feed.start({&loop.outlet});
    const auto now = steady_clock::now();
    for (int i = 0; i < 5000; ++i) loop.end(200, now);
    BOOST_TEST(loop.end(500, now));
    BOOST_TEST(remembered(feed) == 52u);
    BOOST_TEST(remembered(feed, "5xx") == 1u);
    BOOST_TEST(feed.results_so_far()[std::size_t(Result::ok)] == 5000u);
    BOOST_TEST(loop.outlet.totals().durations.total() == 0u);  // nobody asked how long they took
}

BOOST_AUTO_TEST_CASE(a_listener_hears_records_and_seconds) {
    Loop one, other;
    other.number = 1;
    Feed feed;
    Heard heard;
    feed.start({&one.outlet, &other.outlet});
    feed.add(heard);
    wait_until("the first second", [&] { return heard.second_count() > 0; });
    const auto now = steady_clock::now();
    for (int i = 0; i < 100; ++i) BOOST_TEST(one.end(200, now, "/one"));
    for (int i = 0; i < 10; ++i) BOOST_TEST(other.end(429, now, "/other"));
    BOOST_TEST(other.end(404, now));
    BOOST_TEST(other.end(503, now));
    wait_until("all records", [&] { return heard.record_count() == 112; });
    const auto seen = heard.second_count();
    wait_until("a second after them", [&] { return heard.second_count() > seen + 1; });
    feed.remove(heard);

    Outlet::Totals all;
    for (const Second& second : heard.seconds) {
        BOOST_CHECK(second.length >= 1s);
        all.add(second.happened);
    }
    BOOST_TEST(all.by_result[std::size_t(Result::ok)] == 100u);
    BOOST_TEST(all.by_result[std::size_t(Result::limited)] == 10u);
    BOOST_TEST(all.by_result[std::size_t(Result::refused)] == 1u);
    BOOST_TEST(all.by_result[std::size_t(Result::failed)] == 1u);
    BOOST_TEST(all.told == 112u);
    BOOST_TEST(all.received == 336u);
    BOOST_TEST(all.sent == 560u);
    BOOST_TEST(all.durations.total() == 112u);
    BOOST_TEST(std::abs(double(all.durations.percentile(0.5).count()) - 2e6) < 2e5);
    BOOST_TEST(std::abs(double(all.own.percentile(0.99).count()) - 2e4) < 2e3);
    BOOST_TEST(heard.seconds.back().so_far[0] == 100u);
    for (std::size_t i = 0; i < heard.records.size(); ++i) BOOST_TEST(heard.records[i].number == i + 1);
}

BOOST_AUTO_TEST_CASE(who_does_not_listen_any_more_hears_nothing) {
    Loop loop;
    Feed feed;
    Heard heard, other;
    feed.start({&loop.outlet});
    feed.add(heard);
    feed.add(other);
    loop.end(200, steady_clock::now());
    BOOST_TEST(remembered(feed) == 1u);  // handed on before it was looked
    BOOST_TEST(heard.record_count() == 1u);
    feed.remove(heard);
    loop.end(200, steady_clock::now());
    BOOST_TEST(remembered(feed) == 2u);
    BOOST_TEST(heard.record_count() == 1u);
    BOOST_TEST(other.record_count() == 2u);
    feed.remove(other);
}

BOOST_AUTO_TEST_CASE(what_was_told_before_the_end_is_remembered_after_it) {
    Loop loop;
    Feed feed;
    feed.start({&loop.outlet});
    loop.end(200, steady_clock::now());
    feed.stop();
    loop.end(200, steady_clock::now());
    BOOST_TEST(remembered(feed) == 1u);
    BOOST_TEST(feed.results_so_far()[0] == 1u);
}

BOOST_AUTO_TEST_CASE(records_have_the_number_of_their_request) {
    Loop loop;
    loop.number = 3;
    loop.end(200, steady_clock::now());
    loop.end(200, steady_clock::now());
    BOOST_TEST(id_of(*loop.outlet.next()) == "3-1");
    BOOST_TEST(id_of(*loop.outlet.next()) == "3-2");
}

BOOST_AUTO_TEST_SUITE_END()

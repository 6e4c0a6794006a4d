// tests/core/history/request_history_test.cpp - requests found again: by what they were, page by page, and counted.
#include "history/request_history.h"

#include "history/request_sql.h"
#include "store/migrations.h"
#include "store/stored_requests.h"

#include "core/history/stored_lines.h"
#include "core/store/both_databases.h"

#include <set>

using namespace tollgate;
using namespace tollgate::history;
using namespace tollgate::store;
using namespace tollgate::test;
using namespace std::chrono_literals;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::use;

namespace {

// A history of `lines`, on each kind of database.
void with(const std::vector<Line>& lines, const std::function<void(RequestHistory&)>& test) {
    tollgate::test::on_both([&](Database& database) {
        StoredRequests requests{database.url()};
        std::string all;
        for (const auto& line : lines) all += text_of(line);
        if (!all.empty()) requests.add(all);
        RequestHistory history{database.url()};
        test(history);
    });
}

std::string shown(const std::vector<Top>& tops) {
    std::string text;
    for (const auto& top : tops) text += (text.empty() ? "" : " ") + top.name + "=" + std::to_string(top.count);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(history_request_history)

BOOST_AUTO_TEST_CASE(a_record_has_the_names_of_a_line_of_the_log) {
    const Line line{1, noon + 123456us, 503, "/orders/7", "GET /orders/:id",
                    R"(,"caller":"key-1","owner":"alice","tier":"gold","upstream":"orders","target":"10.0.0.1:80",)"
                    R"("attempts":2,"upstream_status":502,"reason":"why","cache":"HIT")"};
    with({line}, [](RequestHistory& history) {
        const auto page = history.page({}, 100);
        BOOST_REQUIRE(page.records.size() == 1u);
        const auto record = object_of(page.records[0]);
        for (const auto& [name, value] : {std::pair{"id", "0f8fad5b-d9cb-8000-8001-000000000001"},
                                          {"time", "2026-11-22T12:00:00.123456Z"},
                                          {"request_id", "r1"},
                                          {"client_ip", "192.0.2.7"},
                                          {"method", "GET"},
                                          {"path", "/orders/7"},
                                          {"route", "GET /orders/:id"},
                                          {"status", "503"},
                                          {"reason", "why"},
                                          {"caller", "key-1"},
                                          {"owner", "alice"},
                                          {"tier", "gold"},
                                          {"upstream", "orders"},
                                          {"target", "10.0.0.1:80"},
                                          {"attempts", "2"},
                                          {"upstream_status", "502"},
                                          {"cache", "HIT"},
                                          {"bytes_received", "0"},
                                          {"bytes_sent", "127"},
                                          {"complete", "true"}})
            BOOST_TEST(record->getValue<std::string>(name) == value, name << ": " << page.records[0]);
        BOOST_TEST(record->getValue<double>("duration_ms") == 10.0);
        BOOST_TEST(record->getValue<double>("gateway_ms") == 0.134);
        BOOST_TEST(record->size() == 22u);
    });
    with({{2, noon}}, [](RequestHistory& history) {
        const auto record = object_of(history.page({}, 100).records.at(0));
        for (const char* absent : {"caller", "owner", "tier", "reason", "upstream", "target", "attempts", "cache"})
            BOOST_TEST(!record->has(absent), absent);
    });
}

BOOST_AUTO_TEST_CASE(pages_follow_one_another_without_gap_or_repetition) {
    std::vector<Line> lines;
    for (int i = 1; i <= 25; ++i) lines.push_back({i, noon + std::chrono::seconds{i / 4}});  // four at a time have one
    with(lines, [](RequestHistory& history) {
        std::string cursor;
        std::vector<int> sizes;
        std::set<std::string> seen;
        std::string before = "~";
        do {
            const auto page = history.page({}, 7, cursor);
            sizes.push_back(int(page.records.size()));
            for (const auto& record : page.records) {
                const auto object = object_of(record);
                const auto key = object->getValue<std::string>("time") + object->getValue<std::string>("id");
                BOOST_TEST((key < before));
                before = key;
                seen.insert(object->getValue<std::string>("id"));
            }
            cursor = page.next;
            BOOST_TEST((page.next.empty() || RequestHistory::is_cursor(page.next)));
        } while (!cursor.empty());
        BOOST_TEST(sizes == (std::vector{7, 7, 7, 4}));
        BOOST_TEST(seen.size() == 25u);
    });
}

BOOST_AUTO_TEST_CASE(what_comes_while_one_pages_moves_nothing) {
    tollgate::test::on_both([](Database& database) {
        StoredRequests requests{database.url()};
        requests.add(text_of({1, noon}) + text_of({2, noon + 1s}));
        RequestHistory history{database.url()};
        const auto first = history.page({}, 1);
        BOOST_TEST(ids(first) == "r2");
        requests.add(text_of({3, noon + 2s}));
        const auto second = history.page({}, 1, first.next);
        BOOST_TEST(ids(second) == "r1");
        BOOST_TEST(second.next == "");
    });
}

BOOST_AUTO_TEST_CASE(each_filter_finds_what_it_says) {
    const std::vector<Line> lines{
        {1, noon, 200, "/orders/7", "GET /orders/:id", R"(,"caller":"key-1","owner":"alice")"},
        {2, noon + 1s, 429, "/orders/8", "GET /orders/:id", R"(,"caller":"key-2")", "192.0.2.8"},
        {3, noon + 2s, 404, "/none_%", "(none)"},
        {4, noon + 3s, 503, "/nonexx", "GET /**", R"(,"caller":"key-1","owner":"alice")"},
    };
    with(lines, [](RequestHistory& history) {
        const auto found = [&](const std::function<void(Filter&)>& set) {
            Filter filter;
            set(filter);
            return ids(history.page(filter, 100));
        };
        BOOST_TEST(found([](auto&) {}) == "r4 r3 r2 r1");
        BOOST_TEST(found([](auto& f) { f.since = noon + 1s; }) == "r4 r3 r2");
        BOOST_TEST(found([](auto& f) { f.until = noon + 1s; }) == "r1");
        BOOST_TEST(found([](auto& f) { f.status_from = 400, f.status_to = 499; }) == "r3 r2");
        BOOST_TEST(found([](auto& f) { f.status_from = f.status_to = 429; }) == "r2");
        BOOST_TEST(found([](auto& f) { f.status_to = 299; }) == "r1");
        BOOST_TEST(found([](auto& f) { f.caller = "key-1"; }) == "r4 r1");
        BOOST_TEST(found([](auto& f) { f.owner = "alice"; }) == "r4 r1");
        BOOST_TEST(found([](auto& f) { f.owner = "key-2"; }) == "r2");
        BOOST_TEST(found([](auto& f) { f.route = "GET /orders/:id"; }) == "r2 r1");
        BOOST_TEST(found([](auto& f) { f.method = "POST"; }) == "");
        BOOST_TEST(found([](auto& f) { f.client_ip = "192.0.2.8"; }) == "r2");
        BOOST_TEST(found([](auto& f) { f.request_id = "r3"; }) == "r3");
        BOOST_TEST(found([](auto& f) { f.path = "/orders"; }) == "r2 r1");
        BOOST_TEST(found([](auto& f) { f.path = "/none_%"; }) == "r3");
        BOOST_TEST(found([](auto& f) { f.caller = "key-1", f.status_from = 500; }) == "r4");
        BOOST_TEST(found([](auto& f) { f.route = "'; DROP TABLE request_log; --"; }) == "");
    });
}

BOOST_AUTO_TEST_CASE(a_known_set_of_requests_is_counted_right) {
    std::vector<Line> lines;
    int number = 0;
    const auto add = [&](int times, Line line) {
        for (int i = 0; i < times; ++i) line.number = ++number, lines.push_back(line);
    };
    add(3, {0, noon - 26h, 200});  // too long ago
    add(5, {0, noon - 2h - 1us, 200, "/a", "GET /a", R"(,"caller":"key-1","owner":"alice")"});
    add(4, {0, noon - 30min, 429, "/b", "GET /b", R"(,"caller":"key-2")", "192.0.2.9"});
    add(2, {0, noon + 5min, 503, "/a", "GET /a", "", "192.0.2.1", 250});
    add(1, {0, noon + 5min, 301, "/c", "GET /c", "", "192.0.2.1", 1});
    add(1, {0, noon + 6min, 401, "/d", "GET /d"});
    with(lines, [](RequestHistory& history) {
        const Analytics told = history.analytics(noon + 10min, 24);
        BOOST_TEST(told.hours.size() == 24u);
        BOOST_TEST(told.hours[23].statuses.total() == 4u);
        BOOST_TEST(told.hours[22].statuses.limited == 4u);
        BOOST_TEST(told.hours[21].statuses.total() == 0u);
        BOOST_TEST(told.hours[20].statuses.by_class[2] == 5u);
        const auto all = told.statuses();
        BOOST_TEST(all.total() == 13u);
        BOOST_TEST(all.ok() == 6u);
        BOOST_TEST(all.by_class[3] == 1u);
        BOOST_TEST(all.by_class[4] == 5u);
        BOOST_TEST(all.failed() == 2u);
        BOOST_TEST(shown(told.tops[Ranking::paths]) == "/a=7 /b=4 /c=1 /d=1");
        BOOST_TEST(shown(told.tops[Ranking::routes]) == "GET /a=7 GET /b=4 GET /c=1 GET /d=1");
        BOOST_TEST(shown(told.tops[Ranking::users]) == "alice=5 key-2=4");
        BOOST_TEST(shown(told.tops[Ranking::blocked]) == "192.0.2.9=4 192.0.2.7=1");
        const auto& minute = told.minutes[54];  // noon + 5min
        BOOST_TEST(minute.statuses.total() == 3u);
        BOOST_TEST((*minute.p50 == 250ms && *minute.p99 == 250ms));
        BOOST_TEST(told.minutes[55].statuses.total() == 1u);
        BOOST_TEST(told.minutes[19].statuses.limited == 4u);
        BOOST_TEST(!told.minutes[0].p50.has_value());
        BOOST_TEST(shown(history.analytics(noon + 10min, 1).tops[Ranking::paths]) == "/a=2 /c=1 /d=1");
    });
}

BOOST_AUTO_TEST_CASE(a_database_that_nobody_has_made_is_empty_and_stays_unmade) {
    const tollgate::test::TemporaryFolder folder;
    RequestHistory history{tollgate::test::database_url("sqlite:none.db", folder.path().string())};
    BOOST_TEST(history.page({}, 100).records.empty());
    BOOST_TEST(history.analytics(noon, 24).statuses().total() == 0u);
    BOOST_TEST(!std::filesystem::exists(folder / "none.db"));
}

BOOST_AUTO_TEST_CASE(what_sqlite_counts_is_found_by_time) {
    const tollgate::test::TemporaryFolder folder;
    Database database{tollgate::test::database_url("sqlite:test.db", folder.path().string())};
    store::migrate(database);
    for (const Ranking of : rankings) {
        RequestQuestion question = ask_for_tops(true, time_text(noon), of, 10);
        std::vector<std::string> steps;
        database.with([&](Poco::Data::Session& session) {
            std::vector<int> ids, parents, unused;
            Poco::Data::Statement explain{session};
            explain << "EXPLAIN QUERY PLAN " + question.sql, use(question.values.at(0)), into(ids), into(parents),
                into(unused), into(steps);
            explain.execute();
        });
        BOOST_REQUIRE(!steps.empty());
        BOOST_TEST(steps[0].find("timestamp_utc>?") != std::string::npos, steps[0]);
    }
}

BOOST_AUTO_TEST_CASE(only_what_a_page_says_is_a_cursor) {
    BOOST_TEST(RequestHistory::is_cursor("2026-11-22T12:00:00.123456Z~0f8fad5b-d9cb-8000-8001-000000000001"));
    for (const char* other : {"", "~", "2026-11-22T12:00:00.123456Z",
                              "2026-11-22T12:00:00.123456Z~0f8fad5b-d9cb-8000-8001-00000000000g",
                              "2026-13-22T12:00:00.123456Z~0f8fad5b-d9cb-8000-8001-000000000001",
                              "2026-11-22T12:00:00.123456Z~0f8fad5b-d9cb-8000-8001-0000000000011"})
        BOOST_TEST(!RequestHistory::is_cursor(other), other);
}

BOOST_AUTO_TEST_SUITE_END()

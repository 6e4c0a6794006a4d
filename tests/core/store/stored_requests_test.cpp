// tests/core/store/stored_requests_test.cpp - requests written down once, whatever is in them, and forgotten by age.
#include "store/stored_requests.h"

#include "core/store/both_databases.h"

#include "support/deadline.h"

#include <thread>

using namespace tollgate;
using namespace tollgate::store;
using namespace Poco::Data::Keywords;

namespace {

std::string id(int number) {
    std::string digits = std::to_string(number);
    return "0f8fad5b-d9cb-8000-8001-" + std::string(12 - digits.size(), '0') + digits;
}

std::string line(int number, const std::string& more = {}, const std::string& time = "2026-02-01T00:00:00.123456Z") {
    return R"({"id":")" + id(number) + R"(","time":")" + time +
           R"(","request_id":"r1","client_ip":"192.0.2.7","method":"GET","path":"/orders/7","route":"GET /orders/:id","status":200,)" +
           R"("bytes_received":0,"bytes_sent":127,"duration_ms":1.234,"gateway_ms":0.134,"complete":true)" + more +
           "}\n";
}

std::string text_of(Database& database, const std::string& expression, int number) {
    return database.with([&](Poco::Data::Session& session) {
        std::string found;
        session << "SELECT CAST(" + expression + " AS VARCHAR(100)) FROM request_log WHERE id = '" + id(number) + "'",
            into(found), now;
        return found;
    });
}

int count(Database& database) {
    return database.with([](Poco::Data::Session& session) {
        int rows = 0;
        session << "SELECT COUNT(*) FROM request_log", into(rows), now;
        return rows;
    });
}

void on_both_requests(const std::function<void(StoredRequests&, Database&)>& test) {
    tollgate::test::on_both([&](Database& database) {
        StoredRequests requests{database.url()};
        test(requests, database);
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_stored_requests)

BOOST_AUTO_TEST_CASE(a_line_becomes_a_row_of_the_columns) {
    on_both_requests([](StoredRequests& requests, Database& database) {
        requests.add(
            line(1, R"(,"caller":"key-1","owner":"alice","tier":"gold","upstream":"orders","target":"10.0.0.1:80",)"
                    R"("attempts":2,"upstream_status":503,"reason":"why","cache":"HIT","user_agent":"curl")"));
        for (const auto& [column, value] : {std::pair{"user_id", "alice"},
                                            {"key_id", "key-1"},
                                            {"tier", "gold"},
                                            {"http_method", "GET"},
                                            {"request_path", "/orders/7"},
                                            {"route", "GET /orders/:id"},
                                            {"status_code", "200"},
                                            {"reason", "why"},
                                            {"latency_ms", "1.234"},
                                            {"gateway_ms", "0.134"},
                                            {"upstream", "orders"},
                                            {"target", "10.0.0.1:80"},
                                            {"attempts", "2"},
                                            {"upstream_status", "503"},
                                            {"cache", "HIT"},
                                            {"bytes_sent", "127"},
                                            {"request_id", "r1"},
                                            {"client_ip", "192.0.2.7"}})
            BOOST_TEST(text_of(database, column, 1) == value, column);
        BOOST_TEST(text_of(database, "CASE WHEN complete THEN 'yes' ELSE 'no' END", 1) == "yes");
        BOOST_TEST(requests.moment_of(1) == "2026-02-01T00:00:00.123456Z");
    });
}

BOOST_AUTO_TEST_CASE(what_a_line_does_not_say_is_null) {
    on_both_requests([](StoredRequests& requests, Database& database) {
        requests.add(line(1) + line(2, R"(,"caller":"bob")"));
        BOOST_TEST(text_of(database, "COALESCE(user_id, key_id, tier, upstream, target, cache, reason, 'none')", 1) ==
                   "none");
        BOOST_TEST(text_of(database, "user_id", 2) == "bob");
    });
}

BOOST_AUTO_TEST_CASE(lines_given_again_are_there_once) {
    on_both_requests([](StoredRequests& requests, Database& database) {
        requests.add(line(1) + line(2) + line(2));
        requests.add(line(2, R"(,"caller":"somebody else")") + line(3));
        BOOST_TEST(count(database) == 3);
        BOOST_TEST(text_of(database, "COALESCE(key_id, 'nobody')", 2) == "nobody");
    });
}

BOOST_AUTO_TEST_CASE(many_lines_are_one_batch_and_all_or_none) {
    on_both_requests([](StoredRequests& requests, Database& database) {
        std::string lines;
        for (int i = 0; i < 2000; ++i) lines += line(i);
        requests.add(lines);
        BOOST_TEST(count(database) == 2000);
        BOOST_CHECK_THROW(requests.add(line(5000) + "{\"id\":\"0f8fad5b-d9cb-8000-8001-000000006000\"}\n"), StoreError);
        BOOST_TEST(count(database) == 2000);
    });
}

BOOST_AUTO_TEST_CASE(whatever_a_client_sends_is_stored_as_text) {
    on_both_requests([](StoredRequests& requests, Database& database) {
        requests.add(line(
            1,
            R"(,"caller":"'); DROP TABLE request_log; --","tier":"a\u0000b\\u0000","owner":"\u202e\ufffd ä","method":"AVERYLONGMETHOD")"));
        BOOST_TEST(text_of(database, "key_id", 1) == "'); DROP TABLE request_log; --");
        BOOST_TEST(text_of(database, "tier", 1) ==
                   "a\xef\xbf\xbd"
                   "b\\u0000");
        BOOST_TEST(text_of(database, "user_id", 1) == "\xe2\x80\xae\xef\xbf\xbd \xc3\xa4");
    });
}

BOOST_AUTO_TEST_CASE(the_oldest_are_forgotten_first_so_many_at_a_time) {
    on_both_requests([](StoredRequests& requests, Database& database) {
        std::string lines;
        for (int day = 1; day <= 9; ++day)
            lines += line(day, {}, "2026-02-0" + std::to_string(day) + "T12:00:00.000000Z");
        requests.add(lines);
        BOOST_TEST(requests.moment_of(9) == "2026-02-01T12:00:00.000000Z");
        BOOST_TEST(requests.moment_of(10) == "");
        BOOST_TEST(requests.forget("2026-02-06T00:00:00.000000Z", 3) == 3);
        BOOST_TEST(text_of(database, "1", 3) == "");
        BOOST_TEST(text_of(database, "1", 4) == "1");
        BOOST_TEST(requests.forget("2026-02-06T00:00:00.000000Z", 3) == 2);
        BOOST_TEST(requests.forget("2026-02-06T00:00:00.000000Z", 3) == 0);
        BOOST_TEST(count(database) == 4);
    });
}

BOOST_AUTO_TEST_CASE(rows_are_counted_and_removed_for_longer_than_one_is_added) {
    tollgate::test::Postgres& server = tollgate::test::postgres();
    const auto url = tollgate::test::database_url(server.url("long_answers"));
    StoredRequests requests{url, {.answer = std::chrono::milliseconds{500}}};
    Database other{url};
    StoredRequests{url}.add(line(1));
    other.with([&](Poco::Data::Session& session) {
        session << "BEGIN", now;
        session << "LOCK TABLE request_log IN ACCESS EXCLUSIVE MODE", now;
        std::thread waits{[&] { BOOST_TEST(requests.moment_of(1) == "2026-02-01T00:00:00.123456Z"); }};
        const auto waited =
            "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND waitstart < clock_timestamp() - interval '1000 ms'";
        tollgate::test::wait_until("it has waited longer", [&] { return server.ask(waited, "long_answers") == "1"; });
        session << "COMMIT", now;
        waits.join();
    });
}

BOOST_AUTO_TEST_CASE(a_database_that_is_away_or_stopped_is_told_as_such) {
    StoredRequests requests{tollgate::test::database_url("postgresql://tollgate:secret@127.0.0.1:1/none")};
    BOOST_CHECK_THROW(requests.add(line(1)), DatabaseUnavailable);
    const tollgate::test::TemporaryFolder folder;
    StoredRequests here{tollgate::test::database_url("sqlite:test.db", folder.path().string())};
    here.add(line(1));
    here.stop();
    BOOST_CHECK_THROW(here.add(line(2)), DatabaseUnavailable);
}

BOOST_AUTO_TEST_SUITE_END()

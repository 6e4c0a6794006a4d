// tests/core/history/request_history_waiting_test.cpp - slow, busy, absent and unready databases: nobody waits long.
#include "history/request_history.h"

#include "store/migrations.h"
#include "store/stored_requests.h"

#include "core/history/stored_lines.h"
#include "core/store/both_databases.h"
#include "support/deadline.h"

#include <thread>
#include <vector>

using namespace tollgate;
using namespace tollgate::history;
using namespace tollgate::store;
using namespace tollgate::test;
using namespace std::chrono_literals;
using Poco::Data::Keywords::now;

namespace {

bool is_unavailable(const StoreError& error) { return error.kind() == StoreError::Kind::unavailable; }

// Whatever it took, it was long, or it was not.
constexpr Retelling always{0ms, 10'000'000, 1h}, never{1h};

// Nobody reads the table as long as it lives.
class Held {
public:
    explicit Held(Database& database) : session_{database.session()} {
        session_.allow(1h);
        *session_ << "BEGIN", now;
        *session_ << "LOCK TABLE request_log IN ACCESS EXCLUSIVE MODE", now;
    }
    ~Held() { *session_ << "ROLLBACK", now; }
    Held(const Held&) = delete;

private:
    SessionPool::Lease session_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(history_request_history_waiting)

BOOST_AUTO_TEST_CASE(what_takes_too_long_is_given_up) {
    const tollgate::test::TemporaryFolder folder;
    const auto url = tollgate::test::database_url("sqlite:test.db", folder.path().string());
    StoredRequests requests{url};
    std::string lines;
    for (int i = 1; i <= 5000; ++i) lines += text_of({i, noon});
    requests.add(lines);
    RequestHistory hurried{url, 0ms};
    BOOST_CHECK_EXCEPTION(hurried.analytics(noon + 1min, 24), StoreError, is_unavailable);
    RequestHistory patient{url};
    BOOST_TEST(patient.analytics(noon + 1min, 24).statuses().total() == 5000u);
}

BOOST_AUTO_TEST_CASE(a_postgresql_that_is_busy_hangs_or_is_away_is_not_waited_for) {
    tollgate::test::Postgres server;
    const auto url = tollgate::test::database_url(server.url());
    StoredRequests requests{url};
    requests.add(text_of({1, noon}));
    RequestHistory history{url, 300ms};
    BOOST_TEST(ids(history.page({}, 100)) == "r1");
    {
        Database other{url};
        auto session = other.session();
        *session << "BEGIN", now;
        *session << "LOCK TABLE request_log IN ACCESS EXCLUSIVE MODE", now;
        BOOST_CHECK_EXCEPTION(history.page({}, 100), StoreError, is_unavailable);
        *session << "ROLLBACK", now;
    }
    BOOST_TEST(ids(history.page({}, 100)) == "r1");
    server.hang();
    BOOST_CHECK_EXCEPTION(history.page({}, 100), StoreError, is_unavailable);
    server.go_on();
    BOOST_TEST(ids(history.page({}, 100)) == "r1");
    server.kill();
    BOOST_CHECK_EXCEPTION(history.page({}, 100), StoreError, is_unavailable);
}

BOOST_AUTO_TEST_CASE(what_took_long_to_count_is_told_again) {
    tollgate::test::on_both([](Database& database) {
        StoredRequests requests{database.url()};
        requests.add(text_of({1, noon}));
        RequestHistory history{database.url(), 30s, always}, forgetful{database.url(), 30s, never};
        BOOST_TEST(history.analytics(noon + 1min, 24).statuses().total() == 1u);
        BOOST_TEST(forgetful.analytics(noon + 1min, 24).statuses().total() == 1u);
        requests.add(text_of({2, noon}));
        BOOST_TEST(history.analytics(noon + 1min, 24).statuses().total() == 1u);
        BOOST_TEST(history.analytics(noon + 1min, 23).statuses().total() == 2u);
        BOOST_TEST(forgetful.analytics(noon + 1min, 24).statuses().total() == 2u);
    });
}

BOOST_AUTO_TEST_CASE(a_refusal_stands_for_a_while_and_for_these_hours_only) {
    Database database{tollgate::test::database_url(tollgate::test::postgres().url("refusal"))};
    StoredRequests requests{database.url()};
    requests.add(text_of({1, noon}));
    RequestHistory history{database.url(), 2s, always};
    {
        const Held held{database};
        BOOST_CHECK_EXCEPTION(history.analytics(noon + 1min, 24), StoreError, [&](const StoreError& error) {
            BOOST_TEST(error.what() == database.url().shown() + ": no answer within 4000 ms");
            return is_unavailable(error);
        });
    }
    BOOST_CHECK_EXCEPTION(history.analytics(noon + 1min, 24), StoreError, is_unavailable);
    tollgate::test::wait_until("other hours are counted", [&] {
        return RequestHistory{database.url(), 30s}.analytics(noon + 1min, 23).statuses().total() == 1u;
    });
}

BOOST_AUTO_TEST_CASE(so_many_may_ask_at_once_and_the_next_is_refused_at_once) {
    tollgate::test::Postgres server;
    Database database{tollgate::test::database_url(server.url())};
    StoredRequests requests{database.url()};
    requests.add(text_of({1, noon}));
    RequestHistory history{database.url(), 10min};
    std::vector<std::thread> asking;
    {
        const Held held{database};
        for (int i = 0; i < RequestHistory::most_asking; ++i)
            asking.emplace_back([&] { BOOST_TEST(history.page({}, 100).records.size() == 1u); });
        tollgate::test::wait_until("they wait for the table", [&] {
            return server.ask("SELECT count(*) FROM pg_locks WHERE NOT granted")
                .starts_with(std::to_string(RequestHistory::most_asking));
        });
        BOOST_CHECK_EXCEPTION(history.page({}, 100), StoreError, is_unavailable);  // ten minutes else
        BOOST_CHECK_EXCEPTION(history.analytics(noon, 24), StoreError, is_unavailable);
    }
    for (auto& thread : asking) thread.join();
    BOOST_TEST(history.page({}, 100).records.size() == 1u);
}

BOOST_AUTO_TEST_CASE(who_reads_makes_nothing_ready_and_waits_for_nobody_who_does) {
    tollgate::test::on_both([](Database& database) {
        RequestHistory history{database.url()};
        store::migrate(database, store::migrations().first(2));
        BOOST_TEST(history.page({}, 100).records.empty());
        BOOST_TEST(history.analytics(noon, 24).statuses().total() == 0u);
        store::migrate(database, store::migrations().first(3));
        BOOST_TEST(history.page({}, 100).records.empty());
        BOOST_TEST(store::migration_status(database).applied.size() == 3u);
        StoredRequests requests{database.url()};
        requests.add(text_of({1, noon}));
        BOOST_TEST(ids(history.page({}, 100)) == "r1");
    });
}

BOOST_AUTO_TEST_CASE(a_server_that_hangs_from_the_beginning_is_not_waited_for) {
    tollgate::test::Postgres server;
    RequestHistory history{tollgate::test::database_url(server.url()), 300ms};
    server.hang();
    BOOST_CHECK_EXCEPTION(history.page({}, 100), StoreError, is_unavailable);
    BOOST_CHECK_EXCEPTION(history.analytics(noon, 24), StoreError, is_unavailable);
    server.go_on();
}

BOOST_AUTO_TEST_SUITE_END()

// tests/core/store/session_pool_test.cpp - sessions lent and taken back, by servers that stay, leave and hang.
#include "store/session_pool.h"

#include "core/store/both_databases.h"

#include "support/connection.h"
#include "support/deadline.h"

#include <tollgate/plugin.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

using namespace tollgate;
using namespace tollgate::store;
using namespace Poco::Data::Keywords;
using namespace std::chrono_literals;

namespace {

int one(SessionPool::Lease& lease) {
    int one = 0;
    *lease << "SELECT 1", into(one), now;
    return one;
}

long resident_kilobytes() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
    return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_session_pool)

BOOST_AUTO_TEST_CASE(a_session_is_used_again) {
    const auto url = test::database_url(test::postgres().url("pool_again"));
    SessionPool pool{url};
    const auto process = [&] {
        auto lease = pool.take();
        int id = 0;
        *lease << "SELECT pg_backend_pid()", into(id), now;
        return id;
    };
    BOOST_TEST(process() == process());
}

BOOST_AUTO_TEST_CASE(whom_all_are_lent_away_waits_for_one) {
    const auto url = test::database_url(test::postgres().url("pool_wait"));
    SessionPool pool{url};
    std::vector<SessionPool::Lease> lent;
    for (int i = 0; i < 8; ++i) lent.push_back(pool.take());
    std::atomic<int> got{0};
    std::thread ninth{[&] {
        auto lease = pool.take();
        got = one(lease);
    }};
    lent.clear();
    ninth.join();
    BOOST_TEST(got == 1);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_server_that_hangs_is_let_go) {
    const std::string name = "pool_hang";
    const auto url = test::database_url(test::postgres().url(name));
    SessionPool pool{url};
    std::atomic<bool> thrown{false};
    std::thread waits{[&] {
        auto lease = pool.take();
        try {
            *lease << "SELECT pg_sleep(600)", now;
        } catch (const Poco::Exception&) {
            thrown = true;
        }
    }};
    test::wait_until("the server sleeps", [&] {
        return test::postgres().ask("SELECT count(*) FROM pg_stat_activity WHERE datname = '" + name +
                                    "' AND state = 'active' AND query LIKE 'SELECT pg_sleep%'", "postgres") == "1";
    });
    pool.stop();
    waits.join();
    BOOST_TEST(thrown);
    BOOST_CHECK_THROW(pool.take(), Poco::Exception);
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_answer_in_time_is_given_up) {
    const auto url = test::database_url(test::postgres().url("pool_late"));
    Patience patience;
    patience.answer = 1h;
    SessionPool pool{url, patience};
    {
        auto lease = pool.take();
        lease.allow(100ms);
        BOOST_CHECK_THROW((*lease << "SELECT pg_sleep(600)", now), Poco::Exception);
        BOOST_TEST(lease.given_up());
    }
    auto lease = pool.take();
    BOOST_TEST(one(lease) == 1);
    BOOST_TEST(!lease.given_up());
}

// The kernel accepts for a program that never does, as for a server that hangs.
BOOST_AUTO_TEST_CASE(who_connects_to_a_server_that_swallows_connections_is_let_go) {
    const int listening = test::listen_on("127.0.0.1:0");
    const std::string address = test::bound_address(listening);
    const auto url = test::database_url("postgresql://me:secret@" + address + "/d?connect_timeout=3600");
    SessionPool pool{url};
    std::atomic<bool> thrown{false};
    std::thread connects{[&] {
        try {
            pool.take();
        } catch (const Poco::IllegalStateException&) {
            thrown = true;
        }
    }};
    pollfd wait{listening, POLLIN, 0};
    BOOST_TEST(::poll(&wait, 1, 60'000) == 1);
    pool.stop();
    connects.join();
    BOOST_TEST(thrown);
    ::close(listening);
}

BOOST_AUTO_TEST_CASE(all_addresses_are_tried_and_what_each_says_is_told) {
    const int listening = test::listen_on("127.0.0.1:0");
    const std::string address = test::bound_address(listening), port = address.substr(address.rfind(':'));
    const auto silent = test::database_url("postgresql://me:secret@127.0.0.1,127.0.77.1" + port + "/d?connect_timeout=2");
    SessionPool pool{silent};
    try {
        pool.take();
        BOOST_ERROR("nobody let it in");
    } catch (const Poco::Exception& problem) {
        const std::string said = problem.displayText();
        BOOST_TEST(said.find("nobody answers within 2 s; ") != std::string::npos, said);
        BOOST_TEST(said.find("Connection refused") != std::string::npos, said);
    }
    ::close(listening);
    auto& server = test::postgres();
    const auto second = test::database_url("postgresql://tollgate:secret@127.0.77.1,127.0.0.1:" + std::to_string(server.port()) + "/postgres");
    SessionPool other{second};
    auto lease = other.take();
    BOOST_TEST(one(lease) == 1);
}

BOOST_AUTO_TEST_CASE(who_waits_for_others_to_write_to_a_file_is_let_go) {
    const test::TemporaryFolder folder;
    const auto url = test::database_url("sqlite:wait.db", folder.path().string());
    SessionPool writers{url};
    auto writer = writers.take();
    *writer << "BEGIN IMMEDIATE", now;
    Patience patience;
    patience.lock = 1h;
    SessionPool pool{url, patience};
    std::atomic<bool> asks{false}, thrown{false};
    std::thread waits{[&] {
        auto lease = pool.take();
        asks = true;
        try {
            *lease << "BEGIN IMMEDIATE", now;
        } catch (const Poco::Exception&) {
            thrown = true;
        }
    }};
    test::wait_until("it asks for the lock", [&] { return asks.load(); });
    pool.stop();
    waits.join();
    BOOST_TEST(thrown);
    *writer << "ROLLBACK", now;
}

BOOST_AUTO_TEST_CASE(what_a_file_takes_long_for_ends_with_a_stop) {
    const test::TemporaryFolder folder;
    Database database{test::database_url("sqlite:long.db", folder.path().string())};
    std::atomic<bool> asks{false}, unavailable{false};
    std::thread waits{[&] {
        try {
            database.with([&](Poco::Data::Session& session) {
                asks = true;
                session << "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) SELECT MAX(n) FROM number", now;
            });
        } catch (const StoreError& problem) {
            unavailable = problem.kind() == StoreError::Kind::unavailable;
        }
    }};
    test::wait_until("it asks", [&] { return asks.load(); });
    database.stop();
    waits.join();
    BOOST_TEST(unavailable);
}

BOOST_AUTO_TEST_CASE(a_file_that_has_no_more_room_may_have_some_later) {
    const test::TemporaryFolder folder;
    Database database{test::database_url("sqlite:full.db", folder.path().string())};
    const auto fill = [](Poco::Data::Session& session) {
        session << "CREATE TABLE IF NOT EXISTS pages (bytes BLOB)", now;
        session << "PRAGMA max_page_count = 10", now;
        session << "INSERT INTO pages VALUES (zeroblob(1000000))", now;
    };
    BOOST_CHECK_EXCEPTION(database.with(fill), StoreError,
                          [](const auto& problem) { return problem.kind() == StoreError::Kind::unavailable; });
    BOOST_CHECK_EXCEPTION(database.with([](Poco::Data::Session& session) { session << "NONSENSE", now; }), StoreError,
                          [](const auto& problem) { return problem.kind() == StoreError::Kind::broken; });
}

BOOST_AUTO_TEST_CASE(what_a_server_will_not_do_now_it_may_do_later) {
    Database database{test::database_url(test::postgres().url("codes"))};
    const auto kind_of = [&](const std::string& statement) {
        try {
            database.write([&](Poco::Data::Session& session) { session << statement, now; });
        } catch (const StoreError& problem) {
            return problem.kind();
        }
        return StoreError::Kind::refused;
    };
    const auto raise = [](const std::string& code) {
        return "DO 'BEGIN RAISE EXCEPTION USING ERRCODE = ''" + code + "'', MESSAGE = ''State: 53100''; END'";
    };
    for (const char* code : {"53100", "57014", "40P01", "25006", "55P03"})
        BOOST_TEST((kind_of(raise(code)) == StoreError::Kind::unavailable), code);
    for (const char* code : {"23505", "42501", "22P02"})
        BOOST_TEST((kind_of(raise(code)) == StoreError::Kind::broken), code);
    BOOST_TEST((kind_of("NONSENSE") == StoreError::Kind::broken));
}

BOOST_AUTO_TEST_CASE(others_that_write_to_a_file_are_waited_for) {
    const test::TemporaryFolder folder;
    const auto url = test::database_url("sqlite:wait.db", folder.path().string());
    Patience patience;
    patience.lock = 1h;
    SessionPool pool{url, patience};
    auto writer = pool.take();
    *writer << "BEGIN IMMEDIATE", now;
    std::atomic<bool> asks{false};
    std::thread waits{[&] {
        auto lease = pool.take();
        asks = true;
        *lease << "BEGIN IMMEDIATE", now;
        *lease << "ROLLBACK", now;
    }};
    test::wait_until("it asks for the lock", [&] { return asks.load(); });
    *writer << "ROLLBACK", now;
    waits.join();
    patience.lock = 50ms;
    SessionPool hasty{url, patience};
    *writer << "BEGIN IMMEDIATE", now;
    auto lease = hasty.take();
    BOOST_CHECK_THROW((*lease << "BEGIN IMMEDIATE", now), Poco::Exception);
    *writer << "ROLLBACK", now;
}

BOOST_AUTO_TEST_CASE(a_server_that_was_started_anew_gets_new_sessions_at_once) {
    test::Postgres server;
    const auto url = test::database_url(server.url());
    SessionPool pool{url};
    { auto lease = pool.take(); BOOST_TEST(one(lease) == 1); }
    server.kill();
    server.start();
    auto lease = pool.take();
    BOOST_TEST(one(lease) == 1);
}

// A session of which there is no second descriptor would be lent again and again once its server has closed it.
BOOST_AUTO_TEST_CASE(a_session_is_whole_or_there_is_none) {
    const auto url = test::database_url(test::postgres().url("pool_files"));
    SessionPool pool{url};
    std::vector<int> taken;
    const auto take_all = [&] {
        for (int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC); one >= 0; one = ::open("/dev/null", O_RDONLY | O_CLOEXEC))
            taken.push_back(one);
    };
    std::optional<SessionPool::Lease> lease;
    std::size_t left = 0;
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{256, before.rlim_max};
    BOOST_TEST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    take_all();
    for (left = 1; left < 10 && !lease; ++left) {
        for (std::size_t i = 0; i < left; ++i) {
            ::close(taken.back());
            taken.pop_back();
        }
        try {
            lease.emplace(pool.take());
        } catch (const Poco::Exception&) {
            take_all();
        }
    }
    --left;
    for (const int one : taken) ::close(one);
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST_REQUIRE(lease.has_value());
    BOOST_TEST_REQUIRE(left >= 2u);
    test::postgres().ask("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = 'pool_files'", "postgres");
    lease.reset();
    auto again = pool.take();
    BOOST_TEST(one(again) == 1);
}

// What SQLite would never end.
constexpr const char* endless = "SELECT COUNT(*) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                                " SELECT i FROM n)";

BOOST_AUTO_TEST_CASE(what_sqlite_works_at_ends_when_the_lease_says) {
    const test::TemporaryFolder folder;
    Database database{test::database_url("sqlite:test.db", folder.path().string())};
    const auto is_unavailable = [](const StoreError& error) { return error.kind() == StoreError::Kind::unavailable; };
    const auto count_for = [&](std::chrono::milliseconds time) {
        return database.with([&](SessionPool::Lease& lease) {
            int count = 0;
            lease.interrupt_after(time);
            *lease << endless, into(count), now;
            return count;
        });
    };
    BOOST_CHECK_EXCEPTION(count_for(1ms), StoreError, is_unavailable);
    // The same session, for somebody who said no end.
    const int counted = database.with([&](SessionPool::Lease& lease) {
        int count = 0;
        *lease << "SELECT COUNT(*) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000)"
                  " SELECT i FROM n)",
            into(count), now;
        return count;
    });
    BOOST_TEST(counted == 100'000);
}

BOOST_AUTO_TEST_CASE(stop_ends_what_sqlite_works_at_also_where_the_lease_has_an_end) {
    const test::TemporaryFolder folder;
    Database database{test::database_url("sqlite:test.db", folder.path().string())};
    std::atomic<bool> begun{false}, ended{false};
    std::thread asking{[&] {
        try {
            database.with([&](SessionPool::Lease& lease) {
                int count = 0;
                lease.interrupt_after(1h);
                begun = true;
                *lease << endless, into(count), now;
            });
        } catch (const StoreError& error) {
            ended = error.kind() == StoreError::Kind::unavailable;
        }
    }};
    test::wait_until("it is asked", [&] { return begun.load(); });
    database.stop();
    asking.join();
    BOOST_TEST(ended);
}

// POCO's own pool keeps 100 KB of each.
BOOST_AUTO_TEST_CASE(a_server_that_is_away_costs_no_memory) {
    const auto url = test::database_url("postgresql://me:secret@127.0.0.1:1/d");
    SessionPool pool{url};
    const auto fail = [&](int times) {
        for (int i = 0; i < times; ++i) BOOST_CHECK_THROW(pool.take(), Poco::Exception);
    };
    fail(50);
    const auto before = resident_kilobytes();
    fail(1000);
    // A sanitizer holds back a quarter of a gigabyte of what is freed.
    BOOST_TEST(resident_kilobytes() - before < (std::string_view{TOLLGATE_SANITIZER} == "none" ? 20'000 : 400'000));
}

BOOST_AUTO_TEST_SUITE_END()

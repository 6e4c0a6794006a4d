// tests/core/store/migrations_test.cpp - the schema from nothing, step by step, at once, half-way, from the future.
#include "store/migrations.h"

#include "core/store/both_databases.h"

#include "support/deadline.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

using namespace tollgate;
using namespace tollgate::store;
using namespace Poco::Data::Keywords;

namespace {

constexpr const char* one[] = {"CREATE TABLE one (a INTEGER PRIMARY KEY)", "INSERT INTO one (a) VALUES (1)"};
constexpr const char* two[] = {"CREATE TABLE two (a INTEGER PRIMARY KEY)", "INSERT INTO two (a) VALUES (2)"};
constexpr const char* broken[] = {"CREATE TABLE two (a INTEGER PRIMARY KEY)", "INSERT INTO nowhere (a) VALUES (2)"};
constexpr Migration both_steps[] = {{1, "one", one}, {2, "two", two}};
constexpr Migration second_broken[] = {{1, "one", one}, {2, "two", broken}};

int count(Database& database, const std::string& table) {
    return database.with([&](Poco::Data::Session& session) {
        int rows = 0;
        session << "SELECT COUNT(*) FROM " + table, into(rows), now;
        return rows;
    });
}

// Whether another program is at its second step.
bool in_the_middle(Database& database) {
    if (!database.is_sqlite())
        return database.with([](Poco::Data::Session& session) {
            int rows = 0;
            session << "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(5)%' "
                       "AND pid <> pg_backend_pid()",
                into(rows), now;
            return rows > 0;
        });
    return database.with([](Poco::Data::Session& session) {
        bool locked = false;
        session << "PRAGMA busy_timeout = 0", now;
        try {
            session << "BEGIN IMMEDIATE", now;
            session << "ROLLBACK", now;
        } catch (const Poco::Exception&) {
            locked = true;
        }
        session << "PRAGMA busy_timeout = 5000", now;
        return locked;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_migrations)

BOOST_AUTO_TEST_CASE(who_only_looks_makes_no_file) {
    const test::TemporaryFolder folder;
    Database database{test::database_url("sqlite:none.db", folder.path().string())};
    const auto status = migration_status(database);
    BOOST_TEST(status.applied.empty());
    BOOST_TEST(status.pending.size() == migrations().size());
    BOOST_TEST(::access((folder / "none.db").c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_CASE(a_new_database_is_brought_up_once) {
    test::on_both([](Database& database) {
        BOOST_TEST(migration_status(database).applied.empty());
        BOOST_TEST(migration_status(database).pending.size() == migrations().size());
        BOOST_TEST(migrate(database).size() == migrations().size());
        BOOST_TEST(migrate(database).empty());
        const auto status = migration_status(database);
        BOOST_TEST(status.pending.empty());
        BOOST_TEST(status.applied.front().name == "keys");
        BOOST_TEST(status.applied.front().at > 1'700'000'000'000'000);
        BOOST_TEST(count(database, "api_keys") == 0);
    });
}

BOOST_AUTO_TEST_CASE(looking_changes_nothing) {
    test::on_both([](Database& database) {
        migration_status(database);
        BOOST_CHECK_THROW(count(database, "schema_migrations"), StoreError);
    });
}

BOOST_AUTO_TEST_CASE(only_what_is_missing_is_applied) {
    test::on_both([](Database& database) {
        BOOST_TEST(migrate(database, std::span{both_steps}.first(1)).size() == 1u);
        BOOST_TEST(migration_status(database, both_steps).pending.size() == 1u);
        BOOST_TEST(migrate(database, both_steps).front().number == 2);
        BOOST_TEST(count(database, "one") == 1);
        BOOST_TEST(count(database, "two") == 1);
    });
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_leaves_nothing_and_can_be_tried_again) {
    test::on_both([](Database& database) {
        BOOST_CHECK_THROW(migrate(database, second_broken), StoreError);
        const auto status = migration_status(database, both_steps);
        BOOST_TEST(status.applied.size() == 1u);
        BOOST_CHECK_THROW(count(database, "two"), StoreError);
        migrate(database, both_steps);
        BOOST_TEST(count(database, "two") == 1);
    });
}

// kill -9 in the middle of a step: the server, or who opens the file next, undoes what was begun.
BOOST_AUTO_TEST_CASE(a_program_that_dies_in_the_middle_leaves_what_was_before) {
    test::on_both([](Database& database) {
        migrate(database, std::span{both_steps}.first(1));
        const pid_t program = ::fork();
        if (program == 0) {
            Database its_own{database.url()};
            const char* const endless[] = {two[0], two[1],
                                           its_own.is_sqlite() ? "INSERT INTO two (a) WITH RECURSIVE n(i) AS (SELECT 3 UNION "
                                                                 "ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0"
                                                               : "SELECT pg_sleep(5)"};
            const Migration steps[] = {both_steps[0], {2, "two", endless}};
            try {
                migrate(its_own, steps);
            } catch (const std::exception& problem) {
                std::fprintf(stderr, "%s\n", problem.what());
            }
            ::_exit(1);  // it should not have come here
        }
        test::wait_until("it is in the middle", [&] { return in_the_middle(database); });
        ::kill(program, SIGKILL);
        int status = 0;
        ::waitpid(program, &status, 0);
        BOOST_TEST(WIFSIGNALED(status));
        BOOST_CHECK_THROW(count(database, "two"), StoreError);
        BOOST_TEST(migration_status(database, both_steps).applied.size() == 1u);
        migrate(database, both_steps);
        BOOST_TEST(count(database, "two") == 1);
    });
}

BOOST_AUTO_TEST_CASE(several_at_once_apply_each_step_once) {
    test::on_both([](Database& database) {
        std::atomic<std::size_t> applied{0};
        std::atomic<int> failed{0};
        std::vector<std::thread> programs;
        for (int i = 0; i < 4; ++i)
            programs.emplace_back([&] {
                try {
                    applied += migrate(database, both_steps).size();
                } catch (const std::exception&) {
                    ++failed;
                }
            });
        for (auto& program : programs) program.join();
        BOOST_TEST(failed == 0);
        BOOST_TEST(applied == 2u);
        BOOST_TEST(count(database, "one") == 1);
    });
}

BOOST_AUTO_TEST_CASE(a_newer_programs_database_is_refused) {
    test::on_both([](Database& database) {
        migrate(database, both_steps);
        const auto old = std::span{both_steps}.first(1);
        const auto newer = [](const StoreError& error) {
            return std::string_view{error.what()}.ends_with(
                ": the schema is at step 2 of 1 that this program knows: it was made by a newer one");
        };
        BOOST_CHECK_EXCEPTION(migrate(database, old), StoreError, newer);
        BOOST_CHECK_EXCEPTION(migration_status(database, old), StoreError, newer);
    });
}

BOOST_AUTO_TEST_CASE(a_file_is_for_its_owner_alone) {
    const test::TemporaryFolder folder;
    Database database{test::database_url("sqlite:t.db", folder.path().string())};
    migrate(database);
    struct stat facts {};
    BOOST_REQUIRE(::stat((folder / "t.db").c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 0777) == 0600u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_reached_is_unavailable_and_no_password_is_told) {
    const auto unavailable = [](const StoreError& error) {
        const std::string_view what = error.what();
        return error.kind() == StoreError::Kind::unavailable && what.find("hidden") == what.npos && what.find('\n') == what.npos;
    };
    Database nobody{test::database_url("postgresql://me:hidden@127.0.0.1:1/d")};
    BOOST_CHECK_EXCEPTION(migrate(nobody), StoreError, unavailable);
    Database nowhere{test::database_url("sqlite:/nowhere/at/all.db")};
    BOOST_CHECK_EXCEPTION(migrate(nowhere), StoreError, unavailable);
}

BOOST_AUTO_TEST_CASE(a_server_that_went_away_and_came_back_is_used_again) {
    test::Postgres server;
    Database database{test::database_url(server.url())};
    migrate(database);
    server.kill();
    const auto unavailable = [](const StoreError& error) { return error.kind() == StoreError::Kind::unavailable; };
    for (int i = 0; i < 3; ++i) BOOST_CHECK_EXCEPTION(count(database, "api_keys"), StoreError, unavailable);
    server.start();
    BOOST_TEST(count(database, "api_keys") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

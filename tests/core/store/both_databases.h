// tests/core/store/both_databases.h - the same test on SQLite and on a real PostgreSQL.
#pragma once

#include "store/database.h"
#include "store/migrations.h"

#include "support/postgres.h"
#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>

namespace tollgate::test {

inline store::DatabaseUrl database_url(const std::string& text, const std::string& folder = "/") {
    std::string problem;
    const auto url = store::DatabaseUrl::parse(text, folder, problem);
    BOOST_REQUIRE_MESSAGE(url, problem);
    return *url;
}

// One server for all suites of the program: a database each is enough to keep tests apart.
inline Postgres& postgres() {
    static Postgres server;
    return server;
}

// Runs `test` with an empty database of each kind.
inline void on_both(const std::function<void(store::Database&)>& test) {
    {
        const TemporaryFolder folder;
        BOOST_TEST_CONTEXT("SQLite") {
            store::Database database{database_url("sqlite:test.db", folder.path().string())};
            test(database);
        }
    }
    static int number = 0;
    BOOST_TEST_CONTEXT("PostgreSQL") {
        store::Database database{database_url(postgres().url("test" + std::to_string(++number)))};
        test(database);
    }
}

inline void on_both_migrated(const std::function<void(store::Database&)>& test) {
    on_both([&](store::Database& database) {
        store::migrate(database);
        test(database);
    });
}

}  // namespace tollgate::test

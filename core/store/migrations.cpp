// core/store/migrations.cpp - the steps of the schema, and applying them.
#include "store/migrations.h"

#include <chrono>

namespace tollgate::store {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;

namespace {

// Times are microseconds since 1970: POCO's DateTime loses them on both databases. Truths are 0 and 1.
constexpr const char* keys_statements[] = {
    "CREATE TABLE api_keys ("
    " id VARCHAR(64) PRIMARY KEY,"
    " secret_sha256 CHAR(64) NOT NULL UNIQUE,"
    " previous_sha256 CHAR(64),"  // of before the last rotation, good until previous_until
    " previous_until BIGINT,"
    " owner VARCHAR(256) NOT NULL,"
    " name VARCHAR(256) NOT NULL,"
    " tier VARCHAR(256) NOT NULL,"  // '': none
    " scopes VARCHAR(2048) NOT NULL,"  // with blanks between
    " rate_count BIGINT,"  // a limit of its own, in rate_seconds
    " rate_seconds BIGINT,"
    " rate_burst BIGINT,"
    " active INTEGER NOT NULL,"
    " expires_at BIGINT,"
    " created_at BIGINT NOT NULL,"
    " last_used_at BIGINT,"
    " revision BIGINT NOT NULL)",  // of the store when it was changed last
    "CREATE UNIQUE INDEX api_keys_previous ON api_keys (previous_sha256)",
    "CREATE INDEX api_keys_owner ON api_keys (owner, id)",
    "CREATE INDEX api_keys_revision ON api_keys (revision)",
    // One row, which every change counts up: who has read up to a revision asks for what came after.
    "CREATE TABLE store_revision (only_row INTEGER PRIMARY KEY, revision BIGINT NOT NULL)",
    "INSERT INTO store_revision (only_row, revision) VALUES (1, 0)",
};

constexpr const char* counts_statements[] = {
    "CREATE TABLE counts ("
    " plugin VARCHAR(256) NOT NULL,"
    " name TEXT NOT NULL,"
    " key_hash CHAR(16) NOT NULL,"  // 64 bits, by the secret below
    " ends_at BIGINT NOT NULL,"     // milliseconds since 1970: forgotten then
    " amount BIGINT NOT NULL,"
    " PRIMARY KEY (plugin, name, key_hash, ends_at))",
    "CREATE INDEX counts_ends_at ON counts (ends_at)",
    "CREATE TABLE count_secret ("
    " only_row INTEGER PRIMARY KEY,"
    " first_half CHAR(16) NOT NULL,"
    " second_half CHAR(16) NOT NULL)",
};

// SQLite knows no times of its own: there they are texts, of one length, in UTC.
constexpr const char* requests_statements[] = {
    "CREATE TABLE request_log ("
    " id UUID PRIMARY KEY,"  // of the gateway's start, the loop and a sequence there; see plugins/logging
    " timestamp_utc TIMESTAMP WITH TIME ZONE NOT NULL,"  // when the request began
    " user_id TEXT,"         // whom the key belongs to, or else who asked
    " key_id TEXT,"
    " tier TEXT,"
    " http_method VARCHAR(10) NOT NULL,"
    " request_path TEXT NOT NULL,"
    " route TEXT NOT NULL,"
    " status_code INTEGER NOT NULL,"
    " reason TEXT,"
    " latency_ms DOUBLE PRECISION NOT NULL,"
    " gateway_ms DOUBLE PRECISION NOT NULL,"  // without what upstreams took
    " upstream TEXT,"
    " target TEXT,"
    " attempts INTEGER,"
    " upstream_status INTEGER,"
    " cache TEXT,"
    " bytes_received BIGINT NOT NULL,"
    " bytes_sent BIGINT NOT NULL,"
    " complete BOOLEAN NOT NULL,"
    " request_id TEXT NOT NULL,"
    " client_ip TEXT NOT NULL)",
    "CREATE INDEX request_log_timestamp ON request_log (timestamp_utc)",
    "CREATE INDEX request_log_key ON request_log (key_id, timestamp_utc) WHERE key_id IS NOT NULL",
    "CREATE INDEX request_log_user ON request_log (user_id, timestamp_utc) WHERE user_id IS NOT NULL",
};

// For operators who look for one request, for those of a client, and for what went wrong.
constexpr const char* request_indexes_statements[] = {
    "CREATE INDEX request_log_request_id ON request_log (request_id)",
    "CREATE INDEX request_log_client ON request_log (client_ip, timestamp_utc)",
    "CREATE INDEX request_log_failed ON request_log (timestamp_utc) WHERE status_code >= 400",
};

constexpr Migration all[] = {{1, "keys", keys_statements}, {2, "counts", counts_statements},
                             {3, "requests", requests_statements}, {4, "request_indexes", request_indexes_statements}};

constexpr std::chrono::minutes one_step{10};  // of many rows, or of another program that is waited for

constexpr const char* make_list =
    "CREATE TABLE schema_migrations ("
    " number INTEGER PRIMARY KEY, name VARCHAR(256) NOT NULL, applied_at BIGINT NOT NULL)";

std::int64_t now_microseconds() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

bool has_list(Session& session, bool sqlite) {
    int count = 0;
    if (sqlite)
        session << "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'", into(count), now;
    else
        session << "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_migrations'",
            into(count), now;
    return count > 0;
}

MigrationStatus status_of(Session& session, bool sqlite, std::span<const Migration> known, const std::string& shown) {
    MigrationStatus status;
    std::vector<int> numbers;
    std::vector<std::string> names;
    std::vector<Poco::Int64> times;
    if (has_list(session, sqlite))
        session << "SELECT number, name, applied_at FROM schema_migrations ORDER BY number", into(numbers), into(names),
            into(times), now;
    for (std::size_t i = 0; i < numbers.size(); ++i) status.applied.push_back({numbers[i], names[i], times[i]});
    const int last = numbers.empty() ? 0 : numbers.back();
    if (last > int(known.size()) || int(numbers.size()) != last)
        throw StoreError{StoreError::Kind::broken,
                         shown + ": the schema is at step " + std::to_string(last) + " of " + std::to_string(known.size()) +
                             " that this program knows" +
                             (last > int(known.size()) ? ": it was made by a newer one" : ", and some before it are missing")};
    status.pending.assign(known.begin() + last, known.end());
    return status;
}

}  // namespace

std::span<const Migration> migrations() { return all; }

MigrationStatus migration_status(Database& database, std::span<const Migration> known) {
    if (!database.is_there()) return {{}, {known.begin(), known.end()}};
    return database.with([&](Session& session) {
        return status_of(session, database.is_sqlite(), known, database.url().shown());
    });
}

std::vector<AppliedMigration> migrate(Database& database, std::span<const Migration> known) {
    std::vector<AppliedMigration> applied;
    // Asked without a lock, and answered at once or not at all: most find everything done.
    if (migration_status(database, known).pending.empty()) return applied;
    for (;;) {
        const bool more = database.write([&](SessionPool::Lease& lease) {
            lease.allow(one_step);
            Session& session = *lease;
            // PostgreSQL would let two make the same table at once, and fail one of them. The number is anybody's.
            if (!database.is_sqlite()) session << "SELECT pg_advisory_xact_lock(7655103471)", now;
            if (!has_list(session, database.is_sqlite())) session << make_list, now;
            const auto status = status_of(session, database.is_sqlite(), known, database.url().shown());
            if (status.pending.empty()) return false;
            const Migration& next = status.pending.front();
            for (const char* statement : next.statements) session << statement, now;
            AppliedMigration record{next.number, next.name, now_microseconds()};
            Poco::Int64 at = record.at;
            session << "INSERT INTO schema_migrations (number, name, applied_at) VALUES ($1, $2, $3)", use(record.number),
                use(record.name), use(at), now;
            applied.push_back(record);
            return true;
        });
        if (!more) return applied;
    }
}

}  // namespace tollgate::store

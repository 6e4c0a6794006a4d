// core/store/migrations.h - the schema, in numbered steps that run on SQLite and on PostgreSQL.
#pragma once

#include "store/database.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tollgate::store {

// One statement each, of words that both databases know.
struct Migration {
    int number;  // from 1, without gaps
    const char* name;
    std::span<const char* const> statements;
};

std::span<const Migration> migrations();

struct AppliedMigration {
    int number = 0;
    std::string name;
    std::int64_t at = 0;  // microseconds since 1970
};

struct MigrationStatus {
    std::vector<AppliedMigration> applied;
    std::vector<Migration> pending;
};

// What is there and what is not yet; changes nothing, and makes no file. Throws StoreError: also where the database was made by a newer
// program, which this one would not understand.
MigrationStatus migration_status(Database& database, std::span<const Migration> known = migrations());

// Brings the schema to the last step. Each step and the record of it are one transaction: a run that was interrupted,
// at whatever moment, is completed by the next. Several programs at once: one does it, the others wait. Returns what it
// applied.
std::vector<AppliedMigration> migrate(Database& database, std::span<const Migration> known = migrations());

}  // namespace tollgate::store

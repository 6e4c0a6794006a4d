// core/commands/database.h - the database that a command works on: which one, and at which step of its schema.
#pragma once

#include "commands/surroundings.h"
#include "snapshot/snapshot.h"
#include "store/database.h"

#include <functional>
#include <string>

namespace tollgate::commands {

struct OpenDatabase {
    store::Database& database;
    std::function<bool(const std::string&)> has_tier;  // of routes.lua
};

// What `tollgate check --database` looks at: whether the database of the configuration answers, at which step its schema
// is, and whether routes.lua declares the tiers that its keys name. Changes nothing. Returns the exit code.
int check_database(const Snapshot& snapshot);

// Opens what routes.lua (or --database) names, brings its schema up, and calls `work`, whose exit code it returns.
// Complains of what goes wrong on the way.
int with_database(const Options& options, const std::function<int(const OpenDatabase&)>& work);

}  // namespace tollgate::commands

// core/commands/check.cpp - `tollgate check` and `tollgate routes`: reads routes.lua whole, without serving it.
#include "commands/commands.h"

#include "commands/database.h"
#include "commands/surroundings.h"
#include "commands/trial.h"
#include "support/text.h"

#include <iostream>

namespace tollgate::commands {

namespace {

// Loads into `trial`, or returns the exit code, having said why.
std::optional<int> load(Trial& trial, const Options& options, std::filesystem::path& file) {
    const auto found = routes_file(options);
    if (!found || !load_plugins(trial.catalogue, options)) return wrong;
    file = *found;
    return trial.load(file) ? std::nullopt : std::optional{wrong};
}

}  // namespace

int check(const Options& options) {
    Trial trial;
    std::filesystem::path file;
    if (const auto code = load(trial, options, file)) return *code;
    const Snapshot& snapshot = *trial.loaded.snapshot;
    std::cout << file.filename().string() << ": ok, " << text::count(snapshot.routes.size(), "route") << ", "
              << text::count(snapshot.upstreams.size(), "upstream") << ", "
              << text::count(snapshot.uses.size(), "plugin use") << std::endl;
    return options.check_database ? check_database(snapshot) : done;
}

int routes(const Options& options) {
    Trial trial;
    std::filesystem::path file;
    if (const auto code = load(trial, options, file)) return *code;
    std::cout << config::describe_routes(*trial.loaded.snapshot, options.json);
    return done;
}

}  // namespace tollgate::commands

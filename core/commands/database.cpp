// core/commands/database.cpp - finding and opening the database for a command; `tollgate migrate`.
#include "commands/database.h"

#include "commands/trial.h"
#include "store/key_facts.h"
#include "store/key_table.h"
#include "store/migrations.h"
#include "support/text.h"

#include <iostream>
#include <memory>

namespace tollgate::commands {

namespace {

// Loads the configuration and opens what it names; the exit code where that fails.
struct Opened {
    int code = done;
    std::unique_ptr<Trial> trial;
    std::unique_ptr<store::Database> database;
};

Opened open(const Options& options) {
    Opened opened;
    opened.trial = std::make_unique<Trial>();
    const auto file = routes_file(options);
    if (!file || !load_plugins(opened.trial->catalogue, options) || !opened.trial->load(*file)) {
        opened.code = wrong;
        return opened;
    }
    auto url = opened.trial->snapshot().database;
    if (!options.keys.database.empty()) {
        std::string problem;
        url = store::DatabaseUrl::parse(options.keys.database, std::filesystem::current_path().string(), problem);
        if (!url) {
            complain("--database: " + problem);
            opened.code = wrong;
            return opened;
        }
    }
    opened.database = std::make_unique<store::Database>(*url);
    return opened;
}

void print(const store::AppliedMigration& applied) {
    std::cout << applied.number << "  " << applied.name << "  applied "
              << store::show(store::Time{std::chrono::microseconds{applied.at}}) << '\n';
}

int guarded(const std::function<int()>& work) {
    try {
        return work();
    } catch (const store::StoreError& error) {
        complain(error.what());
        return failed;
    }
}

}  // namespace

int check_database(const Snapshot& snapshot) {
    const std::string& shown = snapshot.database->shown();
    store::Database database{*snapshot.database};
    if (!database.is_there()) {
        std::cout << shown << ": is not there yet, and made when somebody asks for a key or a quota is kept\n";
        return done;
    }
    return guarded([&] {
        const auto status = store::migration_status(database);
        const std::size_t steps = status.applied.size() + status.pending.size();
        std::cout << shown << ": answers, the schema is at step " << status.applied.size() << " of " << steps << '\n';
        if (!status.pending.empty()) {
            complain(shown + ": " + text::count(status.pending.size(), "step") +
                     " of the schema pending; tollgate migrate, or the next start, applies them");
            return failed;
        }
        store::KeyTable table{database};
        std::size_t unknown = 0;
        for (const auto& tier : table.tiers()) {
            if (snapshot.tiers.contains(tier.name)) continue;
            ++unknown;
            store::KeyFilter filter;
            filter.tier = tier.name;
            filter.active = true;
            filter.limit = 3;
            std::vector<std::string> ids;
            for (const auto& key : table.list(filter)) ids.push_back(key.id);
            complain(shown + ": " + text::count(tier.keys, "key") + " of the tier " + text::quote(tier.name) +
                     ", which routes.lua does not declare: " + text::join(ids) + (tier.keys > ids.size() ? ", ..." : ""));
        }
        return unknown > 0 ? failed : done;
    });
}

int with_database(const Options& options, const std::function<int(const OpenDatabase&)>& work) {
    const auto opened = open(options);
    if (opened.code != done) return opened.code;
    return guarded([&] {
        const auto& tiers = opened.trial->snapshot().tiers;
        store::migrate(*opened.database);
        return work({*opened.database, [&](const std::string& tier) { return tiers.contains(tier); }});
    });
}

int migrate(const Options& options) {
    const auto opened = open(options);
    if (opened.code != done) return opened.code;
    return guarded([&] {
        auto& database = *opened.database;
        if (!options.status) {
            for (const auto& applied : store::migrate(database)) print(applied);
            std::cout << database.url().shown() << ": up to date\n";
            return done;
        }
        const auto status = store::migration_status(database);
        for (const auto& applied : status.applied) print(applied);
        for (const auto& pending : status.pending) std::cout << pending.number << "  " << pending.name << "  pending\n";
        return status.pending.empty() ? done : failed;
    });
}

}  // namespace tollgate::commands

// core/commands/served_keys.cpp - opening the database of keys when an operator first asks for them.
#include "commands/served_keys.h"

#include "store/migrations.h"

namespace tollgate::commands {

admin::KeyDatabase ServedKeys::of(std::shared_ptr<const Snapshot> snapshot) {
    std::unique_lock lock{mutex_};
    if (!database_ || database_->url().connection() != snapshot->database->connection()) {
        database_ = std::make_shared<store::Database>(*snapshot->database);
        migrated_ = false;
    }
    const auto database = database_;
    if (!migrated_) {
        lock.unlock();
        store::migrate(*database);
        lock.lock();
        migrated_ = migrated_ || database == database_;
    }
    return {database, [snapshot](const std::string& tier) { return snapshot->tiers.contains(tier); }};
}

void ServedKeys::stop() {
    const std::lock_guard lock{mutex_};
    if (database_) database_->stop();
}

}  // namespace tollgate::commands

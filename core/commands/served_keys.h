// core/commands/served_keys.h - ServedKeys: the database that /keys of a running gateway works on.
#pragma once

#include "admin/handlers.h"
#include "snapshot/snapshot.h"

#include <memory>
#include <mutex>

namespace tollgate::commands {

// Any thread. By connections of its own: a gateway whose routes ask for no keys has not opened the database.
class ServedKeys {
public:
    // That of the configuration in force, with the schema of this program. Throws store::StoreError.
    admin::KeyDatabase of(std::shared_ptr<const Snapshot> snapshot);
    // Ends waiting for a database that hangs, for good.
    void stop();

private:
    std::mutex mutex_;
    std::shared_ptr<store::Database> database_;  // null until it is asked for
    bool migrated_ = false;
};

}  // namespace tollgate::commands

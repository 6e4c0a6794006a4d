// core/commands/served_requests.h - ServedRequests: the request_log that /logs and /analytics of a gateway read.
#pragma once

#include "history/request_history.h"
#include "snapshot/snapshot.h"

#include <memory>
#include <mutex>

namespace tollgate::commands {

// Any thread. By connections of its own, so that no question keeps a key or a row waiting.
class ServedRequests {
public:
    // Of the database that the configuration in force names.
    std::shared_ptr<history::RequestHistory> of(const Snapshot& snapshot) {
        const std::lock_guard lock{mutex_};
        if (history_ && history_->url().connection() == snapshot.database->connection()) return history_;
        if (history_) history_->stop();  // who still waits there would be out of reach of stop()
        history_ = std::make_shared<history::RequestHistory>(*snapshot.database);
        return history_;
    }
    // Ends waiting for a database that hangs, for good.
    void stop() {
        const std::lock_guard lock{mutex_};
        if (history_) history_->stop();
    }

private:
    std::mutex mutex_;
    std::shared_ptr<history::RequestHistory> history_;  // null until it is asked for
};

}  // namespace tollgate::commands

// core/store/change_wait.h - ChangeWait: sleeps until the database may have changed.
#pragma once

#include "store/database.h"

#include <chrono>
#include <optional>

namespace tollgate::store {

// PostgreSQL says so (LISTEN/NOTIFY), on a connection of its own; SQLite is looked at again and again. One thread, but
// for stop().
class ChangeWait {
public:
    explicit ChangeWait(Database& database);
    ~ChangeWait();
    ChangeWait(const ChangeWait&) = delete;

    // Begins to listen, where that can be done and was not. Before the database is read: what changes after that is
    // told. Throws StoreError.
    void listen();
    // True: something may have changed, or `most` is over. False: stop() was called. Throws StoreError where the
    // connection is lost; listen() then makes another.
    bool wait(std::chrono::milliseconds most);
    void stop() noexcept;  // any thread; for good

    // What a transaction that changes something says, so that others hear of it once it is committed.
    static void tell(Poco::Data::Session& session, bool sqlite);

private:
    Database& database_;
    std::optional<SessionPool::Lease> session_;  // that listens
    int stop_ = -1;                               // an eventfd
};

}  // namespace tollgate::store

// core/store/database.h - Database: sessions with SQLite or PostgreSQL, and transactions that both know.
#pragma once

#include "store/database_url.h"
#include "store/session_pool.h"

#include <stdexcept>
#include <string>
#include <type_traits>

namespace tollgate::store {

// What a database would not do. Blocking calls throw it; what it says holds no secret.
class StoreError : public std::runtime_error {
public:
    enum class Kind {
        unavailable,  // nobody answers, or not in time, or the disk is full: the same may work later
        refused,      // what is asked cannot be: there is one of that name already
        broken,       // anything else: the database is not what it should be
    };
    StoreError(Kind kind, const std::string& what) : std::runtime_error{what}, kind_{kind} {}
    Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

// Any thread; every call may block. Sessions are kept and used again.
class Database {
public:
    // Connects at the first session(). A SQLite file is made where there is none, readable by its owner only, with
    // write-ahead logging, and is durable: what was committed survives the loss of power.
    explicit Database(DatabaseUrl url, Patience patience = {})
        : url_{std::move(url)}, pool_{url_, patience} {}

    const DatabaseUrl& url() const noexcept { return url_; }
    bool is_sqlite() const noexcept { return url_.kind() == DatabaseUrl::Kind::sqlite; }
    // False for a SQLite file that nobody has made yet.
    bool is_there() const;
    // Throws StoreError::unavailable.
    SessionPool::Lease session();
    // Ends waiting for the server, for good: whoever waits gets StoreError::unavailable.
    void stop() noexcept { pool_.stop(); }

    // Runs `work`, which takes a session or its lease, and says what POCO throws in it as a StoreError. A server has
    // Patience::answer for all of it, unless `work` renews its lease.
    template <class Work>
    auto with(Work work) {
        auto lease = this->session();
        try {
            return run(work, lease);
        } catch (const Poco::Exception& problem) {
            throw failure(problem, lease);
        }
    }
    // The same in a transaction that writes: committed where `work` returns, undone where it throws.
    template <class Work>
    auto write(Work work) {
        return with([&](SessionPool::Lease& lease) {
            Transaction transaction{*lease, is_sqlite()};
            if constexpr (std::is_void_v<decltype(run(work, lease))>) {
                run(work, lease);
                transaction.commit();
            } else {
                auto result = run(work, lease);
                transaction.commit();
                return result;
            }
        });
    }

private:
    // SQLite's own BEGIN would take its lock late, when another writer's commit could no longer be waited for.
    class Transaction {
    public:
        Transaction(Poco::Data::Session& session, bool sqlite);
        ~Transaction();
        Transaction(const Transaction&) = delete;
        void commit();

    private:
        Poco::Data::Session& session_;
        const bool sqlite_;
        bool open_ = true;
    };
    template <class Work>
    static auto run(Work& work, SessionPool::Lease& lease) {
        if constexpr (std::is_invocable_v<Work&, SessionPool::Lease&>) return work(lease);
        else return work(*lease);
    }
    StoreError failure(const Poco::Exception& problem, SessionPool::Lease& lease) const;

    const DatabaseUrl url_;
    SessionPool pool_;
};

}  // namespace tollgate::store

// core/store/session_pool.h - SessionPool: POCO's sessions with one database, lent to whoever needs one.
#pragma once

#include "store/database_url.h"

#include <Poco/Data/Session.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace tollgate::store {

// Instead of POCO's own pool, which forgets a connection to PostgreSQL that failed or was lost without freeing it (100 KB
// each, of which a gateway whose database is away makes one a second), lends those that the server has closed, and throws
// where all are lent. Any thread.
class SessionPool {
    struct Connected {
        Poco::Data::Session session;
        int wire = -1;  // the socket once more, to end it from another thread; -1: there is none
    };

public:
    explicit SessionPool(const DatabaseUrl& url) : url_{url} {}  // which outlives it
    ~SessionPool();
    SessionPool(const SessionPool&) = delete;

    class Lease {
    public:
        Lease(SessionPool& pool, Connected connected) : pool_{&pool}, connected_{std::move(connected)} {}
        Lease(Lease&& other) noexcept : pool_{std::exchange(other.pool_, nullptr)}, connected_{other.connected_} {}
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (pool_) pool_->take_back(std::move(connected_));
        }
        Poco::Data::Session& operator*() noexcept { return connected_.session; }

    private:
        SessionPool* pool_;
        Connected connected_;
    };

    // One that is connected; waits where too many are lent. Throws Poco::Exception.
    Lease take();
    // Nobody waits for the server any more: sessions are lost to those who use them, and take() throws. For good.
    void stop() noexcept;

private:
    struct Idle {
        Connected connected;
        std::chrono::steady_clock::time_point since;
    };
    Connected connect();
    void take_back(Connected connected) noexcept;
    std::vector<Connected> take_stale(std::chrono::steady_clock::time_point since);
    static void end(std::vector<Connected> sessions) noexcept;

    const DatabaseUrl& url_;
    std::mutex mutex_;  // of what follows
    std::condition_variable given_back_;
    std::vector<Idle> idle_;    // the one used last at the end
    std::multiset<int> wires_;  // of those lent
    std::size_t lent_ = 0;
    bool stopped_ = false;
};

}  // namespace tollgate::store

// core/store/session_pool.h - SessionPool: POCO's sessions with one database, lent to whoever needs one.
#pragma once

#include "store/database_url.h"
#include "store/wire_watch.h"

#include <Poco/Data/Session.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace tollgate::store {

// How long is waited, and for what.
struct Patience {
    std::chrono::milliseconds session{5'000};  // for one to be given back, where too many are lent
    std::chrono::milliseconds answer{5'000};   // for a server, in all that is asked of one lease; see Lease::renew()
    std::chrono::milliseconds lock{5'000};     // for others who write to a SQLite file
};

// Instead of POCO's own pool, which forgets a connection to PostgreSQL that failed or was lost without freeing it (100 KB
// each, of which a gateway whose database is away makes one a second), lends those that the server has closed, and throws
// where all are lent. A server that hangs is given up. Any thread.
class SessionPool {
    // What SQLite is asked in the middle of its work; it has the address of this, so it outlives the session.
    struct Work {
        const SessionPool& pool;
        std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max();
    };
    struct Connected {
        std::shared_ptr<Work> work;  // null: of a server
        Poco::Data::Session session;
        int wire = -1;  // the socket once more, to end it from another thread; -1: there is none
    };

public:
    explicit SessionPool(const DatabaseUrl& url, Patience patience = {});  // `url` outlives it
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
        // The server has so long from now on, instead of what is left.
        void allow(std::chrono::milliseconds time) { pool_->watch_.allow(connected_.wire, time); }
        // SQLite works so long from now on, for this lease, and no longer: what it is doing then is interrupted.
        void interrupt_after(std::chrono::milliseconds time) {
            if (connected_.work) connected_.work->end = std::chrono::steady_clock::now() + time;
        }
        // As long as at the beginning: for who asks much, at every step of it.
        void renew() { allow(pool_->patience_.answer); }
        // It took longer: the session is lost.
        bool given_up() const { return pool_->watch_.given_up(connected_.wire); }

    private:
        SessionPool* pool_;
        Connected connected_;
    };

    // One that is connected; waits where too many are lent. Throws Poco::Exception.
    Lease take();
    // Nobody waits for the database any more: sessions are lost to those who use them, whatever SQLite is doing ends, and
    // take() throws. For good. Only who is just looking a server's name up hears of it late.
    void stop() noexcept;

private:
    struct Idle {
        Connected connected;
        std::chrono::steady_clock::time_point since;
    };
    Connected connect();
    Connected connect_sqlite();
    Poco::Data::Session connect_postgresql();
    static int wait_for_lock(void* pool, int times) noexcept;
    static int must_end(void* work) noexcept;
    void take_back(Connected connected) noexcept;
    std::vector<Connected> take_stale(std::chrono::steady_clock::time_point since);
    static void end(std::vector<Connected> sessions) noexcept;

    const DatabaseUrl& url_;
    const Patience patience_;
    const int stop_;    // an eventfd, readable once stop() was called
    WireWatch watch_;   // of those lent
    std::mutex mutex_;  // of what follows
    std::condition_variable given_back_;
    std::vector<Idle> idle_;  // the one used last at the end
    std::size_t lent_ = 0;
    std::atomic<bool> stopped_{false};  // changed with the mutex only
};

}  // namespace tollgate::store

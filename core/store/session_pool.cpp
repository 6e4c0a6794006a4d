// core/store/session_pool.cpp - connecting, looking whether a session still is, and freeing what POCO would forget.
#include "store/session_pool.h"

#include "store/greeting.h"
#include "store/sqlstate.h"
#include "support/log.h"
#include "support/text.h"

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <Poco/Data/PostgreSQL/Utility.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>

#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

namespace tollgate::store {

using Poco::Data::Session;
using Poco::Data::PostgreSQL::SessionHandle;
using std::chrono::steady_clock;
using namespace Poco::Data::Keywords;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_lent = 8;
constexpr auto longest_idle = 60s;
constexpr int steps_between_looks = 10'000;  // of SQLite's machine: about a tenth of a millisecond

void register_connectors() {
    static std::once_flag once;
    std::call_once(once, [] {
        Poco::Data::SQLite::Connector::registerConnector();
        Poco::Data::PostgreSQL::Connector::registerConnector();
    });
}

// POCO frees the connection of a handle only while that is connected, and lends nobody the pointer to set it to null. An
// explicit instantiation may name a private member: the one way to it that the language knows.
template <PGconn* SessionHandle::*Member>
struct Reach {
    friend PGconn*& connection_in(SessionHandle& handle) { return handle.*Member; }
};
template struct Reach<&SessionHandle::_pConnection>;
PGconn*& connection_in(SessionHandle& handle);

using Connection = std::unique_ptr<PGconn, decltype([](PGconn* connection) { PQfinish(connection); })>;

// What a server remarks by the way, which libpq would print.
void log_notice(void*, const PGresult* notice) {
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED),
               *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    const bool warning = severity && std::string_view{severity} == "WARNING";
    log::write(warning ? Level::warning : Level::info, "store",
               "the database remarks: " + text::printable(message ? message : "something"));
}

PGconn* connection_of(const DatabaseUrl& url, Session& session) {
    return url.kind() == DatabaseUrl::Kind::sqlite ? nullptr : *Poco::Data::PostgreSQL::Utility::handle(session);
}

// Also hears of it where the server has gone since the session was used.
bool is_connected(PGconn* connection) {
    // The end comes behind what it may have said to the last.
    for (int reads = 0; PQstatus(connection) == CONNECTION_OK && reads < 8; ++reads) {
        pollfd wait{PQsocket(connection), POLLIN, 0};
        if (::poll(&wait, 1, 0) <= 0) break;
        PQconsumeInput(connection);
    }
    return PQstatus(connection) == CONNECTION_OK;
}

}  // namespace

SessionPool::SessionPool(const DatabaseUrl& url, Patience patience)
    : url_{url}, patience_{patience}, stop_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
    if (stop_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

SessionPool::~SessionPool() {
    end(take_stale(steady_clock::time_point::max()));
    ::close(stop_);
}

SessionPool::Connected SessionPool::connect_sqlite() {
    Connected connected{std::make_shared<Work>(*this), Session{url_.connector(), url_.connection()}};
    Session& session = connected.session;
    sqlite3* const handle = Poco::Data::SQLite::Utility::dbHandle(session);
    sqlite3_busy_handler(handle, wait_for_lock, this);
    sqlite3_progress_handler(handle, steps_between_looks, must_end, connected.work.get());
    session << "PRAGMA journal_mode = WAL", now;
    session << "PRAGMA synchronous = FULL", now;
    session << "PRAGMA foreign_keys = ON", now;
    return connected;
}

// Asked by SQLite after each time that it did not get its lock. Its own way of waiting would hear of no stop.
int SessionPool::wait_for_lock(void* pool, int times) noexcept {
    const auto& self = *static_cast<const SessionPool*>(pool);
    thread_local steady_clock::time_point since;
    if (times == 0) since = steady_clock::now();
    if (steady_clock::now() - since >= self.patience_.lock) return 0;
    pollfd wait{self.stop_, POLLIN, 0};
    return ::poll(&wait, 1, std::min(1 + times, 25)) == 0;
}

// Asked by SQLite in the middle of what takes long.
int SessionPool::must_end(void* work) noexcept {
    const auto& self = *static_cast<const Work*>(work);
    return self.pool.stopped_ || (self.end != steady_clock::time_point::max() && steady_clock::now() >= self.end);
}

// First without POCO, which would not free a connection that fails: of a server that is away one is tried each second.
// POCO's own connecting no stop ends, but it takes `connect_timeout` at most: it is to the one address that let us in.
Session SessionPool::connect_postgresql() {
    const std::string door = greet(url_.connection(), stop_);
    Session session{url_.connector(), url_.connection() + door};
    remember_sqlstate(connection_of(url_, session));
    PQsetNoticeReceiver(*Poco::Data::PostgreSQL::Utility::handle(session), log_notice, nullptr);
    return session;
}

// Also of those whose server is gone, of which POCO would forget to.
void SessionPool::end(std::vector<Connected> sessions) noexcept {
    for (auto& one : sessions) {
        if (one.wire < 0) continue;
        ::close(one.wire);
        SessionHandle& handle = *Poco::Data::PostgreSQL::Utility::handle(one.session);
        if (!handle.isConnected()) Connection{std::exchange(connection_in(handle), nullptr)};
    }
}

SessionPool::Connected SessionPool::connect() {
    register_connectors();
    if (url_.kind() == DatabaseUrl::Kind::sqlite) return connect_sqlite();
    Connected connected{nullptr, connect_postgresql()};
    connected.wire = ::fcntl(PQsocket(connection_of(url_, connected.session)), F_DUPFD_CLOEXEC, 0);
    // Without it nobody would hear that the session is lost.
    if (connected.wire < 0) throw Poco::IOException{"no more files can be opened"};
    return connected;
}

SessionPool::Lease SessionPool::take() {
    std::unique_lock lock{mutex_};
    const auto free = [&] { return stopped_ || lent_ < most_lent; };
    if (!given_back_.wait_for(lock, patience_.session, free)) throw Poco::TimeoutException{"all connections are in use"};
    if (stopped_) throw Poco::IllegalStateException{"the gateway asks no more"};
    ++lent_;
    try {
        while (!idle_.empty()) {
            Connected connected = std::move(idle_.back().connected);
            idle_.pop_back();
            PGconn* const connection = connection_of(url_, connected.session);
            if (!connection || is_connected(connection)) {
                forget_sqlstate(connection);
                watch_.allow(connected.wire, patience_.answer);
                return {*this, std::move(connected)};
            }
            ++lent_;  // take_back() counts one less
            lock.unlock();
            take_back(std::move(connected));
            lock.lock();
        }
        lock.unlock();
        Connected connected = connect();
        watch_.allow(connected.wire, patience_.answer);
        return {*this, std::move(connected)};
    } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        --lent_;
        given_back_.notify_one();
        throw;
    }
}

void SessionPool::take_back(Connected connected) noexcept {
    if (connected.work) connected.work->end = steady_clock::time_point::max();
    const bool given_up = watch_.forget(connected.wire);
    const bool lost = given_up || (connected.wire >= 0 && !connected.session.isConnected());
    std::vector<Connected> stale;
    {
        const std::lock_guard lock{mutex_};
        --lent_;
        const auto now = steady_clock::now();
        if (lost || stopped_) stale.push_back(std::move(connected));
        else idle_.push_back({std::move(connected), now});
        // Where one server hangs, the others' connections lead to the same one.
        for (auto& old : take_stale(given_up ? now : now - longest_idle)) stale.push_back(std::move(old));
    }
    given_back_.notify_one();
    end(std::move(stale));
}

// [with the lock] Those that nobody has used since.
std::vector<SessionPool::Connected> SessionPool::take_stale(steady_clock::time_point since) {
    std::vector<Connected> stale;
    const auto first = std::find_if(idle_.begin(), idle_.end(), [&](const Idle& idle) { return idle.since > since; });
    for (auto idle = idle_.begin(); idle != first; ++idle) stale.push_back(std::move(idle->connected));
    idle_.erase(idle_.begin(), first);
    return stale;
}

void SessionPool::stop() noexcept {
    {
        const std::lock_guard lock{mutex_};
        stopped_ = true;
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);  // full: it was stopped before
    watch_.give_up_all();
    given_back_.notify_all();
}

}  // namespace tollgate::store

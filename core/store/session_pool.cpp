// core/store/session_pool.cpp - connecting, looking whether a session still is, and freeing what POCO would forget.
#include "store/session_pool.h"

#include "support/log.h"
#include "support/text.h"

#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <Poco/Data/PostgreSQL/Utility.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>

#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

namespace tollgate::store {

using Poco::Data::Session;
using Poco::Data::PostgreSQL::SessionHandle;
using std::chrono::steady_clock;
using namespace Poco::Data::Keywords;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_lent = 8;
constexpr auto patience = 5s, longest_idle = 60s;

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

Session connect_sqlite(const DatabaseUrl& url) {
    Session session{url.connector(), url.connection()};
    session << "PRAGMA busy_timeout = 5000", now;
    session << "PRAGMA journal_mode = WAL", now;
    session << "PRAGMA synchronous = FULL", now;
    session << "PRAGMA foreign_keys = ON", now;
    return session;
}

// First without POCO, which would not free a connection that fails: of a server that is away one is tried each second.
Session connect_postgresql(const DatabaseUrl& url) {
    {
        const Connection trial{PQconnectdb(url.connection().c_str())};
        if (PQstatus(trial.get()) != CONNECTION_OK)
            throw Poco::Data::ConnectionFailedException(PQerrorMessage(trial.get()));
    }
    Session session{url.connector(), url.connection()};
    PQsetNoticeReceiver(*Poco::Data::PostgreSQL::Utility::handle(session), log_notice, nullptr);
    return session;
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

SessionPool::~SessionPool() {
    end(take_stale(steady_clock::time_point::max()));
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
    if (url_.kind() == DatabaseUrl::Kind::sqlite) return {connect_sqlite(url_)};
    Connected connected{connect_postgresql(url_)};
    connected.wire = ::fcntl(PQsocket(connection_of(url_, connected.session)), F_DUPFD_CLOEXEC, 0);
    // Without it nobody would hear that the session is lost.
    if (connected.wire < 0) throw Poco::IOException{"no more files can be opened"};
    return connected;
}

SessionPool::Lease SessionPool::take() {
    std::unique_lock lock{mutex_};
    const auto free = [&] { return stopped_ || lent_ < most_lent; };
    if (!given_back_.wait_for(lock, patience, free)) throw Poco::TimeoutException{"all connections are in use"};
    if (stopped_) throw Poco::IllegalStateException{"the gateway asks no more"};
    ++lent_;
    try {
        while (!idle_.empty()) {
            Connected connected = std::move(idle_.back().connected);
            idle_.pop_back();
            PGconn* const connection = connection_of(url_, connected.session);
            if (!connection || is_connected(connection)) {
                wires_.insert(connected.wire);
                return {*this, std::move(connected)};
            }
            ++lent_;  // take_back() counts one less
            lock.unlock();
            take_back(std::move(connected));
            lock.lock();
        }
        lock.unlock();
        Connected connected = connect();
        lock.lock();
        wires_.insert(connected.wire);
        if (stopped_ && connected.wire >= 0) ::shutdown(connected.wire, SHUT_RDWR);
        return {*this, std::move(connected)};
    } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        --lent_;
        given_back_.notify_one();
        throw;
    }
}

void SessionPool::take_back(Connected connected) noexcept {
    const bool lost = connected.wire >= 0 && !connected.session.isConnected();
    std::vector<Connected> stale;
    {
        const std::lock_guard lock{mutex_};
        if (const auto wire = wires_.find(connected.wire); wire != wires_.end()) wires_.erase(wire);
        --lent_;
        const auto now = steady_clock::now();
        if (lost || stopped_) stale.push_back(std::move(connected));
        else idle_.push_back({std::move(connected), now});
        for (auto& old : take_stale(now - longest_idle)) stale.push_back(std::move(old));
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
        for (const int wire : wires_)
            if (wire >= 0) ::shutdown(wire, SHUT_RDWR);
    }
    given_back_.notify_all();
}

}  // namespace tollgate::store

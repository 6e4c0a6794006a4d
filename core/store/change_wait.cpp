// core/store/change_wait.cpp - listening by libpq, which POCO has no words for, on POCO's own connection.
#include "store/change_wait.h"

#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <Poco/Data/PostgreSQL/Utility.h>

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tollgate::store {

using namespace Poco::Data::Keywords;

namespace {

constexpr std::chrono::milliseconds looks_at_files{250};

PGconn* connection_of(Poco::Data::Session& session) { return *Poco::Data::PostgreSQL::Utility::handle(session); }

}  // namespace

ChangeWait::ChangeWait(Database& database) : database_{database}, stop_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
    if (stop_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

ChangeWait::~ChangeWait() { ::close(stop_); }

void ChangeWait::listen() {
    if (database_.is_sqlite() || session_) return;
    auto session = database_.session();
    try {
        *session << "LISTEN tollgate_keys", now;
        session.allow(WireWatch::for_ever);  // nothing is asked of it any more
    } catch (const Poco::Exception& problem) {
        throw StoreError{StoreError::Kind::unavailable, database_.url().shown() + ": " + problem.displayText()};
    }
    session_.emplace(std::move(session));
}

bool ChangeWait::wait(std::chrono::milliseconds most) {
    pollfd waits[2] = {{stop_, POLLIN, 0}, {-1, POLLIN, 0}};
    if (session_) waits[1].fd = PQsocket(connection_of(**session_));
    else most = std::min(most, looks_at_files);
    ::poll(waits, 2, int(most.count()));
    if (waits[0].revents) return false;
    if (!waits[1].revents) return true;
    PGconn* const connection = connection_of(**session_);
    const bool alive = PQconsumeInput(connection) == 1;
    while (PGnotify* const told = PQnotifies(connection)) PQfreemem(told);
    if (!alive) {
        session_.reset();
        throw StoreError{StoreError::Kind::unavailable, database_.url().shown() + ": the connection was lost"};
    }
    return true;
}

void ChangeWait::stop() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);  // full: it was stopped before
}

void ChangeWait::tell(Poco::Data::Session& session, bool sqlite) {
    if (!sqlite) session << "NOTIFY tollgate_keys", now;
}

}  // namespace tollgate::store

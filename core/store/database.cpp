// core/store/database.cpp - opening databases through POCO Data, and telling its failures apart.
#include "store/database.h"

#include "store/sqlstate.h"
#include "support/log.h"

#include <Poco/Data/PostgreSQL/SessionHandle.h>
#include <Poco/Data/PostgreSQL/Utility.h>
#include <Poco/Data/SQLite/SQLiteException.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tollgate::store {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;

namespace {

// Made here and not by SQLite, so that nobody else can read it for a moment. One that is there is not opened: the end of
// any descriptor of it ends the locks that SQLite holds on it in this process, and another program would take its
// write-ahead log away.
void make_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0 && errno == EEXIST) return;
    if (descriptor < 0)
        throw StoreError{StoreError::Kind::unavailable, path + ": " + std::generic_category().message(errno)};
    ::close(descriptor);
}

// libpq's messages have several lines and end with one.
std::string one_line(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    for (auto& c : text)
        if (c == '\n' || c == '\t') c = ' ';
    return text;
}

// A file that cannot be written just now, whatever is written.
bool is_passing(const Poco::Exception& problem) {
    using namespace Poco::Data::SQLite;
    const auto is = [&]<class... Kinds>() { return (dynamic_cast<const Kinds*>(&problem) || ...); };
    return is.operator()<DBLockedException, DatabaseFullException, IOErrorException, CantOpenDBFileException,
                         NoMemoryException, ReadOnlyException, InterruptException>();
}

}  // namespace

bool Database::is_there() const { return !is_sqlite() || ::access(url_.connection().c_str(), F_OK) == 0; }

SessionPool::Lease Database::session() {
    try {
        if (!is_there()) make_file(url_.connection());
        return pool_.take();
    } catch (const StoreError&) {
        throw;
    } catch (const Poco::Exception& problem) {
        throw StoreError{StoreError::Kind::unavailable, url_.shown() + ": " + one_line(problem.displayText())};
    }
}

// By the connection and by codes, not by words: servers speak their operators' languages.
StoreError Database::failure(const Poco::Exception& problem, SessionPool::Lease& lease) const {
    if (lease.given_up())
        return {StoreError::Kind::unavailable, url_.shown() + ": it does not answer in time, and is not waited for"};
    const bool passing =
        is_sqlite() ? is_passing(problem) : is_passing(sqlstate_of(*Poco::Data::PostgreSQL::Utility::handle(*lease)));
    const bool broken = (*lease).isConnected() && !passing;
    return {broken ? StoreError::Kind::broken : StoreError::Kind::unavailable,
            url_.shown() + ": " + one_line(problem.displayText())};
}

Database::Transaction::Transaction(Session& session, bool sqlite) : session_{session}, sqlite_{sqlite} {
    if (sqlite_) session_ << "BEGIN IMMEDIATE", now;
    else session_.begin();
}

Database::Transaction::~Transaction() {
    if (!open_) return;
    try {
        if (sqlite_) session_ << "ROLLBACK", now;
        else session_.rollback();
    } catch (const Poco::Exception& problem) {
        // With its connection the transaction is gone too; why it came to that is on its way already.
        log::warning("store", "a transaction could not be undone: " + one_line(problem.displayText()));
    }
}

void Database::Transaction::commit() {
    if (sqlite_) session_ << "COMMIT", now;
    else session_.commit();
    open_ = false;
}

}  // namespace tollgate::store

// core/store/sqlstate.cpp - listening to libpq's results; the words beside a code are of the operator's language.
#include "store/sqlstate.h"

#include <libpq-events.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string_view>

namespace tollgate::store {

namespace {

// Called by C, which knows no exceptions: a code fits into a string without memory of its own.
int hear(PGEventId event, void* facts, void*) noexcept {
    if (event == PGEVT_REGISTER) {
        auto last = std::unique_ptr<std::string>{new (std::nothrow) std::string};
        return last && PQsetInstanceData(static_cast<PGEventRegister*>(facts)->conn, hear, last.release());
    }
    if (event == PGEVT_CONNDESTROY)
        delete static_cast<std::string*>(PQinstanceData(static_cast<PGEventConnDestroy*>(facts)->conn, hear));
    if (event != PGEVT_RESULTCREATE) return 1;
    const auto& made = *static_cast<PGEventResultCreate*>(facts);
    const char* const code = PQresultErrorField(made.result, PG_DIAG_SQLSTATE);
    if (code) *static_cast<std::string*>(PQinstanceData(made.conn, hear)) = std::string_view{code}.substr(0, 5);
    return 1;
}

}  // namespace

void remember_sqlstate(pg_conn* connection) {
    if (!PQregisterEventProc(connection, hear, "sqlstate", nullptr)) throw std::bad_alloc{};
}

std::string sqlstate_of(const pg_conn* connection) {
    const auto* const last = static_cast<const std::string*>(PQinstanceData(connection, hear));
    return last ? *last : std::string{};
}

void forget_sqlstate(pg_conn* connection) {
    if (auto* const last = static_cast<std::string*>(PQinstanceData(connection, hear))) last->clear();
}

bool is_passing(const std::string& sqlstate) {
    // Connections, rollbacks, resources, operators, the system; a standby; a lock that was not to be had.
    constexpr std::array<std::string_view, 7> beginnings{"08", "40", "53", "57", "58", "25006", "55P03"};
    return std::any_of(beginnings.begin(), beginnings.end(), [&](auto begin) { return sqlstate.starts_with(begin); });
}

}  // namespace tollgate::store

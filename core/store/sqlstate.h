// core/store/sqlstate.h - the code of what a PostgreSQL said last that it would not do, which POCO does not keep.
#pragma once

#include <string>

struct pg_conn;

namespace tollgate::store {

// From then on the connection remembers it, as long as it lives.
void remember_sqlstate(pg_conn* connection);
// "53100"; "": none since it was forgotten.
std::string sqlstate_of(const pg_conn* connection);
void forget_sqlstate(pg_conn* connection);
// Whether the same may work later: no room, a deadlock, a standby, an operator. Not what is wrong with a statement.
bool is_passing(const std::string& sqlstate);

}  // namespace tollgate::store

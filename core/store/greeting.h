// core/store/greeting.h - greet(): whether a PostgreSQL lets us in, asked so that a stop need not wait for the answer.
#pragma once

#include <string>

namespace tollgate::store {

// Connects by libpq's own words, to each address in turn, for `connect_timeout` each, and leaves again. Throws
// Poco::Exception where nobody lets us in, and at once when the descriptor `stop` becomes readable.
void greet(const std::string& connection, int stop);

}  // namespace tollgate::store

// core/store/greeting.h - greet(): whether a PostgreSQL lets us in, asked so that a stop need not wait for the answer.
#pragma once

#include <string>

namespace tollgate::store {

// Connects by libpq's own words, to each address in turn, for `connect_timeout` each, and leaves again. Returns which
// one let us in, in such words: with them added nothing is looked up once more. Throws Poco::Exception where nobody
// does, and at once when the descriptor `stop` becomes readable. Looking a name up takes as long as the system's
// resolver does, which no stop ends.
std::string greet(const std::string& connection, int stop);

}  // namespace tollgate::store
